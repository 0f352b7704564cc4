import { Button, Progress, UnstyledButton } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconCheck,
  IconChevronDown,
  IconClock,
  IconCloudOff,
  IconPlayerPause,
  IconX,
} from '@tabler/icons-react';
import { useState } from 'react';
import { countOf, formatBytes, formatDuration } from '#viewer/ui/quantities.ts';
import { hasEnded, totalsOf, type UploadItem, type UploadPhase } from './upload-item.ts';
import styles from './upload-progress.module.css';
import { uploads } from './uploads.ts';
import { useSecondsLeft } from './use-seconds-left.ts';

const SHOWN = 200;

const PHASE_WORDS: Readonly<Record<UploadPhase, string>> = {
  waiting: 'Waiting',
  sending: 'Sending',
  checking: 'Checking',
  done: 'Done',
  interrupted: 'No connection',
  paused: 'Paused',
  failed: 'Not sent',
  cancelled: 'Cancelled',
};

function PhaseIcon({ phase }: { readonly phase: UploadPhase }) {
  if (phase === 'done') return <IconCheck size={14} className={styles.done} />;
  if (phase === 'failed') return <IconAlertTriangle size={14} className={styles.failed} />;
  if (phase === 'interrupted') return <IconCloudOff size={14} className={styles.attention} />;
  if (phase === 'paused') return <IconPlayerPause size={14} />;
  if (phase === 'cancelled') return <IconX size={14} />;
  return <IconClock size={14} />;
}

function FileRow({ item }: { readonly item: UploadItem }) {
  const share = item.sizeBytes === 0 ? 0 : Math.round((100 * item.sentBytes) / item.sizeBytes);
  return (
    <li className={styles.file}>
      <PhaseIcon phase={item.phase} />
      <span className={styles.path} title={item.path}>
        <bdi>{item.path}</bdi>
      </span>
      <span className={styles.size}>{formatBytes(item.sizeBytes)}</span>
      <span className={styles.phase}>{item.phase === 'sending' ? `${share} %` : PHASE_WORDS[item.phase]}</span>
    </li>
  );
}

/** What is on its way comes first, what waits next, what has ended last. */
function inOrder(items: readonly UploadItem[]): UploadItem[] {
  const rank = ({ phase }: UploadItem) =>
    phase === 'sending' || phase === 'checking'
      ? 0
      : phase === 'interrupted' || phase === 'paused'
        ? 1
        : phase === 'waiting'
          ? 2
          : 3;
  return [...items].sort((a, b) => rank(a) - rank(b));
}

function headOf(paused: boolean, stuck: boolean, files: number): string {
  if (paused) return 'Paused';
  return stuck ? 'Waiting for the connection' : `Sending ${countOf(files, 'file')}`;
}

/** The files on their way to one consultation: the total, and each file on request. */
export function UploadProgress({ items }: { readonly items: readonly UploadItem[] }) {
  const [open, setOpen] = useState(false);
  const { online } = useNetwork();
  const totals = totalsOf(items);
  const left = useSecondsLeft(totals.bytesSent, totals.bytes, totals.running);
  const first = items[0];
  if (first === undefined || !totals.running) return null;
  const moving = items.some(({ phase }) => phase === 'sending' || phase === 'checking');
  const paused = totals.paused > 0 && !moving;
  const stuck = !online || (totals.interrupted > 0 && !moving);
  const share = totals.bytes === 0 ? totals.filesEnded / totals.files : totals.bytesSent / totals.bytes;
  return (
    <section className={styles.panel} aria-label="Files on their way">
      <div className={styles.line}>
        <strong className={styles.head}>{headOf(paused, stuck, totals.files)}</strong>
        <span className={styles.numbers}>
          {totals.filesEnded.toLocaleString('en')} of {totals.files.toLocaleString('en')} ·{' '}
          {formatBytes(totals.bytesSent)} of {formatBytes(totals.bytes)}
          {left !== null && !stuck && !paused && ` · ${formatDuration(left)} left`}
        </span>
      </div>
      <Progress
        value={share * 100}
        size="sm"
        aria-label="Progress of all files"
        color={paused ? 'gray' : stuck ? 'yellow' : 'accent'}
        transitionDuration={100}
      />
      <div className={styles.line}>
        <UnstyledButton className={styles.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <IconChevronDown size={14} data-open={open} />
          {open ? 'Hide the files' : 'Show each file'}
        </UnstyledButton>
        <span className={styles.note}>
          {paused ? 'What was sent is kept for three days.' : 'You can leave this page; it goes on.'}
        </span>
        {totals.paused > 0 ? (
          <Button size="compact-sm" variant="default" onClick={() => uploads.unpause(first.consultationId)}>
            Resume
          </Button>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => uploads.pause(first.consultationId)}>
            Pause
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={() => uploads.cancel(first.consultationId)}>
          Cancel
        </Button>
      </div>
      {open && <FileList items={items} />}
    </section>
  );
}

function FileList({ items }: { readonly items: readonly UploadItem[] }) {
  const ordered = inOrder(items);
  const ended = items.filter(({ phase }) => hasEnded(phase)).length;
  return (
    <>
      <ul className={styles.files}>
        {ordered.slice(0, SHOWN).map((item) => (
          <FileRow key={item.id} item={item} />
        ))}
      </ul>
      {items.length > SHOWN && (
        <p className={styles.note}>
          The first {SHOWN} of {items.length.toLocaleString('en')}; {ended.toLocaleString('en')} have ended.
        </p>
      )}
    </>
  );
}
