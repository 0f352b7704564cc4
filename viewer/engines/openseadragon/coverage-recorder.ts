import { applied } from '#shared/imaging/affine.ts';
import { bitsOfMagnification, type Coverage, mergedCoverage } from '#shared/imaging/slide-coverage.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import { affineOf, placementOfView, type Size } from './slide-placement.ts';

/** How often a view is looked at; whoever records keeps to it. */
export const SAMPLE_MS = 100;
/** A cell counts as seen once it has been wholly on the screen, sharp, for this many samples, also with breaks. */
const SAMPLES_TO_SEE = 3;

export interface CoverageRecorder {
  /** The reader has this before the eyes now. True when something counts as seen that did not before. */
  sample(view: SlideView, screen: Size, magnification: number): boolean;
  /** Adds what was seen elsewhere. */
  merge(coverage: Coverage): void;
  /** A value of its own; it does not change afterwards. */
  coverage(): Coverage;
}

/** Counts for how long each cell of a slide has been seen at each magnification. Time is told by calls alone. */
export function createCoverageRecorder(slide: Size, before: Coverage): CoverageRecorder {
  let coverage: Coverage = { ...before, seen: before.seen.slice() };
  const { columns, rows, cell } = coverage;
  /** Samples of the cells, by the bits they were seen with. */
  const dwell = new Map<number, Uint8Array>();

  const dwellOf = (bits: number): Uint8Array => {
    const known = dwell.get(bits) ?? new Uint8Array(columns * rows);
    dwell.set(bits, known);
    return known;
  };
  return {
    sample(view, screen, magnification) {
      const bits = bitsOfMagnification(magnification);
      if (bits === 0) return false;
      const samples = dwellOf(bits);
      const affine = affineOf(placementOfView(view, screen), screen);
      const isOnScreen = (x: number, y: number): boolean => {
        const [sx, sy] = applied(affine, [Math.min(x, slide.width), Math.min(y, slide.height)]);
        // Half a pixel of tolerance: the view that fits a slide shows all of it.
        return sx >= -0.5 && sy >= -0.5 && sx <= screen.width + 0.5 && sy <= screen.height + 0.5;
      };
      // Turned by other than quarters, the screen reaches as far as its diagonal.
      const reach = Math.hypot(view.visible.width, view.visible.height) / 2;
      const [cx, cy] = [view.visible.x + view.visible.width / 2, view.visible.y + view.visible.height / 2];
      const [left, right] = [
        Math.max(0, Math.floor((cx - reach) / cell)),
        Math.min(columns, Math.ceil((cx + reach) / cell)),
      ];
      const [top, bottom] = [
        Math.max(0, Math.floor((cy - reach) / cell)),
        Math.min(rows, Math.ceil((cy + reach) / cell)),
      ];
      let isNew = false;
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const at = row * columns + column;
          if (((coverage.seen[at] ?? 0) & bits) === bits) continue;
          const [x, y] = [column * cell, row * cell];
          const isWhole =
            isOnScreen(x, y) && isOnScreen(x + cell, y) && isOnScreen(x, y + cell) && isOnScreen(x + cell, y + cell);
          if (!isWhole) continue;
          samples[at] = Math.min(SAMPLES_TO_SEE, (samples[at] ?? 0) + 1);
          if ((samples[at] ?? 0) < SAMPLES_TO_SEE) continue;
          coverage.seen[at] = (coverage.seen[at] ?? 0) | bits;
          isNew = true;
        }
      }
      return isNew;
    },
    merge(other) {
      coverage = mergedCoverage(coverage, other);
    },
    coverage: () => ({ ...coverage, seen: coverage.seen.slice() }),
  };
}
