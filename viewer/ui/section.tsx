import type { ReactNode } from 'react';
import styles from './section.module.css';

interface SectionProps {
  readonly title: string;
  /** One quiet sentence below the title. */
  readonly hint?: ReactNode;
  /** Stands at the end of the title's line. */
  readonly aside?: ReactNode;
  readonly id?: string;
  readonly children: ReactNode;
}

/** A titled block on a page. */
export function Section({ title, hint, aside, id, children }: SectionProps) {
  return (
    <section className={styles.section} id={id} aria-label={title}>
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {aside}
      </div>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      {children}
    </section>
  );
}
