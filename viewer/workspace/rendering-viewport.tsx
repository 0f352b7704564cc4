import { Button, NativeSelect } from '@mantine/core';
import { type KeyboardEvent, useRef } from 'react';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { STANDARD_VIEWS, type StandardView } from '#viewer/engines/cornerstone/rendering-camera.ts';
import type { RenderingPreset } from '#viewer/engines/cornerstone/rendering-presets.ts';
import type { VolumeRendering } from '#viewer/engines/cornerstone/volume-rendering.ts';
import classes from './rendering-viewport.module.css';
import { useVolumeRendering } from './use-volume-rendering.ts';
import { VolumeSection } from './volume-section.tsx';

interface RenderingViewportProps {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  readonly members: readonly SopInstanceUid[];
  readonly title: string;
  /** Who: must be read with every image. */
  readonly patientLine: string;
  readonly onClose: () => void;
}

const VIEW_NAMES: Readonly<Record<StandardView, string>> = {
  ...{ A: 'From the front', P: 'From behind', L: 'From the left' },
  ...{ R: 'From the right', H: 'From the head', F: 'From the feet' },
};
const EDGES = ['top', 'bottom', 'left', 'right'] as const;
const TURN = 10;
const MOVE = 24;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

/** A series rendered in three dimensions, for orientation. */
export function RenderingViewport({
  studyUid,
  seriesUid,
  members,
  title,
  patientLine,
  onClose,
}: RenderingViewportProps) {
  const host = useRef<HTMLDivElement>(null);
  const { rendering, status, presets, remarks, loaded, count, problem } = useVolumeRendering(
    host,
    studyUid,
    seriesUid,
    members,
  );
  return (
    <VolumeSection
      label={`3D of ${title}`}
      {...{ onClose, problem, patientLine, title, remarks }}
      loading={rendering === null ? { loaded, count } : null}
      onReset={rendering === null || problem !== null ? null : rendering.reset}
      facts={<span>3D is for orientation; measure on the slices.</span>}
      tools={
        rendering !== null &&
        status !== null &&
        problem === null && (
          <>
            <NativeSelect
              size="xs"
              aria-label="Preset"
              data={[...presets]}
              value={status.preset}
              onChange={(event) => rendering.setPreset(event.currentTarget.value as RenderingPreset)}
            />
            <Button.Group aria-label="Look from">
              {STANDARD_VIEWS.map((view) => (
                <Button
                  key={view}
                  size="compact-sm"
                  variant={status.seenFrom === view ? 'filled' : 'default'}
                  title={`${VIEW_NAMES[view]} (${view})`}
                  aria-label={VIEW_NAMES[view]}
                  onClick={() => rendering.lookFrom(view)}
                >
                  {view}
                </Button>
              ))}
            </Button.Group>
          </>
        )
      }
    >
      <div
        ref={host}
        className={classes.stage}
        role="application"
        aria-label="Rendered volume: arrows turn, Shift and arrows move, + and − zoom, 0 resets"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys act on what has the focus
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.focus()}
        onKeyDown={(event) => rendering !== null && press(rendering, event)}
      >
        {status !== null &&
          EDGES.map((edge) => (
            <span key={edge} className={classes.letter} data-edge={edge}>
              {status.letters[edge]}
            </span>
          ))}
      </div>
    </VolumeSection>
  );
}

/** What is a key here goes no further: letters choose tools elsewhere on the page. */
function press(rendering: VolumeRendering, event: KeyboardEvent): void {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (altKey || ctrlKey || metaKey) return;
  const arrow = ARROWS[key];
  const view = STANDARD_VIEWS.find((one) => one === key.toUpperCase());
  if (arrow !== undefined && shiftKey) rendering.move(arrow[0] * MOVE, arrow[1] * MOVE);
  else if (arrow !== undefined) rendering.turn(arrow[0] * TURN, arrow[1] * TURN);
  else if (key === '+' || key === '=') rendering.zoom(1.25);
  else if (key === '-') rendering.zoom(0.8);
  else if (key === '0') rendering.reset();
  else if (view !== undefined) rendering.lookFrom(view);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
