import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './filter-chip.module.css';

interface FilterChipProps {
  readonly pressed: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
  readonly count?: number;
}

/** A filter that is on or off, with how many rows it would show. */
export function FilterChip({ pressed, onPress, children, count }: FilterChipProps) {
  return (
    <UnstyledButton className={styles.chip} aria-pressed={pressed} onClick={onPress}>
      {children}
      {count !== undefined && <span className={styles.count}>{count.toLocaleString('en')}</span>}
    </UnstyledButton>
  );
}
