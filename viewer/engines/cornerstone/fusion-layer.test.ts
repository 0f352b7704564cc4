import { describe, expect, it } from 'vitest';
import { colorMap } from '#shared/imaging/color-maps.ts';
import { pointOfPicture, samplePicture } from '#shared/imaging/volume-sampling.ts';
import { fuse, fusionRefusal, planeOf } from './fusion-layer.ts';

/** Oblique, with pixels twice as high as wide. */
const plane = {
  origin: [10, -20, 5],
  rowCosines: [0.8, 0.6, 0],
  columnCosines: [0, 0, -1],
  columnSpacingMm: 0.5,
  rowSpacingMm: 1,
} as const;
const beneath = { plane, frameOfReferenceUid: '1.2.3', columns: 40, rows: 30 };

describe('a layer over an image', () => {
  it('lies corner on corner: the middle of a picture pixel is the middle of its part of the image', () => {
    const picture = planeOf(beneath);
    expect([picture.width, picture.height, picture.mmPerPixel]).toEqual([40, 60, 0.5]);
    // Image pixel (7, 3) holds the picture pixels (7, 6) and (7, 7): halfway between them lies its centre.
    const [a, b] = [pointOfPicture(picture, 7, 6), pointOfPicture(picture, 7, 7)];
    const centre = [10 + 7 * 0.5 * 0.8, -20 + 7 * 0.5 * 0.6, 5 - 3];
    for (const axis of [0, 1, 2] as const) expect((a[axis] + b[axis]) / 2).toBeCloseTo(centre[axis] ?? 0, 9);
  });

  it('takes values where they lie in the patient: a linear field comes back between coarser voxels', () => {
    const field = (x: number, y: number, z: number): number => 100 + 3 * x - 2 * y + 5 * z;
    const positionsMm = [-20, -13, -6, 1, 8, 15];
    const size = 24;
    const geometry = {
      ...{ columns: size, rows: size, columnSpacingMm: 4, rowSpacingMm: 4, order: [0, 1, 2, 3, 4, 5] },
      ...({ rowCosines: [1, 0, 0], columnCosines: [0, 1, 0], normal: [0, 0, 1], positionsMm } as const),
      origins: positionsMm.map((z) => [-40, -50, z] as const),
      ...{ meanGapMm: 7, largestGapMm: 7, tiltDegrees: 0, corrections: [] },
    };
    const slices = positionsMm.map((z) =>
      Float32Array.from({ length: size * size }, (_, i) =>
        field(-40 + 4 * (i % size), -50 + 4 * Math.floor(i / size), z),
      ),
    );
    const picture = planeOf({ ...beneath, rows: 20 });
    const values = samplePicture({ geometry, slices }, picture);
    for (const [x, y] of [
      [0, 0],
      [39, 39],
      [17, 23],
    ] as const) {
      expect(values[y * picture.width + x]).toBeCloseTo(field(...pointOfPicture(picture, x, y)), 3);
    }
  });

  it('is clear where there is no value and at the bottom of the window, and of the chosen opacity from a quarter of it', () => {
    const rgba = new Uint8ClampedArray(16);
    fuse(Float32Array.of(Number.NaN, 0, 2, 8), rgba, colorMap('hot-iron'), (value) => Math.min(1, value / 10), 0.6);
    expect([rgba[3], rgba[7], rgba[11], rgba[15]]).toEqual([0, 0, Math.round(255 * 0.6 * 0.8), 153]);
    // Hot iron (PS3.6 B.1.1) at 204 of 255.
    expect([...rgba.subarray(12, 15)]).toEqual([...colorMap('hot-iron').subarray(204 * 3, 205 * 3)]);
  });

  it('rule 1: is refused with the reason where nothing says how one series lies in the other', () => {
    expect(fusionRefusal(beneath, beneath)).toBeNull();
    expect(fusionRefusal(beneath, { ...beneath, frameOfReferenceUid: '9' })).toMatch(/different frames of reference/);
    expect(fusionRefusal({ ...beneath, frameOfReferenceUid: null }, beneath)).toMatch(
      /in the viewport states no frame/,
    );
    expect(fusionRefusal(beneath, { ...beneath, plane: null })).toMatch(/laid over it does not say where/);
  });
});
