import { Button } from '@mantine/core';
import { IconCube, IconRotate3d } from '@tabler/icons-react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { StudySummary } from '#shared/api/material.ts';
import type { VolumeView } from '#shared/imaging/volume-view.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { EngineListener, EngineStatus, FusionStatus } from '#viewer/engines/image-engine.ts';
import { FrameViewport, type FrameViewportProps } from './frame-viewport.tsx';
import { FusionPanel } from './fusion-panel.tsx';
import classes from './series-viewport.module.css';
import { readPlanes, withPlanes, writePlanes } from './view-address.ts';
import { ViewExport } from './view-export.tsx';

/** The address follows the planes this long after they came to rest. */
const ADDRESS_AFTER_MS = 600;

const VolumeViewport = lazy(async () => ({ default: (await import('./volume-viewport.tsx')).VolumeViewport }));
const RenderingViewport = lazy(async () => ({
  default: (await import('./rendering-viewport.tsx')).RenderingViewport,
}));

interface SeriesViewportProps extends FrameViewportProps {
  /** Other series of it can be laid over this one. */
  readonly study: StudySummary;
  /** Fewer slices make no volume. */
  readonly frameCount: number;
}

const FEWEST = 3;

/**
 * A series as slices, or on request as planes through the volume they make or rendered in 3D; the code for those comes
 * when asked for.
 */
export function SeriesViewport({ frameCount, study, ...slices }: SeriesViewportProps) {
  const [engine, setEngine] = useState<FrameEngine | null>(null);
  const [fusion, setFusion] = useState<FusionStatus | null>(null);
  const { onEngine, listener } = slices;
  const root = useRef<HTMLDivElement>(null);
  const shown = useRef<EngineStatus | null>(null);
  const watching = useMemo(
    (): EngineListener => ({
      ...listener,
      onStatus(status) {
        shown.current = status;
        listener.onStatus(status);
      },
    }),
    [listener],
  );
  const takeEngine = useCallback(
    (next: FrameEngine | null) => {
      setEngine(next);
      setFusion(null);
      onEngine(next);
    },
    [onEngine],
  );
  const [search, setSearch] = useSearchParams();
  const name = `${slices.seriesUid}~${slices.members[0] ?? ''}`;
  const [before] = useState(() => readPlanes(search.get('planes'), name));
  const [shownAs, setShownAs] = useState<'slices' | 'planes' | 'rendering'>(before === null ? 'slices' : 'planes');
  const timer = useRef(0);
  const leave = () => {
    window.clearTimeout(timer.current);
    setShownAs('slices');
    setSearch(withPlanes(null), { replace: true, preventScrollReset: true });
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  // The address holds the planes that were moved last.
  const latest = useRef({ name, setSearch });
  latest.current = { name, setSearch };
  const onView = useCallback((view: VolumeView) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      const now = latest.current;
      now.setSearch(withPlanes(writePlanes(now.name, view)), { replace: true, preventScrollReset: true });
    }, ADDRESS_AFTER_MS);
  }, []);
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
          study={study}
          patientLine={slices.patientLine}
          title={slices.studyLine.replaceAll('\n', ', ')}
          onClose={leave}
          before={before}
          onView={onView}
        />
      </Suspense>
    );
  }
  return (
    <div ref={root} className={classes.viewport}>
      <FrameViewport {...slices} listener={watching} onEngine={takeEngine} />
      <div className={classes.planes}>
        {frameCount >= FEWEST && engine !== null && (
          <FusionPanel
            study={study}
            beneath={slices.seriesUid}
            status={fusion}
            onFuse={async (...wanted) => {
              await engine.fuse(...wanted);
              setFusion(engine.fusion());
            }}
            onUnfuse={() => {
              engine.unfuse();
              setFusion(null);
            }}
            onChoose={(choice) => {
              engine.chooseFusion(choice);
              setFusion(engine.fusion());
            }}
          />
        )}
        {frameCount >= FEWEST && (
          <Button.Group>
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
        <ViewExport
          viewport={root}
          status={() => shown.current}
          patientLine={slices.patientLine}
          studyLine={slices.studyLine}
        />
      </div>
    </div>
  );
}
