import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { FrameStatus } from '#viewer/engines/image-engine.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { pressFrameKey } from './frame-keys.ts';
import classes from './frame-scrubber.module.css';
import { loadedSegments } from './loaded-segments.ts';

interface FrameScrubberProps {
  readonly engine: FrameEngine;
  readonly frame: FrameStatus | null;
}

/** A thin slider through the stack at the right edge; the brighter parts of its track are already loaded. */
export function FrameScrubber({ engine, frame }: FrameScrubberProps) {
  const { shortcuts } = usePreferences();
  const lastFrame = useRef<FrameStatus | null>(null);
  if (frame !== null) lastFrame.current = frame;
  const known = lastFrame.current;
  if (known === null || known.count < 2) return null;
  const { count, index } = known;

  const goToPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    engine.goTo(((event.clientY - box.top) / box.height) * (count - 1));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (pressFrameKey(engine, event, shortcuts)) event.preventDefault();
  };
  return (
    <div
      className={classes.scrubber}
      role="slider"
      tabIndex={0}
      aria-label="Slice"
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={index + 1}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goToPointer(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) goToPointer(event);
      }}
    >
      <div className={classes.track}>
        {loadedSegments(count, (i) => engine.isLoaded(i)).map(({ from, to }) => (
          <div
            key={from}
            className={classes.loaded}
            style={{ top: `${(from / count) * 100}%`, height: `${((to - from) / count) * 100}%` }}
          />
        ))}
        <div className={classes.thumb} style={{ top: `${(index / (count - 1)) * 100}%` }} />
      </div>
    </div>
  );
}
