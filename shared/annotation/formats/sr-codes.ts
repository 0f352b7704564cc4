/** The terms with which measurements stand in structured reports (PS3.16). */
import { type CodedConcept, OWN_SCHEME } from '#shared/annotation/coded-concept.ts';
import type { GeometryKind } from '#shared/annotation/geometry.ts';
import {
  describeProvenance,
  type MeasurementName,
  measurementName,
  PROVENANCES,
  type Provenance,
  UNITS,
  type Unit,
} from '#shared/annotation/measurement.ts';

const dcm = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'DCM', meaning });
const sct = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'SCT', meaning });
const own = (value: string, meaning: string): CodedConcept => ({ value, scheme: OWN_SCHEME, meaning });

export const CONCEPTS = {
  report: dcm('126000', 'Imaging Measurement Report'),
  language: dcm('121049', 'Language of Content Item and Descendants'),
  english: { value: 'en', scheme: 'RFC5646', meaning: 'English' },
  observerType: dcm('121005', 'Observer Type'),
  person: dcm('121006', 'Person'),
  personName: dcm('121008', 'Person Observer Name'),
  deviceName: dcm('121013', 'Device Observer Name'),
  procedure: dcm('121058', 'Procedure reported'),
  imaging: sct('363679005', 'Imaging procedure'),
  imageLibrary: dcm('111028', 'Image Library'),
  imageGroup: dcm('126200', 'Image Library Group'),
  measurements: dcm('126010', 'Imaging Measurements'),
  group: dcm('125007', 'Measurement Group'),
  trackingIdentifier: dcm('112039', 'Tracking Identifier'),
  trackingUid: dcm('112040', 'Tracking Unique Identifier'),
  finding: dcm('121071', 'Finding'),
  comment: dcm('121106', 'Comment'),
  region: dcm('111030', 'Image Region'),
  method: sct('370129005', 'Measurement Method'),
  shape: own('shape', 'Drawn shape'),
  knownLength: own('known-length', 'Known length the image was calibrated by'),
  /** As Cornerstone3D writes and reads the points of a spline. */
  controlPoints: { value: 'ControlPoints', scheme: '99CS3D', meaning: 'Control Points' },
} as const;

const NAMES: Readonly<Record<MeasurementName, CodedConcept>> = {
  length: sct('410668003', 'Length'),
  'long-axis': sct('103339001', 'Long Axis'),
  'short-axis': sct('103340004', 'Short Axis'),
  height: dcm('121207', 'Height'),
  angle: sct('1483009', 'Angle'),
  across: own('across', 'Extent or place along the rows'),
  down: own('down', 'Extent or place along the columns'),
  area: sct('42798000', 'Area'),
  perimeter: sct('131191004', 'Perimeter'),
  volume: sct('118565006', 'Volume'),
  value: own('value', 'Value of the pixel'),
  mean: sct('373098007', 'Mean'),
  'standard-deviation': sct('386136009', 'Standard Deviation'),
  minimum: sct('255605001', 'Minimum'),
  maximum: sct('56851009', 'Maximum'),
  median: sct('373099004', 'Median'),
};

/** The concept name of a number. */
export function conceptOfName(name: MeasurementName): CodedConcept {
  return NAMES[name];
}

/** Our name for a concept; null where we have none. */
export function nameOfConcept({ value, scheme }: CodedConcept): MeasurementName | null {
  const found = Object.entries(NAMES).find(([, one]) => one.value === value && one.scheme === scheme);
  return found === undefined ? null : (found[0] as MeasurementName);
}

/** UCUM has no pixel; an annotation in braces stands for the number one of something (UCUM section 6). */
const UCUM: Partial<Record<Unit, CodedConcept>> = {
  px: { value: '{pixels}', scheme: 'UCUM', meaning: 'pixels' },
  px2: { value: '{square_pixels}', scheme: 'UCUM', meaning: 'square pixels' },
  '1': { value: '1', scheme: 'UCUM', meaning: 'no units' },
  'g/ml{SUVbw}': { value: 'g/ml{SUVbw}', scheme: 'UCUM', meaning: 'Standardized Uptake Value body weight' },
  'g/ml{SUVlbm(Janma)}': {
    ...{ value: 'g/ml{SUVlbm(Janma)}', scheme: 'UCUM' },
    meaning: 'Standardized Uptake Value lean body mass (Janma)',
  },
  'cm2/ml{SUVbsa}': {
    ...{ value: 'cm2/ml{SUVbsa}', scheme: 'UCUM' },
    meaning: 'Standardized Uptake Value body surface area',
  },
  "[hnsf'U]": { value: "[hnsf'U]", scheme: 'UCUM', meaning: 'Hounsfield unit' },
};

/** A unit in UCUM. Pixels stay pixels: they are never written as a length. */
export function conceptOfUnit(unit: Unit): CodedConcept {
  return UCUM[unit] ?? { value: unit, scheme: 'UCUM', meaning: unit };
}

/** Our unit for a UCUM code; null where we have none. */
export function unitOfConcept({ value, scheme }: CodedConcept): Unit | null {
  if (scheme !== 'UCUM') return null;
  return UNITS.find((unit) => conceptOfUnit(unit).value === value) ?? null;
}

/** Where the scale of a number comes from, as a measurement method. A meaning has 64 characters at most. */
export function conceptOfProvenance(provenance: Provenance): CodedConcept {
  return own(provenance, describeProvenance(provenance).slice(0, 64));
}

export function provenanceOfConcept({ value, scheme }: CodedConcept): Provenance | null {
  return scheme === OWN_SCHEME ? (PROVENANCES.find((one) => one === value) ?? null) : null;
}

/** The tools of Cornerstone3D that read a shape back: viewers built on it take the tracking identifier for its kind. */
const CORNERSTONE_TOOLS: Partial<Record<GeometryKind, string>> = {
  probe: 'Probe',
  point: 'Probe',
  arrow: 'ArrowAnnotate',
  line: 'Length',
  bidirectional: 'Bidirectional',
  angle: 'Angle',
  cobb: 'CobbAngle',
  rectangle: 'RectangleROI',
  ellipse: 'EllipticalROI',
  polygon: 'PlanarFreehandROI',
  spline: 'SplineROI',
};

/** Tracking Identifier of a shape. */
export function trackingIdentifierOf(kind: GeometryKind): string {
  const tool = CORNERSTONE_TOOLS[kind];
  if (tool === undefined) return `Consilium:${kind}`;
  return kind === 'spline'
    ? 'Cornerstone3DTools@^0.1.0:PlanarFreehandROI:SplineROI'
    : `Cornerstone3DTools@^0.1.0:${tool}`;
}

/** The kind of a shape, said by its own code: other readers go by Graphic Type and number of points. */
export function conceptOfKind(kind: GeometryKind): CodedConcept {
  return own(kind, kind);
}

/** A number in words of our own where we know its concept, else as the document calls it. */
export function wordsOfConcept(concept: CodedConcept): string {
  const name = nameOfConcept(concept);
  return name === null ? concept.meaning : measurementName(name);
}
