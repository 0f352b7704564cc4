import { type PointerEvent, useState } from 'react';
import { materialPaths, type SlideSummary } from '#shared/api/material.ts';
import type { VisibleRectangle } from '#shared/imaging/view-state.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import classes from './slide-navigator.module.css';

interface SlideNavigatorProps {
  readonly engine: SlideEngine;
  readonly slide: SlideSummary;
  readonly visible: VisibleRectangle;
}

const LARGEST_PX = 132;
/** The frame of the view never becomes a speck. */
const SMALLEST_FRAME_PX = 8;

/** One side of the frame around its middle. */
function along(from: 'left' | 'top', size: 'width' | 'height', start: number, length: number, scale: number) {
  const px = Math.max(length * scale, SMALLEST_FRAME_PX);
  return { [from]: (start + length / 2) * scale - px / 2, [size]: px };
}

/** The whole slide, small, with the field of view; a press or a drag goes there. */
export function SlideNavigator({ engine, slide, visible }: SlideNavigatorProps) {
  const [isBroken, setBroken] = useState(false);
  const scale = LARGEST_PX / Math.max(slide.width, slide.height);
  const [width, height] = [slide.width * scale, slide.height * scale];
  const goTo = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    engine.centerOn([(event.clientX - box.left) / scale, (event.clientY - box.top) / scale]);
  };
  const frame = {
    ...along('left', 'width', visible.x, visible.width, scale),
    ...along('top', 'height', visible.y, visible.height, scale),
  };
  return (
    <div
      className={classes.navigator}
      style={{ width, height }}
      aria-hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goTo(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) goTo(event);
      }}
    >
      {!isBroken && (
        <img
          className={classes.picture}
          src={materialPaths.slideThumbnail(slide.id)}
          alt=""
          draggable={false}
          onError={() => setBroken(true)}
        />
      )}
      <div className={classes.frame} style={frame} />
    </div>
  );
}
