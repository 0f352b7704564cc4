import { Skeleton } from '@mantine/core';
import styles from './consultation-page.module.css';

/** The page of a consultation before its facts have come. */
export function PageSkeleton() {
  return (
    <div className={styles.page} aria-busy="true">
      <div className={styles.left}>
        <Skeleton height={14} width="60%" />
        <Skeleton height={120} mt={16} />
      </div>
      <div className={styles.centre}>
        <Skeleton height={22} width="50%" />
        <Skeleton height={14} mt={12} width="90%" />
        <Skeleton height={14} mt={8} width="80%" />
        <Skeleton height={180} mt={24} />
      </div>
      <div className={styles.right}>
        <Skeleton height={120} />
      </div>
    </div>
  );
}
