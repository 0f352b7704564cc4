import { IconTool } from '@tabler/icons-react';
import type { SeriesSummary } from '#shared/api/material.ts';
import { countOf } from '#viewer/ui/quantities.ts';
import styles from './repair-words.module.css';

interface RepairWordsProps {
  readonly series: Pick<SeriesSummary, 'repairs' | 'instanceCount'>;
}

/**
 * What was wrong with the files of a series and how they were read all the same; nothing for sound ones. Closed until
 * somebody asks, and marked where the reading rests on a guess.
 */
export function RepairWords({ series: { repairs, instanceCount } }: RepairWordsProps) {
  if (repairs.length === 0) return null;
  const guessed = repairs.some(({ guess }) => guess);
  return (
    <details className={styles.repairs} data-guess={guessed || undefined}>
      <summary className={styles.summary}>
        <IconTool size={12} stroke={1.75} aria-hidden />
        {guessed ? 'Repaired while reading, with a guess' : 'Repaired while reading'}
      </summary>
      <ul className={styles.list}>
        {repairs.map(({ code, sentence, instances, places }) => (
          <li key={code}>
            {sentence}
            <span className={styles.places}>
              {instances < instanceCount && `${instances} of ${countOf(instanceCount, 'object')} `}
              {places.join(', ')}
            </span>
          </li>
        ))}
      </ul>
      <p className={styles.unchanged}>The stored files are as they were sent.</p>
    </details>
  );
}
