import { IconCheck, IconCloudOff, IconLoader2 } from '@tabler/icons-react';
import type { SaveStatus } from '#viewer/state/record-store.ts';
import { formatTime } from './dates.ts';
import styles from './save-state.module.css';

/** "Saved 14:02", "Saving …", "Not saved yet. Trying again." — quiet, and never only a colour. */
export function SaveState({ status }: { readonly status: SaveStatus }) {
  if (status.phase === 'waiting') {
    return (
      <span className={styles.waiting} role="status">
        <IconCloudOff size={14} stroke={1.75} aria-hidden /> {status.sentence ?? 'Not saved yet. Trying again.'}
      </span>
    );
  }
  if (status.phase === 'saving') {
    return (
      <span className={styles.state} role="status">
        <IconLoader2 size={14} stroke={1.75} aria-hidden /> Saving …
      </span>
    );
  }
  if (status.savedAt === null) return <span className={styles.state} role="status" />;
  return (
    <span className={styles.state} role="status">
      <IconCheck size={14} stroke={1.75} aria-hidden /> Saved {formatTime(new Date(status.savedAt))}
    </span>
  );
}
