import { describe, expect, test } from 'vitest';
import { insideTest, liesWithin, translated } from './geometry.ts';
import { measureGeometry } from './measure.ts';
import { formatMeasurement } from './measurement.ts';

const spaced = { kind: 'mm-per-pixel', rowMm: 0.5, columnMm: 2, source: 'PixelSpacing' } as const;
const scanned = { kind: 'um-per-pixel', mppX: 0.5, mppY: 0.5, source: 'aperio-description' } as const;
const none = { kind: 'none', reason: 'the file states no spacing' } as const;

describe('measureGeometry', () => {
  test('columns are measured with the column spacing and rows with the row spacing', () => {
    const [across] = measureGeometry({ kind: 'line', from: [0, 0], to: [3, 0] }, spaced);
    const [down] = measureGeometry({ kind: 'line', from: [0, 0], to: [0, 3] }, spaced);
    expect(across).toEqual({ name: 'length', value: 6, unit: 'mm', provenance: 'PixelSpacing' });
    expect(down?.value).toBe(1.5);
  });

  test('areas of a rectangle, an ellipse and a polygon', () => {
    const area = (geometry: Parameters<typeof measureGeometry>[0]) => measureGeometry(geometry, spaced)[0];
    expect(area({ kind: 'rectangle', min: [1, 1], max: [5, 3] })).toMatchObject({
      name: 'area',
      value: 8,
      unit: 'mm2',
    });
    expect(area({ kind: 'ellipse', center: [9, 9], radiusX: 2, radiusY: 3 })?.value).toBeCloseTo(6 * Math.PI, 10);
    expect(
      area({
        kind: 'polygon',
        points: [
          [0, 0],
          [4, 0],
          [0, 4],
        ],
      })?.value,
    ).toBe(8);
  });

  test('rule 2: without spacing the unit is px, never mm or µm', () => {
    const [length] = measureGeometry({ kind: 'line', from: [0, 0], to: [3, 4] }, none);
    expect(length).toEqual({ name: 'length', value: 5, unit: 'px', provenance: 'uncalibrated' });
    expect(length && formatMeasurement(length)).toBe('5.00 px');
  });

  test('a ruler on a slide counts in µm and says mm when it is long', () => {
    const [short] = measureGeometry({ kind: 'line', from: [0, 0], to: [200, 0] }, scanned);
    const [long] = measureGeometry({ kind: 'line', from: [0, 0], to: [40_000, 0] }, scanned);
    expect(short && formatMeasurement(short)).toBe('100 µm');
    expect(long && formatMeasurement(long)).toBe('20.00 mm');
  });

  test('points, arrows and texts measure nothing', () => {
    expect(measureGeometry({ kind: 'point', at: [1, 1] }, spaced)).toEqual([]);
    expect(measureGeometry({ kind: 'arrow', tail: [0, 0], tip: [4, 4] }, spaced)).toEqual([]);
  });
});

describe('geometry', () => {
  test('lies within an image up to its border, not beyond', () => {
    const ellipse = { kind: 'ellipse', center: [10, 10], radiusX: 10, radiusY: 5 } as const;
    expect(liesWithin({ ...ellipse, center: [10, 10] }, 20, 20)).toBe(true);
    expect(liesWithin(translated({ ...ellipse, center: [10, 10] }, 0.1, 0), 20, 20)).toBe(false);
    expect(liesWithin({ kind: 'point', at: [-0.1, 0] }, 20, 20)).toBe(false);
  });

  test('the inside of a concave polygon is even-odd; a line has none', () => {
    const inside = insideTest({
      kind: 'polygon',
      points: [
        [0, 0],
        [10, 0],
        [10, 10],
        [5, 2],
        [0, 10],
      ],
    });
    expect(inside?.(1, 5)).toBe(true);
    expect(inside?.(5, 8)).toBe(false);
    expect(insideTest({ kind: 'line', from: [0, 0], to: [1, 1] })).toBeNull();
  });
});
