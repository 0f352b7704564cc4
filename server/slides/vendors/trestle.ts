/**
 * Trestle: a tiled TIFF of the software MedScan. Neighbouring tiles of a level overlap by what `OverlapsXY=` of the
 * description says, two numbers a level. XResolution and YResolution hold µm per pixel, whatever their unit says.
 */

import {
  gridLevel,
  isPlausibleMpp,
  isTiled,
  positiveNumber,
  stated,
  type TiffDirectory,
  type TiffFormat,
  type TiffLevelLayout,
} from '#server/slides/tiff.ts';
import { AppError } from '#shared/errors.ts';

export const trestle: TiffFormat = {
  name: 'trestle-tiff',
  detect(tiff) {
    const [base] = tiff.directories;
    if (!base.software.startsWith('MedScan')) return 'the software tag does not name MedScan';
    if (base.description === '') return 'it has no image description';
    return tiff.directories.every(isTiled) ? true : 'all pages of a Trestle slide must be tiled';
  },
  layout(tiff) {
    const [base, ...reduced] = tiff.directories;
    const fields = new Map<string, string>();
    for (const part of base.description.split(';')) {
      const equals = part.indexOf('=');
      if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
    }
    const overlaps = (fields.get('OverlapsXY') ?? '')
      .split(/\s+/)
      .filter((text) => text !== '')
      .map(Number);
    const level = (directory: TiffDirectory, index: number): TiffLevelLayout =>
      overlapping(directory, overlaps[index * 2] ?? 0, overlaps[index * 2 + 1] ?? 0);
    const power = positiveNumber(fields.get('Objective Power'));
    const { x, y } = base.resolution ?? { x: 0, y: 0 };
    const plausible = isPlausibleMpp(x) && isPlausibleMpp(y);
    return {
      vendor: 'Trestle',
      levels: [level(base, 0), ...reduced.map((directory, index) => level(directory, index + 1))],
      associated: [],
      mpps: stated(plausible ? { x, y, source: 'scanner-metadata' } : null),
      objective: power === null ? null : { power, source: 'scanner-metadata' },
    };
  },
};

function overlapping(directory: TiffDirectory, overlapX: number, overlapY: number): TiffLevelLayout {
  if (!isTiled(directory)) throw new TypeError('detect() asks for tiles.');
  if (overlapX === 0 && overlapY === 0) return gridLevel(directory);
  const { tileWidth, tileHeight } = directory.data;
  for (const [overlap, side] of [
    [overlapX, tileWidth],
    [overlapY, tileHeight],
  ] as const) {
    if (!Number.isInteger(overlap) || overlap < 0 || overlap >= side) {
      const reason = 'tiles overlap by more than their size';
      throw new AppError('SLIDE_METADATA_INVALID', { what: 'image description', reason });
    }
  }
  const columns = Math.ceil(directory.width / tileWidth);
  const rows = Math.ceil(directory.height / tileHeight);
  const lattice = {
    ...{ directory: 0, firstColumn: 0, firstRow: 0, columns, rows, originX: 0, originY: 0, cellsPerTile: 1 },
    ...{ advanceX: tileWidth - overlapX, advanceY: tileHeight - overlapY },
  };
  return {
    ...{ kind: 'mosaic', directories: [directory], lattices: [lattice] },
    width: directory.width - (columns - 1) * overlapX,
    height: directory.height - (rows - 1) * overlapY,
  };
}
