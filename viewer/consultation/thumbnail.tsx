import { type ReactNode, useState } from 'react';
import styles from './material-list.module.css';

interface ThumbnailProps {
  readonly src: string | null;
  /** Shown until the picture has come, and for good when there is none. */
  readonly placeholder: ReactNode;
  /** Fills the square and may cut the edges; a radiological image is never cut. */
  readonly fill?: boolean;
}

/** A small picture that never leaves a broken frame. Decorative: the words beside it say what it is. */
export function Thumbnail({ src, placeholder, fill = false }: ThumbnailProps) {
  const [state, setState] = useState<'loading' | 'shown' | 'missing'>('loading');
  return (
    <span className={styles.thumbnail} data-state={src === null ? 'missing' : state} data-fill={fill}>
      {(src === null || state !== 'shown') && <span className={styles.placeholder}>{placeholder}</span>}
      {src !== null && state !== 'missing' && (
        <img
          src={src}
          alt=""
          loading="lazy"
          decoding="async"
          onLoad={() => setState('shown')}
          onError={() => setState('missing')}
        />
      )}
    </span>
  );
}
