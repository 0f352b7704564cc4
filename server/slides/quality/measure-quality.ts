/** Measures a slide: tissue, focus, pen marks, pixel size, and whether the scan missed tissue on the glass. */

import { readRegion } from '#server/slides/region.ts';
import { readScaledRegion } from '#server/slides/scaled-region.ts';
import type { Slide } from '#server/slides/slide.ts';
import { AppError } from '#shared/errors.ts';
import { judgePixelSize } from '#shared/imaging/pixel-size.ts';
import { BLURRED_BELOW, QUALITY_FORM, type QualityCard } from '#shared/imaging/quality-card.ts';
import { planFocusGrid } from './focus-grid.ts';
import { countOf, packed } from './mask.ts';
import type { OverviewFound, QualityTasks } from './quality-tasks.ts';

const OVERVIEW_MPP = 16;
const LEAST_OVERVIEW = 768;
const MOST_OVERVIEW = 2048;
/** Pictures of one message: 16 tiles of 256 px are 3 MB. */
const FOCUS_BATCH = 16;

interface Overview extends OverviewFound {
  readonly mpp: number | null;
}

/**
 * The card of the slide. What cannot be measured says why; a slide that cannot be read at all throws as reading it does.
 * Holds one overview and a few tiles in memory at a time.
 */
export async function measureQuality(slide: Slide, tasks: QualityTasks, signal: AbortSignal): Promise<QualityCard> {
  const { description } = slide;
  const pixelSize = judgePixelSize(description);
  const common = { form: QUALITY_FORM, pixelSize };
  if (description.channels.some(({ colour }) => colour !== null)) {
    const not = { measured: false, reason: 'this is no bright-field image' } as const;
    return { ...common, tissue: not, focus: not, penMarks: not, macro: not };
  }
  const overview = await readOverview(slide, tasks, signal);
  const { tissue, pen, mpp } = overview;
  const tissuePixels = countOf(tissue);
  const [scaleX, scaleY] = [description.width / tissue.width, description.height / tissue.height];
  return {
    ...common,
    tissue: {
      measured: true,
      fraction: rounded(tissuePixels / tissue.data.length),
      areaMm2: mpp === null ? null : rounded((tissuePixels * mpp * mpp) / 1e6),
      mask: { width: tissue.width, height: tissue.height, bits: Buffer.from(packed(tissue)).toString('base64') },
    },
    penMarks: {
      measured: true,
      share: rounded(pen.reduce((sum, { share }) => sum + share, 0)),
      marks: pen.map(({ ink, share, ...box }) => ({
        ...{ ink, share: rounded(share) },
        ...{ x: Math.round(box.x * scaleX), y: Math.round(box.y * scaleY) },
        ...{ width: Math.round(box.width * scaleX), height: Math.round(box.height * scaleY) },
      })),
    },
    focus: await measureFocus(slide, overview, tasks, signal),
    macro: await compareMacro(slide, overview, tasks, signal),
  };
}

async function readOverview(slide: Slide, tasks: QualityTasks, signal: AbortSignal): Promise<Overview> {
  const { width, height, mppX, mppY } = slide.description;
  const longest = Math.max(width, height);
  const wanted = mppX === null ? LEAST_OVERVIEW : (longest * mppX) / OVERVIEW_MPP;
  const scale = Math.min(1, Math.min(MOST_OVERVIEW, Math.max(LEAST_OVERVIEW, wanted)) / longest);
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const picture = await readScaledRegion(slide, { rectangle: { x: 0, y: 0, width, height }, ...size }, signal);
  const mpp =
    mppX === null || mppY === null ? null : Math.sqrt(((mppX * width) / size.width) * ((mppY * height) / size.height));
  return { ...(await tasks.overview({ picture, mpp }, signal)), mpp };
}

async function measureFocus(
  slide: Slide,
  { limit, tissue }: Overview,
  tasks: QualityTasks,
  signal: AbortSignal,
): Promise<QualityCard['focus']> {
  const grid = planFocusGrid(slide.description, tissue);
  if (grid.patches.length === 0) return { measured: false, reason: 'no tissue was found' };
  const scores = new Uint8Array(grid.columns * grid.rows);
  const found: number[] = [];
  for (let start = 0; start < grid.patches.length; start += FOCUS_BATCH) {
    const batch = grid.patches.slice(start, start + FOCUS_BATCH);
    const pictures = [];
    for (const { rectangle } of batch) pictures.push(await readRegion(slide, grid.level, rectangle, signal));
    const measured = await tasks.focus({ pictures, limit }, signal);
    for (const [index, { column, row }] of batch.entries()) {
      const score = measured[index] ?? null;
      if (score === null) continue;
      scores[row * grid.columns + column] = 1 + Math.round(score * 254);
      found.push(score);
    }
  }
  if (found.length === 0) return { measured: false, reason: 'no tissue was found' };
  found.sort((a, b) => a - b);
  const mpp = slide.description.mppX;
  const downsample = slide.description.levels[grid.level]?.downsampleX ?? 1;
  return {
    measured: true,
    ...{ cellWidth: grid.cellWidth, cellHeight: grid.cellHeight, columns: grid.columns, rows: grid.rows },
    scores: Buffer.from(scores).toString('base64'),
    micrometresPerPixel: mpp === null ? null : rounded(mpp * downsample),
    median: rounded(found[Math.floor(found.length / 2)] ?? 0),
    blurredShare: rounded(found.filter((score) => score < BLURRED_BELOW).length / found.length),
  };
}

async function compareMacro(
  slide: Slide,
  { tissue }: Overview,
  tasks: QualityTasks,
  signal: AbortSignal,
): Promise<QualityCard['macro']> {
  const { width, height, mppX, mppY, associatedImages } = slide.description;
  const macro = associatedImages.find(({ name }) => name === 'macro');
  if (macro === undefined) return { measured: false, reason: 'the file holds no picture of it' };
  if (mppX === null || mppY === null) return { measured: false, reason: 'the file states no pixel size' };
  try {
    const image = await slide.associatedImage('macro', signal);
    const format = image.mediaType === 'image/png' ? 'PNG' : 'JPEG';
    return await tasks.macro(
      {
        image: { bytes: image.bytes, format, width: macro.width, height: macro.height },
        scan: { mask: tissue, widthMm: (width * mppX) / 1000, heightMm: (height * mppY) / 1000 },
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    return { measured: false, reason: 'its picture cannot be read' };
  }
}

/** The card is for people and for maps: six digits suffice. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
