import { IconAlertTriangle, IconClock, IconClockExclamation } from '@tabler/icons-react';
import type { Urgency } from '#shared/consultation/consultation.ts';
import { formatFull } from '#viewer/ui/dates.ts';
import { dueIn, URGENCY_WORDS } from './due.ts';
import styles from './due-clock.module.css';

interface DueClockProps {
  readonly dueAt: string | null;
  readonly submittedAt: string | null;
  readonly urgency: Urgency;
  readonly now: number;
}

const ICONS = { none: null, calm: IconClock, soon: IconClockExclamation, late: IconAlertTriangle } as const;

/** When the answer is due, in words; the urgency stands before it unless it is routine. */
export function DueClock({ dueAt, submittedAt, urgency, now }: DueClockProps) {
  const due = dueIn(dueAt, submittedAt, now);
  const Icon = ICONS[due.tone];
  return (
    <span className={styles.due}>
      {urgency !== 'routine' && (
        <span className={styles.urgency} data-urgency={urgency}>
          {URGENCY_WORDS[urgency]}
        </span>
      )}
      {dueAt !== null && (
        <span className={styles.clock} data-tone={due.tone} title={`Answer due ${formatFull(dueAt)}`}>
          {Icon !== null && <Icon size={15} stroke={1.75} aria-hidden />}
          {due.words}
        </span>
      )}
    </span>
  );
}
