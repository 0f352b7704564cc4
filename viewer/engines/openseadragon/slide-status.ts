import type { Point } from '#shared/annotation/geometry.ts';
import type { SlideSummary } from '#shared/api/material.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import { magnificationAt, micrometresPerScreenPixel } from './magnification.ts';
import type { SlidePlacement } from './slide-placement.ts';
import type { TileState } from './tile-ledger.ts';

export interface SlideStatusFacts {
  readonly source: { readonly slide: SlideSummary } | null;
  readonly placement: SlidePlacement | null;
  /** Of the placement. */
  readonly view: SlideView | null;
  readonly state: TileState | null;
  /** Level-0 place under the pointer, also beside the slide. */
  readonly pointer: Point | null;
}

/** The status for overlays: everything in it is of what is painted, never of what was asked for. */
export function describeSlideStatus(facts: SlideStatusFacts): EngineStatus {
  const { source, placement, view, state, pointer } = facts;
  if (source === null || placement === null || state === null) {
    return { phase: 'blank', reason: null, target: null, view: null, frame: null, slide: null };
  }
  const { slide } = source;
  const { phase, reason } = state;
  if (phase !== 'shown') return { phase, reason, target: null, view: null, frame: null, slide: null };
  const isOnSlide =
    pointer !== null && pointer[0] >= 0 && pointer[1] >= 0 && pointer[0] < slide.width && pointer[1] < slide.height;
  return {
    phase,
    reason,
    target: { kind: 'slide', slideId: slide.id },
    view,
    frame: null,
    slide: {
      magnification: magnificationAt(slide, placement.scale),
      micrometresPerScreenPixel: micrometresPerScreenPixel(slide, placement.scale, placement.rotation),
      downsample: 1 / placement.scale,
      level: state.level,
      sharp: state.isSharp,
      missingTiles: state.missingCount,
      pointer: isOnSlide ? [Math.floor(pointer[0]), Math.floor(pointer[1])] : null,
    },
  };
}
