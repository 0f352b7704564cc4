/** Levels a scanner left out of a pyramid: which are missing, and how they are counted with those of the file. */

import { levelDownsample, type SlideDescription, type SlideLevel } from './pyramid.ts';

/** Neighbouring levels so far apart make a view read sixty-four tiles for one. */
const JUMP = 8;
/** As many scanners step. */
const STEP = 4;
/** What the coarsest level is measured against: a slide should be seen as a whole by reading a few tiles. */
const OVERVIEW_SIDE = 512;

export interface MissingLevel {
  /** Index of the level it is averaged from. */
  readonly from: number;
  readonly width: number;
  readonly height: number;
}

/** Levels to be made, from fine to coarse: where neighbours are 8 × apart or more, a level every 4 ×. */
export function missingLevels(levels: readonly SlideLevel[]): MissingLevel[] {
  return levels.flatMap((level, from) => {
    const coarser = levels[from + 1];
    const jump =
      coarser === undefined
        ? Math.max(level.width, level.height) / OVERVIEW_SIDE
        : levelDownsample(coarser) / levelDownsample(level);
    const missing: MissingLevel[] = [];
    for (let factor = STEP; jump / (factor / STEP) >= JUMP; factor *= STEP) {
      missing.push({
        from,
        width: Math.max(1, Math.round(level.width / factor)),
        height: Math.max(1, Math.round(level.height / factor)),
      });
    }
    return missing;
  });
}

export interface SidePlan {
  /** Level 0 is stored as well: for pictures that would have to be rewritten at each opening. */
  readonly withBase: boolean;
  readonly missing: readonly MissingLevel[];
}

/** The format of pictures that have no tiles. */
const FLAT = 'flat-picture';

/**
 * What the side pyramid of a slide holds; null when it needs none. Planes and channels are laid over each other as somebody
 * wishes, so that no level could hold them all: such slides have none.
 */
export function sidePlan({
  format,
  levels,
  focalPlanes,
  channels,
}: Pick<SlideDescription, 'format' | 'levels' | 'focalPlanes' | 'channels'>): SidePlan | null {
  if (focalPlanes.length > 1 || channels.length > 1 || channels.some(({ window }) => window !== null)) return null;
  const plan = { withBase: format === FLAT, missing: missingLevels(levels) };
  return plan.withBase || plan.missing.length > 0 ? plan : null;
}

/** Where a level of a slide with a side pyramid is stored. */
export interface LevelPlace {
  readonly stored: 'file' | 'side';
  /** Among the levels stored there. */
  readonly index: number;
}

/** Levels of the file and of its side pyramid from fine to coarse; level 0 is always the file's. */
export function joinLevels(
  file: readonly SlideLevel[],
  side: readonly SlideLevel[],
): readonly { readonly level: SlideLevel; readonly place: LevelPlace }[] {
  const placed = (levels: readonly SlideLevel[], stored: LevelPlace['stored']) =>
    levels.map((level, index) => ({ level, place: { stored, index } }));
  return [...placed(file, 'file'), ...placed(side, 'side')].sort((one, other) => other.level.width - one.level.width);
}
