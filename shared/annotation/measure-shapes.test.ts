import { describe, expect, test } from 'vitest';
import type { RegionCalibration } from '#shared/imaging/calibration.ts';
import type { UltrasoundRegion } from '#shared/imaging/ultrasound-region.ts';
import type { Geometry } from './geometry.ts';
import { measureGeometry } from './measure.ts';
import { describeMeasurement } from './measurement.ts';

const spaced = { kind: 'mm-per-pixel', rowMm: 0.5, columnMm: 2, source: 'PixelSpacing' } as const;
const square = { kind: 'mm-per-pixel', rowMm: 1, columnMm: 1, source: 'PixelSpacing' } as const;
const none = { kind: 'none', reason: 'the file states no spacing' } as const;

const told = (geometry: Geometry, calibration: Parameters<typeof measureGeometry>[1] = spaced) =>
  measureGeometry(geometry, calibration).map(({ name, value, unit }) => [name, Number(value.toFixed(6)), unit]);

describe('shapes of lines', () => {
  test('the long axis is the longer one in the patient, whichever was drawn first', () => {
    // 4 columns are 8 mm; 10 rows are 5 mm.
    const geometry: Geometry = {
      kind: 'bidirectional',
      first: [
        [5, 0],
        [5, 10],
      ],
      second: [
        [3, 5],
        [7, 5],
      ],
    };
    expect(told(geometry)).toEqual([
      ['long-axis', 8, 'mm'],
      ['short-axis', 5, 'mm'],
    ]);
    expect(told(geometry, none)).toEqual([
      ['long-axis', 10, 'px'],
      ['short-axis', 4, 'px'],
    ]);
  });

  test('an angle is one of the patient, not of the pixels', () => {
    const geometry: Geometry = { kind: 'angle', from: [4, 0], vertex: [0, 0], to: [1, 4] };
    // 8 mm across; 2 mm across and 2 mm down.
    expect(told(geometry)).toEqual([['angle', 45, 'deg']]);
    expect(told({ kind: 'angle', from: [4, 0], vertex: [0, 0], to: [-4, 0] })).toEqual([['angle', 180, 'deg']]);
    expect(told({ kind: 'angle', from: [0, 0], vertex: [0, 0], to: [4, 0] })).toEqual([]);
    expect(measureGeometry(geometry, none)[0]?.provenance).toBe('uncalibrated');
  });

  test('a Cobb angle does not depend on the sense in which its lines were drawn, and may exceed 90°', () => {
    const steep = (sense: 1 | -1): Geometry => ({
      kind: 'cobb',
      first: [
        [10, 10],
        [20, 27],
      ],
      second:
        sense === 1
          ? [
              [10, 80],
              [20, 63],
            ]
          : [
              [20, 63],
              [10, 80],
            ],
    });
    const expected = (2 * Math.atan2(17, 10) * 180) / Math.PI;
    for (const sense of [1, -1] as const) {
      expect(measureGeometry(steep(sense), square)[0]?.value).toBeCloseTo(expected, 9);
    }
    expect(expected).toBeGreaterThan(90);
  });

  test('a height counts along the columns only', () => {
    expect(told({ kind: 'height', from: [0, 10], to: [40, 2] })).toEqual([['height', 4, 'mm']]);
  });

  test('a spline has the area of its curve', () => {
    const geometry: Geometry = {
      kind: 'spline',
      points: [
        [0, 0],
        [10, 0],
        [10, 10],
        [0, 10],
      ],
    };
    const [area] = measureGeometry(geometry, square);
    expect(area?.unit).toBe('mm2');
    expect(area?.value).toBeGreaterThan(100);
    expect(area?.value).toBeLessThan(Math.PI * 50);
  });
});

