import { IconFileText, IconMicroscope, IconStack2 } from '@tabler/icons-react';
import { countOf } from '#viewer/ui/quantities.ts';
import styles from './material-counts.module.css';

interface MaterialCountsProps {
  readonly counts: { readonly studies: number; readonly slides: number; readonly documents: number };
}

const KINDS = [
  { key: 'studies', one: 'imaging study', many: 'imaging studies', Icon: IconStack2 },
  { key: 'slides', one: 'slide', many: 'slides', Icon: IconMicroscope },
  { key: 'documents', one: 'document', many: 'documents', Icon: IconFileText },
] as const;

/** What a consultation holds, as icons with numbers; kinds it has none of are left out. */
export function MaterialCounts({ counts }: MaterialCountsProps) {
  const held = KINDS.filter(({ key }) => counts[key] > 0);
  if (held.length === 0) return <span className={styles.none}>No material</span>;
  return (
    <span className={styles.counts}>
      {held.map(({ key, one, many, Icon }) => (
        <span key={key} className={styles.count} title={countOf(counts[key], one, many)}>
          <Icon size={16} stroke={1.5} aria-hidden />
          <span aria-hidden>{counts[key]}</span>
          <span className={styles.spoken}>{countOf(counts[key], one, many)}</span>
        </span>
      ))}
    </span>
  );
}
