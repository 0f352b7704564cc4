import { readFile } from 'node:fs/promises';
import dicomParser from 'dicom-parser';
import type { Geometry } from '#shared/annotation/geometry.ts';

export interface HounsfieldStatistics {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * Statistics of an ellipse straight from a file with native 16-bit pixels, by other means than the product's: two
 * plain sums over the pixels whose centre lies inside.
 */
export async function hounsfieldInside(path: string, geometry: Geometry): Promise<HounsfieldStatistics> {
  if (geometry.kind !== 'ellipse') throw new Error('only ellipses are computed here');
  const bytes = await readFile(path);
  const dataset = dicomParser.parseDicom(bytes);
  const rows = dataset.uint16('x00280010') ?? 0;
  const columns = dataset.uint16('x00280011') ?? 0;
  const bitsStored = dataset.uint16('x00280101') ?? 16;
  const isSigned = dataset.uint16('x00280103') === 1;
  const slope = Number(dataset.string('x00281053') ?? 1);
  const intercept = Number(dataset.string('x00281052') ?? 0);
  const pixels = dataset.elements.x7fe00010;
  if (pixels === undefined) throw new Error(`${path} holds no pixels`);
  const { center, radiusX, radiusY } = geometry;
  const inside: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const x = (column + 0.5 - center[0]) / radiusX;
      const y = (row + 0.5 - center[1]) / radiusY;
      if (x * x + y * y > 1) continue;
      const raw = bytes.readUInt16LE(pixels.dataOffset + 2 * (row * columns + column)) & (2 ** bitsStored - 1);
      const stored = isSigned && raw >= 2 ** (bitsStored - 1) ? raw - 2 ** bitsStored : raw;
      inside.push(stored * slope + intercept);
    }
  }
  const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
  const squares = inside.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return {
    mean,
    standardDeviation: Math.sqrt(squares / inside.length),
    minimum: Math.min(...inside),
    maximum: Math.max(...inside),
  };
}

/** SOP Instance UID of a file. */
export async function sopInstanceOf(path: string): Promise<string> {
  const dataset = dicomParser.parseDicom(await readFile(path), { untilTag: 'x00080018' });
  return dataset.string('x00080018') ?? '';
}
