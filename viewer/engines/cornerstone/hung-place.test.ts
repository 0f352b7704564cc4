import { expect, it } from 'vitest';
import { edgesOfPatientOrientation } from '#shared/imaging/image-plane.ts';
import { hungPlacement, mmOfWhole } from './hung-place.ts';
import { imageToScreen } from './placement.ts';

const screen = { width: 400, height: 600 };
const breast = (orientation: readonly string[]) => ({
  ...{ columns: 1000, rows: 3000, pixelShape: { width: 0.1, height: 0.1 } },
  edges: edgesOfPatientOrientation(orientation),
  calibration: { kind: 'mm-per-pixel', rowMm: 0.1, columnMm: 0.1, source: 'ImagerPixelSpacing' } as const,
});

/** Where on the screen the two sides of the image lie, and which is the posterior one. */
function sides(orientation: readonly string[], edge: 'left' | 'right' | 'centre', mmPerPixel: number | null) {
  const image = breast(orientation);
  const placement = hungPlacement({ edge, mmPerPixel }, image, screen);
  const at = (column: number) => Math.round(imageToScreen(placement, image, screen, [column, 1500])[0]);
  const [first, last] = [at(0), at(1000)];
  return { chestWall: orientation[0] === 'P' ? last : first, skin: orientation[0] === 'P' ? first : last };
}

it('brings the chest wall to the edge, mirrored where it is stored the other way (PS3.3 C.7.6.1.1.1)', () => {
  // 3000 rows on 600 px: 200 px wide.
  expect(mmOfWhole(breast(['P', 'FL']), screen)).toBeCloseTo(0.5);
  expect(sides(['P', 'FL'], 'right', null)).toEqual({ chestWall: 400, skin: 200 });
  expect(sides(['A', 'FR'], 'left', null)).toEqual({ chestWall: 0, skin: 200 });
  expect(sides(['A', 'FL'], 'right', null)).toEqual({ chestWall: 400, skin: 200 });
  expect(sides(['P', 'FR'], 'left', null)).toEqual({ chestWall: 0, skin: 200 });
  expect(sides(['A', 'FL'], 'centre', null)).toEqual({ chestWall: 100, skin: 300 });
});

it('takes the scale it is given, not its own', () => {
  expect(sides(['P', 'FL'], 'right', 1)).toEqual({ chestWall: 400, skin: 300 });
  expect(sides(['A', 'FR'], 'left', 0.2)).toEqual({ chestWall: 0, skin: 500 });
});

it('reads letters only where both directions are given in them', () => {
  expect(edgesOfPatientOrientation(['P', 'FL'])).toEqual({ left: 'A', right: 'P', top: 'HR', bottom: 'FL' });
  for (const values of [['P'], [], ['', 'F'], ['LE', 'D']]) expect(edgesOfPatientOrientation(values)).toBeNull();
});