describe('a length known to the reader', () => {
  const known = { from: [0, 0], to: [0, 10], lengthMm: 25 } as {
    from: [number, number];
    to: [number, number];
    lengthMm: number;
  };

  test('is its own measure, and says so', () => {
    const [length] = measureGeometry({ kind: 'calibration', ...known }, none);
    expect(length).toEqual({ name: 'length', value: 25, unit: 'mm', provenance: 'user-calibration' });
    expect(length && describeMeasurement(length)).toBe('Length 25.0 mm (calibrated by user)');
  });

  test('scales other shapes, never silently; the shape of pixels stays that of the file', () => {
    const across: Geometry = { kind: 'line', from: [0, 0], to: [10, 0] };
    expect(measureGeometry(across, none, known)).toEqual([
      { name: 'length', value: 25, unit: 'mm', provenance: 'user-calibration' },
    ]);
    // In the file a column is four times as wide as a row is high.
    expect(measureGeometry(across, spaced, known)[0]?.value).toBe(100);
  });
});

describe('ultrasound regions (PS3.3 C.8.5.5)', () => {
  const axis = (unit: UltrasoundRegion['across']['unit'], perPixel: number) => ({ unit, perPixel, reference: null });
  const picture: UltrasoundRegion = {
    ...{ minX: 0, minY: 0, maxX: 100, maxY: 100, lowPriority: false },
    across: axis('mm', 0.5),
    down: axis('mm', 0.25),
  };
  const doppler: UltrasoundRegion = {
    ...{ minX: 0, minY: 100, maxX: 100, maxY: 200, lowPriority: false },
    across: { unit: 's', perPixel: 0.01, reference: { at: 0, value: 0 } },
    down: { unit: 'cm/s', perPixel: -2, reference: { at: 150, value: 0 } },
  };
  const screen: RegionCalibration = { kind: 'ultrasound-regions', regions: [picture, doppler] };
  const line = (from: [number, number], to: [number, number]): Geometry => ({ kind: 'line', from, to });

  test('a line inside of the picture is in mm, with the scale of each direction', () => {
    expect(measureGeometry(line([10, 10], [50, 10]), screen)).toEqual([
      { name: 'length', value: 20, unit: 'mm', provenance: 'ultrasound-region' },
    ]);
    expect(told(line([10, 10], [10, 50]), screen)).toEqual([['length', 10, 'mm']]);
    expect(told({ kind: 'rectangle', min: [0, 0], max: [10, 10] }, screen)).toEqual([['area', 12.5, 'mm2']]);
  });

  test('a line in a spectrum has an extent in each unit, and a probe a place', () => {
    expect(told(line([10, 120], [60, 140]), screen)).toEqual([
      ['across', 0.5, 's'],
      ['down', 40, 'cm/s'],
    ]);
    expect(told({ kind: 'probe', at: [30, 120] }, screen)).toEqual([
      ['across', 0.3, 's'],
      ['down', 60, 'cm/s'],
    ]);
    expect(told({ kind: 'angle', from: [1, 110], vertex: [5, 110], to: [5, 120] }, screen)).toEqual([]);
  });

  test('rule 2: across regions and outside of them there is no scale but pixels', () => {
    expect(told(line([50, 90], [50, 110]), screen)).toEqual([['length', 20, 'px']]);
    expect(told(line([50, 10], [150, 10]), screen)).toEqual([['length', 100, 'px']]);
    // A curve that leaves the region is not inside of it, though its points are.
    const spline: Geometry = {
      kind: 'spline',
      points: [
        [0, 0],
        [90, 0],
        [90, 90],
        [0, 90],
      ],
    };
    expect(measureGeometry(spline, screen)[0]?.unit).toBe('px2');
  });

  test('where regions overlap the one of high priority counts; two that disagree give pixels', () => {
    const finer = { ...picture, across: axis('mm', 0.1), down: axis('mm', 0.1) };
    const over = (other: UltrasoundRegion): RegionCalibration => ({ ...screen, regions: [picture, other] });
    expect(told(line([0, 0], [10, 0]), over(finer))).toEqual([['length', 10, 'px']]);
    expect(told(line([0, 0], [10, 0]), over({ ...finer, lowPriority: true }))).toEqual([['length', 5, 'mm']]);
  });
});
