import { Button, Loader } from '@mantine/core';
import { IconArrowBackUp, IconPhotoOff, IconStack2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './volume-viewport.module.css';

interface VolumeSectionProps {
  readonly label: string;
  readonly onClose: () => void;
  /** Null while there is nothing to be reset. */
  readonly onReset: (() => void) | null;
  /** What stands in the bar between the way back and the reset. */
  readonly tools: ReactNode;
  /** Why the volume cannot be shown, one sentence. */
  readonly problem: string | null;
  /** Who and what: must be read with every image. */
  readonly patientLine: string;
  readonly title: string;
  /** Null once the slices are there. */
  readonly loading: { readonly loaded: number; readonly count: number } | null;
  readonly facts?: ReactNode;
  /** What was corrected or left out, in sentences. */
  readonly remarks: readonly string[];
  readonly children: ReactNode;
}

/** What surrounds a volume, however it is shown: the bar, whose it is, how far it is loaded, or why it is not there. */
export function VolumeSection(props: VolumeSectionProps) {
  const { label, onClose, onReset, tools, problem, patientLine, title, loading, facts, remarks, children } = props;
  return (
    <section className={classes.viewport} aria-label={label}>
      <div className={classes.bar} role="toolbar" aria-label="Volume">
        <Button size="compact-sm" variant="default" leftSection={<IconStack2 size={16} />} onClick={onClose}>
          Slices
        </Button>
        {tools}
        {onReset !== null && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconArrowBackUp size={16} />}
            onClick={onReset}
          >
            Reset
          </Button>
        )}
      </div>
      {problem === null ? (
        children
      ) : (
        <div className={classes.cover} role="alert">
          <IconPhotoOff size={32} stroke={1.5} aria-hidden />
          <p>{problem}</p>
        </div>
      )}
      <div className={classes.who}>
        {patientLine.replaceAll('\n', ' · ')} · {title}
      </div>
      <div className={classes.facts} role="status">
        {loading !== null && problem === null && (
          <span>
            <Loader size={12} color="gray" /> {loading.loaded}/{loading.count} slices loaded
          </span>
        )}
        {problem === null && facts}
        {remarks.map((sentence) => (
          <span key={sentence} className={classes.attention}>
            ⚠ {sentence}
          </span>
        ))}
      </div>
    </section>
  );
}
