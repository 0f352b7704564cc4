import { slicePosition } from '#shared/imaging/image-plane.ts';
import { volumeGeometry } from '#shared/imaging/volume-geometry.ts';
import { decodeMask, encodeMask, type Mask } from '#shared/segmentation/mask-runs.ts';
import { growRegion } from '#shared/segmentation/region-grow.ts';
import { runsOn, type SegmentFrame, withFrame } from '#shared/segmentation/segment.ts';
import { maskBetween, type SignedDistances, signedDistances } from '#shared/segmentation/slice-interpolation.ts';
import { FrameFailure } from './frame-failure.ts';
import { modalityValuesOf } from './frame-image.ts';
import { loadFrame } from './frame-loader.ts';
import type { FrameStack, StackFrame } from './frame-stack.ts';
import type { SegmentHand } from './segment-port.ts';

type Frames = readonly SegmentFrame[];

export interface Grown {
  readonly frames: Frames;
  /** What must be said of it; null when all is as asked for. */
  readonly notice: string | null;
}

/**
 * Grows from a pixel of the frame at `index` through the slices around it, and adds what it found to `frames`. Series
 * that are no volume are grown on the one image. @throws FrameFailure with the reason when nothing can be grown
 */
export async function growSegment(
  stack: FrameStack,
  index: number,
  [x, y]: readonly [number, number],
  frames: Frames,
  { tolerance, growRadiusMm }: Pick<SegmentHand, 'tolerance' | 'growRadiusMm'>,
  signal: AbortSignal,
): Promise<Grown> {
  const from = stack.frames[index];
  if (from === undefined || from.description.isColor) throw new FrameFailure('Colours cannot be grown.');
  const geometry = volumeGeometry(stack.frames.map(({ description }) => description));
  const flat = 'refusal' in geometry;
  const positionOf = (at: number): number =>
    flat ? 0 : (geometry.positionsMm[geometry.order.indexOf(at)] ?? Number.POSITIVE_INFINITY);
  const near = (flat ? [index] : [...geometry.order]).filter(
    (at) => Math.abs(positionOf(at) - positionOf(index)) <= growRadiusMm,
  );
  const slices = await Promise.all(near.map((at) => valuesOf(stack.frames[at], signal)));
  const { columns, rows, plane, pixelShape } = from.description;
  const seed = { column: Math.floor(x), row: Math.floor(y), slice: near.indexOf(index) };
  const value = slices[seed.slice]?.[seed.row * columns + seed.column];
  if (value === undefined) throw new FrameFailure('There is no pixel under the pointer.');
  const grown = growRegion(
    {
      ...{ columns, rows, slices, positionsMm: near.map(positionOf) },
      columnSpacingMm: plane?.columnSpacingMm ?? pixelShape.width,
      rowSpacingMm: plane?.rowSpacingMm ?? pixelShape.height,
    },
    seed,
    { lower: value - tolerance, upper: value + tolerance },
    growRadiusMm,
  );
  if (grown === null) throw new FrameFailure('There is no value under the pointer.');
  let segment = { frames: [...frames] };
  for (const [slice, mask] of grown.masks) {
    const frame = stack.frames[near[slice] ?? -1];
    if (frame !== undefined) segment = withFrame(segment, joinedFrame(segment.frames, frame, mask));
  }
  const said = [
    ...(flat ? [`Grown on this image only. ${geometry.refusal}`] : []),
    ...(grown.reachedRadius ? [`Growing ended ${growRadiusMm} mm from the click; there may be more.`] : []),
  ];
  return { frames: segment.frames, notice: said.length === 0 ? null : said.join(' ') };
}

async function valuesOf(frame: StackFrame | undefined, signal: AbortSignal): Promise<ArrayLike<number>> {
  if (frame === undefined) throw new FrameFailure('This series has changed.');
  return modalityValuesOf(await loadFrame(frame, 'visible', signal), frame.description);
}

/** What is there on the frame and what is added. */
function joinedFrame(frames: Frames, { sopInstanceUid, frameNumber }: StackFrame, mask: Mask): SegmentFrame {
  const before = decodeMask(runsOn({ frames: [...frames] }, sopInstanceUid, frameNumber), mask.length);
  const both = mask.map((value, place) => value | (before?.[place] ?? 0));
  return { sopInstanceUid, frameNumber, runs: encodeMask(both) };
}

