import type { SlideLevel } from '#shared/imaging/pyramid.ts';
import { neededLevel, tilesInView } from './level-choice.ts';
import { type Size, type SlidePlacement, visibleRectangle } from './slide-placement.ts';
import type { TileFailure } from './tile-failure.ts';

/** A tile in our counting: level 0 is full resolution. */
export interface TileRef {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** What is truly on the screen for a placement. */
export interface TileState {
  readonly phase: 'loading' | 'shown' | 'covered';
  /** Why nothing can be shown. */
  readonly reason: string | null;
  /** The level this view needs. */
  readonly level: number;
  /** Every tile of that level in view is painted. */
  readonly isSharp: boolean;
  /** Tiles of that level in view that could not be had. */
  readonly missingCount: number;
  /** Some tile in view is still on its way. */
  readonly isLoading: boolean;
}

export interface TileLedger {
  setPainted(tiles: readonly TileRef[]): void;
  /** Frames painted since the slide was opened. */
  paintCount(): number;
  addFailure(tile: TileRef, failure: TileFailure): void;
  forgetFailures(): void;
  /** The same slide is painted anew: nothing of it is on the screen, frames are counted on. */
  restart(): void;
  clear(): void;
  judge(levels: readonly SlideLevel[], placement: SlidePlacement, screen: Size, density: number): TileState;
}

const keyOf = ({ level, column, row }: TileRef): string => `${level}/${column}/${row}`;

/** Keeps which tiles were painted last and which failed, and judges from them: never from what was asked for. */
export function createTileLedger(): TileLedger {
  let painted: ReadonlySet<string> = new Set();
  let paintCount = 0;
  const failures = new Map<string, TileFailure>();

  return {
    setPainted(tiles) {
      painted = new Set(tiles.map(keyOf));
      paintCount++;
    },
    paintCount: () => paintCount,
    addFailure: (tile, failure) => void failures.set(keyOf(tile), failure),
    forgetFailures: () => failures.clear(),
    restart() {
      painted = new Set();
      failures.clear();
    },
    clear() {
      painted = new Set();
      paintCount = 0;
      failures.clear();
    },
    judge(levels, placement, screen, density) {
      const level = neededLevel(levels, placement.scale * density);
      const described = levels[level];
      const refs = (described === undefined ? [] : tilesInView(described, visibleRectangle(placement, screen))).map(
        ([column, row]) => keyOf({ level, column, row }),
      );
      const missing = refs.filter((ref) => !painted.has(ref) && failures.has(ref));
      const isLoading = refs.some((ref) => !painted.has(ref) && !failures.has(ref));
      const isSharp = !isLoading && missing.length === 0;
      if (painted.size > 0) {
        return { phase: 'shown', reason: null, level, isSharp, missingCount: missing.length, isLoading };
      }
      const [first] = missing;
      const failure = first === undefined ? undefined : failures.get(first);
      const phase = failure !== undefined && !isLoading ? 'covered' : 'loading';
      const reason = phase === 'covered' ? (failure?.message ?? null) : null;
      return { phase, reason, level, isSharp: false, missingCount: missing.length, isLoading };
    },
  };
}
