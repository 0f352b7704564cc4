/** Compares what we decode with what OpenSlide reads (Debian's python3-openslide and python3-numpy): a tool for tests. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readRegion } from './region.ts';
import type { Slide } from './slide.ts';

const run = promisify(execFile);
const PYTHON = '/usr/bin/python3';
/** Rows compared at a time. */
const BAND = 1024;

/** True when OpenSlide can be asked here. */
export function hasOpenSlide(): Promise<boolean> {
  return run(PYTHON, ['-c', 'import openslide, numpy']).then(
    () => true,
    () => false,
  );
}

export interface Comparison {
  /** Pixels that OpenSlide has and that were compared. */
  readonly compared: number;
  /** Largest difference of a sample. */
  readonly largest: number;
  /** Pixels of which a sample differs by more than one. */
  readonly different: number;
}

/**
 * Compares a whole level. `offset` is where our (0, 0) lies on OpenSlide's level 0; `level` counts for both. Only levels
 * that are an exact part of level 0 can be compared, for OpenSlide resamples the others.
 */
export async function compareWithOpenSlide(
  path: string,
  slide: Slide,
  level = 0,
  offset: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
): Promise<Comparison> {
  const shape = slide.description.levels[level];
  if (shape === undefined) throw new RangeError(`The slide has no level ${level}.`);
  const folder = await mkdtemp(join(tmpdir(), 'openslide-'));
  try {
    const total = { compared: 0, largest: 0, different: 0 };
    for (let y = 0; y < shape.height; y += BAND) {
      const height = Math.min(BAND, shape.height - y);
      const { data } = await readRegion(slide, level, { x: 0, y, width: shape.width, height });
      const raw = join(folder, 'band');
      await writeFile(raw, data);
      const place = [offset.x, offset.y + Math.round(y * shape.downsampleY), level, shape.width, height];
      const { stdout } = await run(PYTHON, ['-c', COMPARE, path, raw, ...place.map(String)]);
      const band = JSON.parse(stdout) as Comparison;
      total.compared += band.compared;
      total.different += band.different;
      total.largest = Math.max(total.largest, band.largest);
    }
    return total;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const COMPARE = `
import json, sys
import numpy, openslide
path, raw, x, y, level, width, height = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
ours = numpy.fromfile(raw, numpy.uint8).reshape(height, width, 3).astype(int)
theirs = numpy.asarray(openslide.OpenSlide(path).read_region((x, y), level, (width, height)))
inside = theirs[:, :, 3] == 255
difference = numpy.abs(theirs[:, :, :3].astype(int) - ours).max(axis=2)[inside]
largest = int(difference.max()) if difference.size else 0
print(json.dumps({'compared': int(inside.sum()), 'largest': largest, 'different': int((difference > 1).sum())}))
`;
