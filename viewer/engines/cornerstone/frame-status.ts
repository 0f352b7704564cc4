import { slicePosition } from '#shared/imaging/image-plane.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import type { FrameFailure } from './frame-failure.ts';
import { type FrameStack, targetAt } from './frame-stack.ts';
import { type Placement, screenLetters } from './placement.ts';

export interface StatusFacts {
  readonly stack: FrameStack | null;
  readonly painted: number | null;
  readonly covered: boolean;
  readonly failure: FrameFailure | null;
  readonly placement: Placement | null;
  readonly window: VoiWindow | null;
  readonly view: FrameView | null;
  readonly loadedCount: number;
  readonly probe: string | null;
}

/** The status for overlays: everything in it is of the painted image, never of the one that is asked for. */
export function describeStatus(facts: StatusFacts): EngineStatus {
  const { stack, painted, covered, failure, placement, window, view } = facts;
  if (stack === null) return { phase: 'blank', reason: null, target: null, view: null, frame: null, slide: null };
  const phase = failure !== null && covered ? 'covered' : covered ? 'loading' : 'shown';
  const reason = phase === 'covered' && failure !== null ? failure.message : null;
  const description = painted === null ? undefined : stack.frames[painted]?.description;
  if (painted === null || description === undefined || placement === null || window === null || covered) {
    return { phase, reason, target: null, view: null, frame: null, slide: null };
  }
  const { calibration, plane } = description;
  const millimetres =
    calibration.kind === 'mm-per-pixel' ? Math.min(calibration.columnMm, calibration.rowMm) / placement.zoom : null;
  return {
    phase,
    reason,
    target: targetAt(stack, painted),
    view,
    frame: {
      index: painted,
      count: stack.frames.length,
      positionMm: plane === null ? null : slicePosition(plane),
      windowCenter: window.center,
      windowWidth: window.width,
      zoom: placement.zoom,
      orientation: screenLetters(placement, plane),
      mmPerScreenPixel: millimetres,
      fidelity: description.lossy ? 'lossy' : 'lossless',
      unapplied: description.unapplied,
      loadedCount: facts.loadedCount,
      probe: facts.probe,
    },
    slide: null,
  };
}
