import * as z from 'zod';

/**
 * A number with its unit and where its scale comes from. Units are UCUM codes; `px` and `px2` (which UCUM lacks)
 * stand where an image has no spacing: then no µm and no mm is ever written.
 */
export const MEASUREMENT_NAMES = [
  'length',
  'long-axis',
  'short-axis',
  'height',
  'angle',
  /** The extent along the rows and columns of a region whose axes mean different things, or a place on them. */
  'across',
  'down',
  'area',
  'perimeter',
  'volume',
  'value',
  'mean',
  'standard-deviation',
  'minimum',
  'maximum',
  'median',
] as const;
export type MeasurementName = (typeof MEASUREMENT_NAMES)[number];

export const UNITS = [
  'mm',
  'mm2',
  'um',
  'um2',
  'mL',
  'px',
  'px2',
  'deg',
  's',
  'Hz',
  'cm/s',
  '%',
  'dB',
  "[hnsf'U]",
  'Bq/mL',
  'g/mL',
  'g/ml{SUVbw}',
  'g/ml{SUVlbm(Janma)}',
  'cm2/ml{SUVbsa}',
  '1',
] as const;
export type Unit = (typeof UNITS)[number];

/** Where the scale of a length, or the meaning of a pixel value, was read. */
export const PROVENANCES = [
  'PixelSpacing',
  'PixelSpacing-geometry',
  'PixelSpacing-fiducial',
  'ImagerPixelSpacing',
  'ImagerPixelSpacing-magnification',
  'ultrasound-region',
  'user-calibration',
  'NominalScannedPixelSpacing',
  'aperio-description',
  'scanner-metadata',
  'tiff-resolution',
  'ome-xml',
  'voxel-count',
  'uncalibrated',
  'modality-rescale',
  'modality-lut',
  'stored-values',
  'pet-suv',
] as const;
export type Provenance = (typeof PROVENANCES)[number];

export const measurementSchema = z.object({
  name: z.enum(MEASUREMENT_NAMES),
  value: z.number(),
  unit: z.enum(UNITS),
  provenance: z.enum(PROVENANCES),
});
export type Measurement = z.infer<typeof measurementSchema>;

const UNIT_TEXT: Readonly<Record<Unit, string>> = {
  mm: 'mm',
  mm2: 'mm²',
  um: 'µm',
  um2: 'µm²',
  mL: 'ml',
  px: 'px',
  px2: 'px²',
  deg: '°',
  s: 's',
  Hz: 'Hz',
  'cm/s': 'cm/s',
  '%': '%',
  dB: 'dB',
  'Bq/mL': 'Bq/ml',
  'g/mL': 'g/ml',
  'g/ml{SUVbw}': 'g/ml SUVbw',
  'g/ml{SUVlbm(Janma)}': 'g/ml SUVlbm',
  'cm2/ml{SUVbsa}': 'cm²/ml SUVbsa',
  "[hnsf'U]": 'HU',
  '1': '',
};

const NAME_TEXT: Readonly<Record<MeasurementName, string>> = {
  length: 'Length',
  'long-axis': 'Long axis',
  'short-axis': 'Short axis',
  height: 'Height',
  angle: 'Angle',
  across: 'Across',
  down: 'Down',
  value: 'Value',
  median: 'Median',
  area: 'Area',
  perimeter: 'Perimeter',
  volume: 'Volume',
  mean: 'Mean',
  'standard-deviation': 'SD',
  minimum: 'Min',
  maximum: 'Max',
};

const PROVENANCE_TEXT: Readonly<Record<Provenance, string>> = {
  PixelSpacing: 'DICOM Pixel Spacing',
  'PixelSpacing-geometry': 'DICOM Pixel Spacing, corrected for magnification by geometry',
  'PixelSpacing-fiducial': 'DICOM Pixel Spacing, calibrated by an object of known size',
  'ImagerPixelSpacing-magnification': 'DICOM Imager Pixel Spacing ÷ Estimated Radiographic Magnification Factor',
  'ultrasound-region': 'calibrated ultrasound region (DICOM Sequence of Ultrasound Regions)',
  'user-calibration': 'calibrated by user: a known length was marked on the image',
  ImagerPixelSpacing: 'DICOM Imager Pixel Spacing (at the detector, not in the patient)',
  NominalScannedPixelSpacing: 'DICOM Nominal Scanned Pixel Spacing',
  'aperio-description': 'scanner’s µm/px (Aperio MPP)',
  'scanner-metadata': 'scanner’s µm/px',
  'tiff-resolution': 'TIFF resolution',
  'ome-xml': 'OME physical size',
  'voxel-count': 'voxels counted × DICOM Pixel Spacing × distance of slices by Image Position (Patient)',
  uncalibrated: 'uncalibrated: the image has no scale',
  'modality-rescale': 'rescaled pixel values (DICOM Rescale Slope and Intercept)',
  'modality-lut': 'pixel values behind the DICOM Modality LUT',
  'stored-values': 'stored pixel values, without a physical unit',
  'pet-suv':
    'standardised uptake: activity × size of the patient ÷ dose decayed to the scan (lean mass: Janmahasatian)',
};

/** Three to four significant digits, as a reader of a ruler expects: 12.3, 128, 1250; with a true minus sign. */
function formatValue(value: number): string {
  return digitsOf(value).replace('-', '−');
}

function digitsOf(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return value.toFixed(0);
  if (size >= 100) return value.toFixed(size % 1 === 0 ? 0 : 1);
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** "12.3 mm", "0.48 mm²": µm² above 0.01 mm² is written as mm², µm from 10 mm up as mm. */
export function formatMeasurement(measurement: Measurement): string {
  const { value, unit } = measurement;
  if (unit === 'um2' && Math.abs(value) >= 10_000) return `${(value / 1_000_000).toFixed(3)} mm²`;
  if (unit === 'um' && Math.abs(value) >= 10_000) return `${(value / 1000).toFixed(2)} mm`;
  if (unit === 'deg') return `${formatValue(value)}°`;
  return `${formatValue(value)} ${UNIT_TEXT[unit]}`.trim();
}

/** The unit as people write it: "mm²", "HU"; empty for plain numbers. */
export function unitText(unit: Unit): string {
  return UNIT_TEXT[unit];
}

/** The name as people write it: "Long axis". */
export function measurementName(name: MeasurementName): string {
  return NAME_TEXT[name];
}

/** What must stand beside a number whose scale is not that of the patient as the file gives it. */
const CAVEATS: Partial<Record<Provenance, string>> = {
  ImagerPixelSpacing: 'at detector',
  'ImagerPixelSpacing-magnification': 'magnification estimated',
  NominalScannedPixelSpacing: 'film scan',
  'user-calibration': 'calibrated by user',
};

/** "Length 12.3 mm", "Length 12.3 mm (calibrated by user)". */
export function describeMeasurement(measurement: Measurement): string {
  const caveat = CAVEATS[measurement.provenance];
  const text = `${NAME_TEXT[measurement.name]} ${formatMeasurement(measurement)}`;
  return caveat === undefined ? text : `${text} (${caveat})`;
}

/** Where the number's scale comes from, for a tooltip or a footnote. */
export function describeProvenance(provenance: Provenance): string {
  return PROVENANCE_TEXT[provenance];
}
