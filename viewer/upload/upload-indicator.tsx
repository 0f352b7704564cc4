import { RingProgress } from '@mantine/core';
import { Link } from 'react-router';
import { countOf } from '#viewer/ui/quantities.ts';
import styles from './upload-indicator.module.css';
import { hasEnded, totalsOf } from './upload-item.ts';
import { useUploads } from './uploads.ts';

/** In the bar of every page while files are on their way; leads back to where they go. */
export function UploadIndicator() {
  const items = useUploads();
  const current = items.find((item) => !hasEnded(item.phase));
  if (current === undefined) return null;
  const totals = totalsOf(items);
  const share = totals.bytes === 0 ? 0 : Math.floor((100 * totals.bytesSent) / totals.bytes);
  return (
    <Link
      className={styles.indicator ?? ''}
      to={`/consultations/${current.consultationId}`}
      title={`${countOf(totals.files - totals.filesEnded, 'file')} still to send`}
    >
      <RingProgress size={22} thickness={3} sections={[{ value: share, color: 'accent' }]} />
      <span>
        {share} %<span className={styles.long}> of {countOf(totals.files, 'file')}</span>
      </span>
    </Link>
  );
}
