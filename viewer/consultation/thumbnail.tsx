import { type ReactNode, useState } from 'react';
import styles from './material-list.module.css';

interface ThumbnailProps {
  readonly src: string | null;
  /** Shown until the picture has come, and for good when there is none. */
  readonly placeholder: ReactNode;
}

/** A small picture that never leaves a broken frame. Decorative: the words beside it say what it is. */
export function Thumbnail({ src, placeholder }: ThumbnailProps) {
  const [state, setState] = useState<'loading' | 'shown' | 'missing'>('loading');
  return (
    <span className={styles.thumbnail} data-state={src === null ? 'missing' : state}>
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
