import { Button } from '@mantine/core';
import { IconCube, IconRotate3d } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { FrameViewport, type FrameViewportProps } from './frame-viewport.tsx';
import classes from './series-viewport.module.css';

const VolumeViewport = lazy(async () => ({ default: (await import('./volume-viewport.tsx')).VolumeViewport }));
const RenderingViewport = lazy(async () => ({
  default: (await import('./rendering-viewport.tsx')).RenderingViewport,
}));

interface SeriesViewportProps extends FrameViewportProps {
  /** Fewer slices make no volume. */
  readonly frameCount: number;
}

const FEWEST = 3;

/**
 * A series as slices, or on request as planes through the volume they make or rendered in 3D; the code for those comes
 * when asked for.
 */
export function SeriesViewport({ frameCount, ...slices }: SeriesViewportProps) {
  const [shownAs, setShownAs] = useState<'slices' | 'planes' | 'rendering'>('slices');
  if (shownAs !== 'slices') {
    const AsVolume = shownAs === 'planes' ? VolumeViewport : RenderingViewport;
    return (
      <Suspense fallback={null}>
        <AsVolume
          // Another series is another viewport: nothing of one is ever seen under the name of the other.
          key={`${slices.seriesUid} ${slices.members[0]}`}
          studyUid={slices.studyUid}
          seriesUid={slices.seriesUid}
          members={slices.members}
          patientLine={slices.patientLine}
          title={slices.studyLine.replaceAll('\n', ', ')}
          onClose={() => setShownAs('slices')}
        />
      </Suspense>
    );
  }
  return (
    <div className={classes.viewport}>
      <FrameViewport {...slices} />
      {frameCount >= FEWEST && (
        <Button.Group className={classes.planes}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconCube size={16} stroke={1.75} aria-hidden />}
            onClick={() => setShownAs('planes')}
          >
            MPR
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRotate3d size={16} stroke={1.75} aria-hidden />}
            onClick={() => setShownAs('rendering')}
          >
            3D
          </Button>
        </Button.Group>
      )}
    </div>
  );
}
