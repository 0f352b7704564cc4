import { IconPhotoOff } from '@tabler/icons-react';
import { useState } from 'react';
import styles from './report-blocks.module.css';

/** A key image; while it is being made, or when it cannot be, its place says so and keeps its size. */
export function FigurePicture({ src, alt }: { readonly src: string; readonly alt: string }) {
  const [failed, setFailed] = useState(false);
  if (failed) {
    return (
      <span className={styles.missing}>
        <IconPhotoOff size={20} stroke={1.5} aria-hidden /> The picture is not available; “Show me” opens the image.
      </span>
    );
  }
  return (
    <img className={styles.image} src={src} alt={alt} loading="lazy" decoding="async" onError={() => setFailed(true)} />
  );
}