/** Columns and rows, the last ones included. */
interface Crop {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** What holds every pixel of the masks and one more on each side, where there is one. */
function cropOf(masks: readonly Mask[], columns: number, rows: number): Crop {
  let [left, top, right, bottom] = [columns, rows, 0, 0];
  for (const mask of masks) {
    for (let place = mask.indexOf(1); place >= 0; place = mask.indexOf(1, place + 1)) {
      const row = Math.floor(place / columns);
      const column = place - row * columns;
      if (column < left) left = column;
      if (column > right) right = column;
      if (row < top) top = row;
      if (row > bottom) bottom = row;
    }
  }
  [left, top] = [Math.max(0, left - 1), Math.max(0, top - 1)];
  const [last, lowest] = [Math.min(columns - 1, right + 1), Math.min(rows - 1, bottom + 1)];
  return { left, top, columns: last - left + 1, rows: lowest - top + 1 };
}

function cropped(mask: Mask, columns: number, crop: Crop): Mask {
  const part = new Uint8Array(crop.columns * crop.rows);
  for (let row = 0; row < crop.rows; row += 1) {
    const from = (crop.top + row) * columns + crop.left;
    part.set(mask.subarray(from, from + crop.columns), row * crop.columns);
  }
  return part;
}

function uncropped(part: Mask, columns: number, rows: number, crop: Crop): Mask {
  const mask = new Uint8Array(columns * rows);
  for (let row = 0; row < crop.rows; row += 1) {
    mask.set(part.subarray(row * crop.columns, (row + 1) * crop.columns), (crop.top + row) * columns + crop.left);
  }
  return mask;
}

/**
 * The frames of a segment with those between drawn ones filled; the same frames where there is nothing to fill. Outside
 * of what is drawn anywhere nothing can be filled, so only that part of the frames is looked at.
 */
export function interpolatedFrames(stack: FrameStack, frames: Frames, columns: number, rows: number): Frames {
  const drawn = stack.frames.flatMap((frame, at) => {
    const runs = runsOn({ frames: [...frames] }, frame.sopInstanceUid, frame.frameNumber);
    const mask = runs === '' ? null : decodeMask(runs, columns * rows);
    return mask === null ? [] : [{ at, frame, mask }];
  });
  const crop = cropOf(
    drawn.map(({ mask }) => mask),
    columns,
    rows,
  );
  const shape = drawn[0]?.frame.description.pixelShape ?? { width: 1, height: 1 };
  const grid = { columns: crop.columns, rows: crop.rows, pixelWidth: shape.width, pixelHeight: shape.height };
  const known = new Map<number, SignedDistances>();
  const distancesOf = ({ at, mask }: { readonly at: number; readonly mask: Mask }): SignedDistances => {
    const distances = known.get(at) ?? signedDistances(cropped(mask, columns, crop), grid);
    known.set(at, distances);
    return distances;
  };
  const added: SegmentFrame[] = [];
  for (const [i, before] of drawn.entries()) {
    const after = drawn[i + 1];
    if (after === undefined || after.at === before.at + 1) continue;
    for (let at = before.at + 1; at < after.at; at += 1) {
      const frame = stack.frames[at];
      if (frame?.description.columns !== columns || frame.description.rows !== rows) continue;
      const share = shareBetween(before.frame, frame, after.frame) ?? (at - before.at) / (after.at - before.at);
      const between = maskBetween(grid, distancesOf(before), distancesOf(after), share);
      const runs = encodeMask(uncropped(between, columns, rows, crop));
      const { sopInstanceUid, frameNumber } = frame;
      if (runs !== '') added.push({ sopInstanceUid, frameNumber, runs });
    }
  }
  return added.length === 0 ? frames : [...frames, ...added];
}

/** By place along the normal; null where the files do not say where slices lie. */
function shareBetween(before: StackFrame, frame: StackFrame, after: StackFrame): number | null {
  const [from, here, to] = [before, frame, after].map(({ description }) =>
    description.plane === null ? null : slicePosition(description.plane),
  );
  if (from == null || here == null || to == null || from === to) return null;
  return Math.min(1, Math.max(0, (here - from) / (to - from)));
}
