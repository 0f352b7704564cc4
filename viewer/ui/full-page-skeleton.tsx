import styles from './full-page-skeleton.module.css';

/** The frame of a page before its code has arrived. Plain markup: it renders without the theme's provider. */
export function FullPageSkeleton() {
  return (
    <div className={styles.page} aria-busy="true">
      <div className={styles.bar} />
    </div>
  );
}
