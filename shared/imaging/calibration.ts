/**
 * What one pixel measures, and where that number comes from. Without a calibration a length is in px and
 * nothing else; a value never travels without its provenance.
 */

import type { MppSource } from './pyramid.ts';
import { commonScale, type UltrasoundRegion } from './ultrasound-region.ts';

/** Both spacings in mm: `rowMm` between rows (vertical), `columnMm` between columns (horizontal). */
export interface MillimetreCalibration {
  readonly kind: 'mm-per-pixel';
  readonly rowMm: number;
  readonly columnMm: number;
  readonly source:
    | 'PixelSpacing'
    /** Corrected for magnification by the geometry of the exposure, or by an object of known size (PS3.3 10.7.1.3). */
    | 'PixelSpacing-geometry'
    | 'PixelSpacing-fiducial'
    | 'ImagerPixelSpacing'
    /** Spacing at the detector divided by Estimated Radiographic Magnification Factor. */
    | 'ImagerPixelSpacing-magnification'
    | 'NominalScannedPixelSpacing'
    /** A person marked a known length. */
    | 'user-calibration';
}

/** An ultrasound screen, each region of which has a scale of its own; outside of them there is none. */
export interface RegionCalibration {
  readonly kind: 'ultrasound-regions';
  readonly regions: readonly UltrasoundRegion[];
}

/** Both in µm per pixel at level 0. */
export interface MicrometreCalibration {
  readonly kind: 'um-per-pixel';
  readonly mppX: number;
  readonly mppY: number;
  readonly source: NonNullable<MppSource>;
}

export interface NoCalibration {
  readonly kind: 'none';
  readonly reason: string;
}

export type Calibration = MillimetreCalibration | MicrometreCalibration | RegionCalibration | NoCalibration;

/** The spacing attributes of an image instance; null where absent. */
export interface SpacingAttributes {
  readonly modality: string;
  readonly pixelSpacing: readonly number[] | null;
  readonly imagerPixelSpacing: readonly number[] | null;
  readonly nominalScannedPixelSpacing: readonly number[] | null;
  /** GEOMETRY or FIDUCIAL when somebody calibrated the projection (PS3.3 10.7.1.3). */
  readonly pixelSpacingCalibrationType: string | null;
  /** Estimated Radiographic Magnification Factor: distance source to detector over source to patient. */
  readonly magnificationFactor?: number | null;
  /** Sequence of Ultrasound Regions; where there are any, they alone are the scale. */
  readonly ultrasoundRegions?: readonly UltrasoundRegion[];
}

/** Projection radiography: Pixel Spacing there may only repeat the spacing at the detector. */
const PROJECTION = new Set(['CR', 'DX', 'MG', 'RF', 'XA', 'IO', 'PX', 'RG']);

/**
 * The calibration of a DICOM instance (PS3.3 10.7.1.3). Order: ultrasound regions, Pixel Spacing, then the spacing at
 * the detector, then that of a scanned film. A projection whose Pixel Spacing equals Imager Pixel Spacing and names no
 * calibration type is reported as the detector distance it is, or divided by the magnification that the file states.
 */
export function calibrationOfInstance(attributes: SpacingAttributes): Calibration {
  const { ultrasoundRegions = [] } = attributes;
  if (ultrasoundRegions.length > 0) return { kind: 'ultrasound-regions', regions: ultrasoundRegions };
  const pixel = positivePair(attributes.pixelSpacing);
  const imager = positivePair(attributes.imagerPixelSpacing);
  const scanned = positivePair(attributes.nominalScannedPixelSpacing);
  if (pixel) {
    const atDetector =
      imager !== null &&
      PROJECTION.has(attributes.modality) &&
      attributes.pixelSpacingCalibrationType === null &&
      nearlyEqual(pixel[0], imager[0]) &&
      nearlyEqual(pixel[1], imager[1]);
    if (atDetector) return projected(pixel, attributes);
    switch (attributes.pixelSpacingCalibrationType) {
      case 'GEOMETRY':
        return millimetres(pixel, 'PixelSpacing-geometry');
      case 'FIDUCIAL':
        return millimetres(pixel, 'PixelSpacing-fiducial');
      default:
        return millimetres(pixel, 'PixelSpacing');
    }
  }
  if (imager) return projected(imager, attributes);
  if (scanned) return millimetres(scanned, 'NominalScannedPixelSpacing');
  const given = attributes.pixelSpacing ?? attributes.imagerPixelSpacing ?? attributes.nominalScannedPixelSpacing;
  return { kind: 'none', reason: given ? 'the pixel spacing in the file is not positive' : 'the file has no spacing' };
}

