import { Button, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconChevronDown, IconCopyCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { countOf } from '#viewer/ui/quantities.ts';
import styles from './batch-result.module.css';
import type { BatchSummary } from './batch-summary.ts';

const SHOWN = 300;

interface BatchResultProps {
  readonly summary: BatchSummary;
  /** Given when something could not be sent and may be tried again. */
  readonly onRetry?: (() => void) | undefined;
}

function AlreadyHere({ count, nothingNew }: { readonly count: number; readonly nothingNew: boolean }) {
  return (
    <p className={styles.row}>
      <IconCopyCheck size={16} className={styles.quiet} aria-hidden />
      <span>
        {countOf(count, 'file was', 'files were')} already here{nothingNew ? '; nothing was added twice.' : '.'}
      </span>
    </p>
  );
}

function RefusedList({ refused }: { readonly refused: BatchSummary['refused'] }) {
  const [open, setOpen] = useState(refused.length <= 6);
  return (
    <div>
      <UnstyledButton className={styles.row} aria-expanded={open} onClick={() => setOpen(!open)}>
        <IconAlertTriangle size={16} className={styles.attention} aria-hidden />
        <span>{countOf(refused.length, 'file was', 'files were')} not taken</span>
        <IconChevronDown size={14} className={styles.chevron} data-open={open} aria-hidden />
      </UnstyledButton>
      {open && (
        <ul className={styles.refused} aria-label="Files that were not taken">
          {refused.slice(0, SHOWN).map(({ name, sentence }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two archives may hold entries of the same name
            <li key={`${index} ${name}`}>
              <span className={styles.name} title={name}>
                <bdi>{name}</bdi>
              </span>
              <span className={styles.sentence}>{sentence}</span>
            </li>
          ))}
          {refused.length > SHOWN && <li className={styles.sentence}>and {refused.length - SHOWN} more</li>}
        </ul>
      )}
    </div>
  );
}

/** What became of the files that were sent: new, here already, not taken and why. */
export function BatchResult({ summary, onRetry }: BatchResultProps) {
  const { added, alreadyHere, refused, cancelled } = summary;
  if (added + alreadyHere + refused.length + cancelled === 0) return null;
  return (
    <section className={styles.panel} aria-label="What became of the files" aria-live="polite">
      {added > 0 && (
        <p className={styles.row}>
          <IconCheck size={16} className={styles.done} aria-hidden />
          <span>{countOf(added, 'file was', 'files were')} added.</span>
        </p>
      )}
      {alreadyHere > 0 && <AlreadyHere count={alreadyHere} nothingNew={added === 0} />}
      {refused.length > 0 && <RefusedList key={refused.length} refused={refused} />}
      {cancelled > 0 && (
        <p className={styles.row}>
          <IconX size={16} className={styles.quiet} aria-hidden />
          <span>{countOf(cancelled, 'file was', 'files were')} cancelled and not sent.</span>
        </p>
      )}
      {onRetry !== undefined && (
        <Button className={styles.retry ?? ''} size="compact-sm" variant="default" onClick={onRetry}>
          Send the rest again
        </Button>
      )}
    </section>
  );
}
