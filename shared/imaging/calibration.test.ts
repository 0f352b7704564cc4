import { expect, test } from 'vitest';
import {
  calibrationOfInstance,
  calibrationOfSlide,
  calibrationProvenance,
  millimetresPerPixel,
  type SpacingAttributes,
} from './calibration.ts';

const NOTHING: SpacingAttributes = {
  modality: 'CT',
  pixelSpacing: null,
  imagerPixelSpacing: null,
  nominalScannedPixelSpacing: null,
  pixelSpacingCalibrationType: null,
};

test('Pixel Spacing is rows first, columns second (PS3.3 10.7.1.3)', () => {
  const calibration = calibrationOfInstance({ ...NOTHING, pixelSpacing: [0.7, 0.667] });
  expect(calibration).toEqual({ kind: 'mm-per-pixel', rowMm: 0.7, columnMm: 0.667, source: 'PixelSpacing' });
  expect(millimetresPerPixel(calibration)).toEqual({ x: 0.667, y: 0.7 });
});

test('the spacing of a detector keeps saying that it is one', () => {
  const detector = { ...NOTHING, modality: 'DX', imagerPixelSpacing: [0.14, 0.14] };
  expect(calibrationOfInstance(detector)).toMatchObject({ source: 'ImagerPixelSpacing' });
  // A Pixel Spacing that only repeats it is no calibration either.
  expect(calibrationOfInstance({ ...detector, pixelSpacing: [0.14, 0.14] })).toMatchObject({
    source: 'ImagerPixelSpacing',
  });
  expect(calibrationProvenance(calibrationOfInstance(detector))).toMatch(/not corrected for magnification/);
  expect(
    calibrationOfInstance({ ...detector, pixelSpacing: [0.14, 0.14], pixelSpacingCalibrationType: 'FIDUCIAL' }),
  ).toMatchObject({ source: 'PixelSpacing-fiducial' });
  expect(calibrationOfInstance({ ...detector, pixelSpacing: [0.1, 0.1] })).toMatchObject({
    rowMm: 0.1,
    source: 'PixelSpacing',
  });
});

test('a scanned film is the last resort', () => {
  expect(calibrationOfInstance({ ...NOTHING, nominalScannedPixelSpacing: [0.2, 0.2] })).toMatchObject({
    source: 'NominalScannedPixelSpacing',
  });
});

test.each([[null], [[0, 0]], [[-0.5, 0.5]], [[Number.NaN, 0.5]], [[Number.POSITIVE_INFINITY, 0.5]], [[0.5]], [[]]])(
  'never a wrong unit: Pixel Spacing %j gives no millimetres',
  (pixelSpacing) => {
    const calibration = calibrationOfInstance({ ...NOTHING, pixelSpacing });
    expect(calibration.kind).toBe('none');
    expect(millimetresPerPixel(calibration)).toBeNull();
  },
);

test('slides are in µm and say where the number comes from', () => {
  const calibration = calibrationOfSlide({ mppX: 0.499, mppY: 0.5, source: 'aperio-description' });
  expect(calibration).toEqual({ kind: 'um-per-pixel', mppX: 0.499, mppY: 0.5, source: 'aperio-description' });
  expect(millimetresPerPixel(calibration)?.x).toBeCloseTo(0.000499, 12);
});

test.each([0, -1, 1e6, Number.NaN])('B54: %d µm per pixel is no scale of a slide', (mppX) => {
  expect(calibrationOfSlide({ mppX, mppY: 0.5, source: 'tiff-resolution' }).kind).toBe('none');
});

test('a slide without a scale has none', () => {
  expect(calibrationOfSlide({ mppX: null, mppY: null, source: null })).toMatchObject({ kind: 'none' });
  expect(calibrationOfSlide({ mppX: 0.5, mppY: 0.5, source: null })).toMatchObject({ kind: 'none' });
});

test('a projection that states its magnification is measured in the patient, and says how (PS3.3 10.7.1.3)', () => {
  const detector = { ...NOTHING, modality: 'DX', imagerPixelSpacing: [0.14, 0.14], magnificationFactor: 1.4 };
  const corrected = { kind: 'mm-per-pixel', rowMm: 0.1, columnMm: 0.1, source: 'ImagerPixelSpacing-magnification' };
  const told = calibrationOfInstance(detector);
  expect(told).toMatchObject({ kind: corrected.kind, source: corrected.source });
  expect(millimetresPerPixel(told)?.x).toBeCloseTo(0.1, 12);
  expect(calibrationOfInstance({ ...detector, pixelSpacing: [0.14, 0.14] })).toEqual(told);
  // A factor that is none, and a Pixel Spacing that somebody calibrated already, change nothing.
  expect(calibrationOfInstance({ ...detector, magnificationFactor: 0 })).toMatchObject({
    source: 'ImagerPixelSpacing',
  });
  const calibrated = { ...detector, pixelSpacing: [0.12, 0.12], pixelSpacingCalibrationType: 'GEOMETRY' };
  expect(calibrationOfInstance(calibrated)).toMatchObject({ rowMm: 0.12, source: 'PixelSpacing-geometry' });
});