/** What a slide reader knows of its resolution. */
export interface SlideResolution {
  readonly mppX: number | null;
  readonly mppY: number | null;
  readonly source: MicrometreCalibration['source'] | null;
}

/** Smallest and largest µm per pixel a microscope or slide scanner gives; outside, the number is a mistake. */
const MPP_MIN = 0.01;
const MPP_MAX = 200;

/** The calibration of a slide; resolutions no scanner can have are refused as a calibration, not as a slide. */
export function calibrationOfSlide(resolution: SlideResolution): Calibration {
  const { mppX, mppY, source } = resolution;
  if (mppX === null || mppY === null || source === null) return { kind: 'none', reason: 'the slide states no scale' };
  if (!isMpp(mppX) || !isMpp(mppY)) return { kind: 'none', reason: 'the scale stated by the slide is not plausible' };
  return { kind: 'um-per-pixel', mppX, mppY, source };
}

/** Millimetres per pixel along columns (x) and rows (y), whatever the kind; null when there is none, or not one alone. */
export function millimetresPerPixel(calibration: Calibration): { readonly x: number; readonly y: number } | null {
  switch (calibration.kind) {
    case 'mm-per-pixel':
      return { x: calibration.columnMm, y: calibration.rowMm };
    case 'um-per-pixel':
      return { x: calibration.mppX / 1000, y: calibration.mppY / 1000 };
    case 'ultrasound-regions':
      return commonScale(calibration.regions);
    case 'none':
      return null;
  }
}

/** The provenance in words, to print beside a measurement. */
export function calibrationProvenance(calibration: Calibration): string {
  if (calibration.kind === 'none') return `not calibrated: ${calibration.reason}`;
  if (calibration.kind === 'ultrasound-regions') return 'calibrated regions of the ultrasound image';
  switch (calibration.source) {
    case 'PixelSpacing':
      return 'Pixel Spacing of the image';
    case 'PixelSpacing-geometry':
      return 'Pixel Spacing of the image, corrected for magnification by the geometry of the exposure';
    case 'PixelSpacing-fiducial':
      return 'Pixel Spacing of the image, calibrated by an object of known size';
    case 'ImagerPixelSpacing-magnification':
      return 'distance at the detector divided by the estimated magnification';
    case 'user-calibration':
      return 'length marked and stated by the reader';
    case 'ImagerPixelSpacing':
      return 'distance at the detector, not corrected for magnification';
    case 'NominalScannedPixelSpacing':
      return 'nominal spacing of the scanned film';
    case 'aperio-description':
      return 'MPP in the Aperio description';
    case 'tiff-resolution':
      return 'resolution tags of the TIFF file';
    case 'ome-xml':
      return 'physical size in the OME-XML';
    case 'scanner-metadata':
      return 'pixel size stated by the scanner';
  }
}

/** A projection's spacing at the detector, or, where the file estimates the magnification, in the patient. */
function projected(detector: readonly [number, number], attributes: SpacingAttributes): MillimetreCalibration {
  const factor = attributes.magnificationFactor ?? null;
  if (factor === null || !(factor > 0) || !PROJECTION.has(attributes.modality)) {
    return millimetres(detector, 'ImagerPixelSpacing');
  }
  return millimetres([detector[0] / factor, detector[1] / factor], 'ImagerPixelSpacing-magnification');
}

function millimetres(pair: readonly [number, number], source: MillimetreCalibration['source']): MillimetreCalibration {
  return { kind: 'mm-per-pixel', rowMm: pair[0], columnMm: pair[1], source };
}

function positivePair(values: readonly number[] | null): readonly [number, number] | null {
  const [row, column] = values ?? [];
  if (row === undefined || column === undefined) return null;
  return Number.isFinite(row) && Number.isFinite(column) && row > 0 && column > 0 ? [row, column] : null;
}

function nearlyEqual(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-4 * Math.max(a, b);
}

function isMpp(value: number): boolean {
  return Number.isFinite(value) && value >= MPP_MIN && value <= MPP_MAX;
}
