import { Button } from '@mantine/core';
import { IconCube } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { FrameViewport, type FrameViewportProps } from './frame-viewport.tsx';
import classes from './series-viewport.module.css';

const VolumeViewport = lazy(async () => ({ default: (await import('./volume-viewport.tsx')).VolumeViewport }));

interface SeriesViewportProps extends FrameViewportProps {
  /** Fewer slices make no volume. */
  readonly frameCount: number;
}

const FEWEST = 3;

/** A series as slices, or on request as planes through the volume they make; the code for those comes when asked for. */
export function SeriesViewport({ frameCount, ...slices }: SeriesViewportProps) {
  const [asVolume, setAsVolume] = useState(false);
  if (asVolume) {
    return (
      <Suspense fallback={null}>
        <VolumeViewport
          studyUid={slices.studyUid}
          seriesUid={slices.seriesUid}
          members={slices.members}
          patientLine={slices.patientLine}
          title={slices.studyLine.replaceAll('\n', ', ')}
          onClose={() => setAsVolume(false)}
        />
      </Suspense>
    );
  }
  return (
    <div className={classes.viewport}>
      <FrameViewport {...slices} />
      {frameCount >= FEWEST && (
        <Button
          className={classes.planes}
          size="compact-sm"
          variant="default"
          leftSection={<IconCube size={16} stroke={1.75} aria-hidden />}
          onClick={() => setAsVolume(true)}
        >
          MPR
        </Button>
      )}
    </div>
  );
}
