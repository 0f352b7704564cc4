import { type FrameOfValues, regionStatistics, valueAt } from '#shared/imaging/roi-statistics.ts';
import { type Geometry, isRegion } from './geometry.ts';
import type { Measurement, MeasurementName, Provenance, Unit } from './measurement.ts';

/** What a modality value stands for. */
export interface PixelMeaning {
  readonly unit: Unit;
  readonly provenance: Provenance;
  /** What a modality value is multiplied with (SUV); missing is 1. */
  readonly factor?: number;
}

/** What an instance says of its pixel values (PS3.3 C.11.1.1.2). */
export interface PixelValueAttributes {
  readonly modality: string;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
  readonly rescaleType: string | null;
  /** True when the file states Rescale Slope or Intercept at all: without them a value of a CT is just a number. */
  readonly rescaleStated: boolean;
  /** True when values go through a Modality LUT (PS3.3 C.11.1.1) in place of the rescale. */
  readonly lookedUp: boolean;
  /** Modality LUT Type (0028,3004): what the entries of that table are. */
  readonly modalityLutType: string | null;
  /** Units (0054,1001) of a PET image (PS3.3 C.8.9.1.1.3); null elsewhere. */
  readonly petUnits?: string | null;
}

/** Rescale Type (PS3.3 C.11.1.1.2) and Units of PET whose physical unit leaves no doubt. */
const UNIT_OF_TYPE: Readonly<Record<string, Unit>> = { PCT: '%', BQML: 'Bq/mL', GML: 'g/mL' };

/**
 * What the pixel values of an image mean, or null when statistics over them have no meaning (colour). Behind a Modality
 * LUT they are its entries: Hounsfield units where its type says so, else numbers without a unit.
 * Rescaled CT values are Hounsfield units unless the file names another type (PS3.3 C.8.2.1.1.2); a capture of a CT
 * screen states no rescale and has none. Of every other modality we claim no unit.
 */
export function pixelMeaning(attributes: PixelValueAttributes): PixelMeaning | null {
  if (attributes.samplesPerPixel !== 1 || !attributes.photometricInterpretation.startsWith('MONOCHROME')) return null;
  const { rescaleType, rescaleStated } = attributes;
  if (attributes.lookedUp) {
    return { unit: attributes.modalityLutType === 'HU' ? "[hnsf'U]" : '1', provenance: 'modality-lut' };
  }
  if (rescaleStated && (rescaleType === 'HU' || (attributes.modality === 'CT' && rescaleType === null))) {
    return { unit: "[hnsf'U]", provenance: 'modality-rescale' };
  }
  const stated = UNIT_OF_TYPE[attributes.petUnits ?? rescaleType ?? ''];
  if (rescaleStated && stated !== undefined) return { unit: stated, provenance: 'modality-rescale' };
  const rescaled = attributes.rescaleSlope !== 1 || attributes.rescaleIntercept !== 0;
  return { unit: '1', provenance: rescaled ? 'modality-rescale' : 'stored-values' };
}

/** What the pixels under a shape measure: statistics of a region, the value under a probe; nothing for other shapes. */
export function measurePixels(frame: FrameOfValues, geometry: Geometry, meaning: PixelMeaning): Measurement[] {
  const { unit, provenance, factor = 1 } = meaning;
  const measured = (name: MeasurementName, value: number) => ({ name, value: value * factor, unit, provenance });
  if (geometry.kind === 'probe') {
    const value = valueAt(frame, geometry.at);
    return value === null ? [] : [measured('value', value)];
  }
  const statistics = regionStatistics(frame, geometry);
  if (statistics === null) return [];
  return [
    measured('mean', statistics.mean),
    measured('standard-deviation', statistics.standardDeviation),
    measured('minimum', statistics.minimum),
    measured('maximum', statistics.maximum),
    measured('median', statistics.median),
  ];
}

/** True for shapes that measure pixel values. */
export function measuresPixels(geometry: Geometry): boolean {
  return geometry.kind === 'probe' || isRegion(geometry);
}
