/** Where each frame of one resolution of a DICOM slide belongs (PS3.3 C.7.6.17.3, C.8.12.6.1). */

import { AppError } from '#shared/errors.ts';
import { MOST_CHANNELS, MOST_FOCAL_PLANES } from '#shared/imaging/plane-selection.ts';
import type { DicomPart } from './dicom-part.ts';

export interface DicomFrame {
  readonly part: DicomPart;
  /** From 1. */
  readonly number: number;
}

export interface PlacedFrame extends DicomFrame {
  readonly x: number;
  readonly y: number;
}

/** All frames of one size of the total pixel matrix. */
export interface DicomResolution {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** In µm, ascending; null when the files do not say. */
  readonly focalPlanesUm: readonly (number | null)[];
  readonly opticalPaths: readonly { readonly identifier: string; readonly description: string | null }[];
  frames(focalPlane: number, opticalPath: number): readonly PlacedFrame[];
  /** Any instance, for what all share. */
  readonly sample: DicomPart;
}

/**
 * Joins the instances of one resolution: the parts of a concatenation, and instances of other planes or paths.
 * Errors: SLIDE_INCOMPLETE for missing parts, SLIDE_METADATA_INVALID for instances that contradict each other.
 */
export function joinResolution(parts: readonly DicomPart[]): DicomResolution {
  const [sample] = parts;
  if (sample === undefined) throw new TypeError('A resolution has at least one instance.');
  const { columns: tileWidth, rows: tileHeight } = sample.image;
  const byPlane = new Map<string, PlacedFrame[]>();
  const heights: (number | null)[] = [];
  const paths = new Map<string, DicomResolution['opticalPaths'][number]>();
  const put = (frame: PlacedFrame, zUm: number | null, identifier: string): void => {
    if (!heights.includes(zUm)) heights.push(zUm);
    if (heights.length > MOST_FOCAL_PLANES || paths.size > MOST_CHANNELS) throw invalid('it has too many planes');
    const key = `${zUm} ${identifier}`;
    const list = byPlane.get(key);
    if (list === undefined) byPlane.set(key, [frame]);
    else list.push(frame);
  };
  for (const part of parts) {
    const { image } = part;
    if (
      image.columns !== tileWidth ||
      image.rows !== tileHeight ||
      image.samplesPerPixel !== sample.image.samplesPerPixel
    ) {
      throw invalid('instances of one resolution differ in their frames');
    }
    for (const path of part.opticalPaths) paths.set(path.identifier, paths.get(path.identifier) ?? path);
  }
  if (paths.size === 0) paths.set('', { identifier: '', description: null });
  for (const image of Map.groupBy(parts, ({ imageKey }) => imageKey).values()) {
    const ordered = [...image].sort((one, other) => one.frameOffset - other.frameOffset);
    checkSequence(ordered);
    for (const part of ordered) {
      if (part.places !== null) placeSparse(part, put);
      else placeFull(part, ordered, put);
    }
  }
  const known = heights.filter((height) => height !== null).sort((one, other) => one - other);
  const focalPlanesUm: (number | null)[] = heights.includes(null) ? [null, ...known] : known;
  const opticalPaths = [...paths.values()];
  return {
    ...{
      width: sample.totalWidth,
      height: sample.totalHeight,
      tileWidth,
      tileHeight,
      focalPlanesUm,
      opticalPaths,
      sample,
    },
    frames: (plane, path) => byPlane.get(`${focalPlanesUm[plane]} ${opticalPaths[path]?.identifier}`) ?? [],
  };
}

type Put = (frame: PlacedFrame, zUm: number | null, identifier: string) => void;

/** Frames of a concatenation follow each other without a gap (C.7.6.16.2.2.4). */
function checkSequence(parts: readonly DicomPart[]): void {
  let next = parts[0]?.frameOffset ?? 0;
  if (next !== 0) throw new AppError('SLIDE_INCOMPLETE', { reason: 'the first part of a concatenation is missing' });
  for (const { frameOffset, frames } of parts) {
    if (frameOffset !== next) {
      throw new AppError('SLIDE_INCOMPLETE', {
        reason: `frames ${next + 1} to ${frameOffset} of a concatenation are missing`,
      });
    }
    next += frames;
  }
}

/** TILED_FULL: optical path, focal plane, row, column, the last running fastest. */
function placeFull(part: DicomPart, image: readonly DicomPart[], put: Put): void {
  const { columns: tileWidth, rows: tileHeight } = part.image;
  const columns = Math.ceil(part.totalWidth / tileWidth);
  const perPlane = columns * Math.ceil(part.totalHeight / tileHeight);
  const planes = part.focalPlaneCount;
  const pathCount = Math.max(1, part.opticalPaths.length);
  const total = image.reduce((sum, { frames }) => sum + frames, 0);
  if (total < perPlane * planes * pathCount) {
    const reason = `it has ${total} of the ${perPlane * planes * pathCount} frames its size asks for`;
    throw new AppError('SLIDE_INCOMPLETE', { reason });
  }
  for (let number = 1; number <= part.frames; number++) {
    const index = part.frameOffset + number - 1;
    const plane = Math.floor(index / perPlane);
    const path = Math.floor(plane / planes);
    if (path >= pathCount) break;
    const place = index % perPlane;
    const frame = { part, number, x: (place % columns) * tileWidth, y: Math.floor(place / columns) * tileHeight };
    // The distance of the planes stands nowhere reliable in this organization: they are numbered.
    put(frame, planes === 1 ? null : plane % planes, part.opticalPaths[path]?.identifier ?? '');
  }
}

function placeSparse(part: DicomPart, put: Put): void {
  const only = part.opticalPaths[0]?.identifier ?? '';
  for (const [index, { x, y, zUm, path }] of (part.places ?? []).entries()) {
    const several = part.focalPlaneCount > 1;
    put({ part, number: index + 1, x, y }, several ? zUm : null, path ?? only);
  }
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'DICOM header', reason });
}
