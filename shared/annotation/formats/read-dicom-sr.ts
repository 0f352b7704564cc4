/** Measurement reports (PS3.16 TID 1500) of any system, as shapes on images with their numbers. */
import { type CodedConcept, OWN_SCHEME, sameConcept } from '#shared/annotation/coded-concept.ts';
import { GEOMETRY_KINDS, type Geometry, type GeometryKind } from '#shared/annotation/geometry.ts';
import type { Measurement } from '#shared/annotation/measurement.ts';
import {
  codeOf,
  contentOf,
  coordinatesOf,
  type ImageReference,
  nameOf,
  numberOf,
  valueTypeOf,
} from '#shared/dicom/content-item.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { jsonText } from '#shared/dicom/json-reading.ts';
import { displayPersonName } from '#shared/dicom/person-name.ts';
import { CONCEPTS, nameOfConcept, provenanceOfConcept, unitOfConcept } from './sr-codes.ts';
import { shapeOfForeign, shapeOfGraphics } from './sr-shapes.ts';

/** A number as a report states it. */
export interface ReportedNumber {
  readonly name: CodedConcept;
  readonly value: number;
  readonly unit: CodedConcept;
  /** The same in our words; null where the report uses terms that we have none for, or states no origin of a scale. */
  readonly measurement: Measurement | null;
}

export interface ReportedShape {
  readonly image: ImageReference;
  readonly geometry: Geometry;
}

/** One measurement group. */
export interface ReportedGroup {
  readonly trackingUid: string | null;
  readonly trackingIdentifier: string | null;
  readonly finding: string | null;
  readonly comment: string | null;
  /** What is drawn; none for groups that rest on whole segments, volumes or images only. */
  readonly shapes: readonly ReportedShape[];
  readonly numbers: readonly ReportedNumber[];
}

export interface MeasurementReport {
  readonly title: string;
  /** The person or device that measured, as the document names it. */
  readonly author: string | null;
  readonly manufacturer: string | null;
  readonly groups: readonly ReportedGroup[];
}

/** Groups read at most: a report has dozens. */
const MOST_GROUPS = 5000;

/** Reads a report; null when the document holds no Imaging Measurements. What is odd in it is left out. */
export function readMeasurementReport(dataset: DicomJsonDataset): MeasurementReport | null {
  const content = contentOf(dataset);
  const measured = content.find((item) => sameConcept(nameOf(item), CONCEPTS.measurements));
  if (measured === undefined) return null;
  const groups = contentOf(measured).filter((item) => sameConcept(nameOf(item), CONCEPTS.group));
  return {
    title: nameOf(dataset)?.meaning ?? 'Measurements',
    author: observerOf(content),
    manufacturer: jsonText(dataset, '00080070'),
    groups: groups.slice(0, MOST_GROUPS).map(readGroup),
  };
}

function observerOf(content: readonly DicomJsonDataset[]): string | null {
  const person = content.find((item) => sameConcept(nameOf(item), CONCEPTS.personName));
  const device = content.find((item) => sameConcept(nameOf(item), CONCEPTS.deviceName));
  const [name] = person?.['0040A123']?.Value ?? [];
  const { Alphabetic } = typeof name === 'object' && name !== null ? (name as Readonly<Record<string, unknown>>) : {};
  const named = typeof Alphabetic === 'string' ? displayPersonName(Alphabetic) : '';
  // Some write the name of a person as text.
  return named || textOf(person) || textOf(device);
}

function textOf(item: DicomJsonDataset | undefined): string | null {
  return jsonText(item, '0040A160');
}

function readGroup(group: DicomJsonDataset): ReportedGroup {
  const content = contentOf(group);
  const find = (concept: CodedConcept) => content.find((item) => sameConcept(nameOf(item), concept));
  const tracking = find(CONCEPTS.trackingUid);
  return {
    trackingUid: tracking === undefined ? null : jsonText(tracking, '0040A124'),
    trackingIdentifier: textOf(find(CONCEPTS.trackingIdentifier)),
    finding: codeOf(find(CONCEPTS.finding), '0040A168')?.meaning ?? null,
    comment: textOf(find(CONCEPTS.comment)),
    shapes: readShapes(content),
    numbers: content.flatMap((item) => readNumber(item) ?? []),
  };
}

function readNumber(item: DicomJsonDataset): ReportedNumber | null {
  const concept = nameOf(item);
  const measured = valueTypeOf(item) === 'NUM' ? numberOf(item) : null;
  if (concept === null || measured === null || sameConcept(concept, CONCEPTS.knownLength)) return null;
  const derivation = contentOf(item).find((child) => sameConcept(nameOf(child), DERIVATION));
  // "Attenuation, derivation: Mean" is a mean (TID 1419).
  const named = codeOf(derivation, '0040A168') ?? concept;
  const method = contentOf(item).find((child) => sameConcept(nameOf(child), CONCEPTS.method));
  const provenance = codeOf(method, '0040A168');
  const [name, unit] = [nameOfConcept(named), unitOfConcept(measured.unit)];
  const from = provenance === null ? null : provenanceOfConcept(provenance);
  const complete = name !== null && unit !== null && from !== null;
  return {
    name: concept,
    ...measured,
    measurement: complete ? { name, value: measured.value, unit, provenance: from } : null,
  };
}

const DERIVATION: CodedConcept = { value: '121401', scheme: 'DCM', meaning: 'Derivation' };

/** The graphics of a group, each once: of the region itself, and those that its numbers rest on. */
function readShapes(content: readonly DicomJsonDataset[]): ReportedShape[] {
  const ofGroup = content.filter((item) => !sameConcept(nameOf(item), CONCEPTS.controlPoints));
  const ofNumbers = content
    .filter((item) => valueTypeOf(item) === 'NUM' && !sameConcept(nameOf(item), CONCEPTS.knownLength))
    .flatMap(contentOf);
  const all = [...ofGroup, ...ofNumbers].flatMap((item) => coordinatesOf(item) ?? []);
  const graphics = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  const kind = kindOf(content);
  const [first] = graphics;
  if (kind !== null && first !== undefined) {
    const geometry = shapeOfGraphics(kind, graphics, knownLengthOf(content));
    if (geometry !== null) return [{ image: first.image, geometry }];
  }
  return graphics.flatMap(({ image, ...graphic }) => {
    const geometry = shapeOfForeign(graphic);
    return geometry === null ? [] : [{ image, geometry }];
  });
}

/** Our own statement of the shape's kind. */
function kindOf(content: readonly DicomJsonDataset[]): GeometryKind | null {
  const item = content.find((one) => sameConcept(nameOf(one), CONCEPTS.shape));
  const code = codeOf(item, '0040A168');
  return code?.scheme === OWN_SCHEME ? (GEOMETRY_KINDS.find((kind) => kind === code.value) ?? null) : null;
}

/** A calibration is the length of its own line. */
function knownLengthOf(content: readonly DicomJsonDataset[]): number | null {
  const length = content.find((item) => sameConcept(nameOf(item), { value: '410668003', scheme: 'SCT', meaning: '' }));
  return length === undefined ? null : (numberOf(length)?.value ?? null);
}
