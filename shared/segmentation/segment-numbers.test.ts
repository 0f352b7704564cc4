import { describe, expect, it } from 'vitest';
import type { ImagePlane } from '#shared/imaging/image-plane.ts';
import { type CountedSlice, segmentVolume } from './segment-volume.ts';
import { addSums, measureSums, NO_VALUES, sumInside } from './value-sums.ts';

function slice(positionMm: number, inside: number, plane: Partial<ImagePlane> = {}): CountedSlice {
  return {
    ...{ columns: 10, rows: 10, frameOfReferenceUid: '1.2', inside },
    plane: {
      ...{ origin: [0, 0, positionMm], rowCosines: [1, 0, 0], columnCosines: [0, 1, 0] },
      ...{ rowSpacingMm: 0.5, columnSpacingMm: 0.8 },
      ...plane,
    },
  };
}

describe('volume of a segment', () => {
  it('is voxels times the sides of a voxel, in any order of the slices', () => {
    const slices = [slice(9, 0), slice(0, 30), slice(6, 20), slice(3, 0)];
    expect(segmentVolume(slices)).toEqual({
      gapMm: 3,
      measurement: { name: 'volume', value: (50 * 0.5 * 0.8 * 3) / 1000, unit: 'mL', provenance: 'voxel-count' },
    });
  });

  it('takes the distance along the normal where the gantry is tilted', () => {
    const origin = (y: number, z: number) => ({ origin: [0, y, z] as const });
    const slices = [slice(0, 10, origin(0, 0)), slice(0, 10, origin(2, 5)), slice(0, 0, origin(4, 10))];
    expect(segmentVolume(slices)).toMatchObject({ gapMm: 5 });
  });

  it('is refused with the reason where nobody knows how thick a voxel is', () => {
    const refusal = (slices: CountedSlice[]) => {
      const found = segmentVolume(slices);
      return 'refusal' in found ? found.refusal : found.measurement.value;
    };
    expect(refusal([slice(0, 0)])).toMatch(/Nothing is drawn/);
    expect(refusal([slice(0, 5)])).toMatch(/no second slice/);
    expect(refusal([slice(0, 5), slice(3, 0), slice(7, 5)])).toMatch(/unevenly spaced here \(3.00 to 4.00 mm\)/);
    expect(refusal([slice(0, 5), slice(0, 5)])).toMatch(/same place/);
    expect(refusal([{ ...slice(0, 5), plane: null }, slice(3, 0)])).toMatch(/missing in the files/);
    expect(refusal([slice(0, 5), slice(3, 5, { rowSpacingMm: 0.6 })])).toMatch(/differ/);
    // Uneven where the segment is not: no matter.
    expect(refusal([slice(0, 5), slice(3, 5), slice(6, 0), slice(13, 0)])).toBeCloseTo((10 * 0.4 * 3) / 1000, 9);
    // Of another direction, a localiser in the same series: no matter either.
    const localiser = slice(1, 0, { columnCosines: [0, 0, -1] });
    expect(refusal([slice(0, 5), localiser, slice(3, 5)])).toBeCloseTo((10 * 0.4 * 3) / 1000, 9);
  });
});

describe('values in a segment', () => {
  it('are put together from frames as if they were one list', () => {
    const values = Array.from({ length: 300 }, (_, i) => 1e6 + ((i * 7919) % 101));
    values[5] = Number.NaN;
    const mask = Uint8Array.from(values, (_, i) => (i % 3 === 0 ? 0 : 1));
    const parts = [0, 100, 200].map((at) => sumInside(values.slice(at, at + 100), mask.slice(at, at + 100)));
    const whole = values.filter((value, i) => mask[i] === 1 && Number.isFinite(value));
    const mean = whole.reduce((sum, value) => sum + value, 0) / whole.length;
    const variance = whole.reduce((sum, value) => sum + (value - mean) ** 2, 0) / whole.length;
    const found = measureSums(parts.reduce(addSums, NO_VALUES), { unit: '1', provenance: 'stored-values' });
    expect(found.map(({ name, value }) => [name, Number(value.toFixed(6))])).toEqual([
      ['mean', Number(mean.toFixed(6))],
      ['standard-deviation', Number(Math.sqrt(variance).toFixed(6))],
      ['minimum', Math.min(...whole)],
      ['maximum', Math.max(...whole)],
    ]);
    expect(measureSums(NO_VALUES, { unit: '1', provenance: 'stored-values' })).toEqual([]);
  });
});
