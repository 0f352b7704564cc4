/** Making and reading content items of structured reports (PS3.3 C.17.3) in the DICOM JSON Model. */
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonNumber, jsonNumbers, jsonText } from './json-reading.ts';

/** As in PS3.3 section 8.8. */
export interface ItemCode {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

export type Relationship =
  | 'CONTAINS'
  | 'HAS CONCEPT MOD'
  | 'HAS OBS CONTEXT'
  | 'HAS PROPERTIES'
  | 'INFERRED FROM'
  | 'SELECTED FROM';

export interface ImageReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Null for an image of one frame. */
  readonly frameNumber: number | null;
}

/** A code as an item of a code sequence. */
export function codeItem({ value, scheme, meaning }: ItemCode): DicomJsonDataset {
  return {
    // Code Value has 16 characters at most; longer ones have an element of their own (PS3.3 section 8.1).
    ...(value.length <= 16
      ? { '00080100': { vr: 'SH', Value: [value] } }
      : { '00080119': { vr: 'UC', Value: [value] } }),
    '00080102': { vr: 'SH', Value: [scheme] },
    '00080104': { vr: 'LO', Value: [meaning] },
  };
}

function item(
  relationship: Relationship | null,
  valueType: string,
  name: ItemCode | null,
  value: DicomJsonDataset,
  children: readonly DicomJsonDataset[] = [],
): DicomJsonDataset {
  return {
    ...(relationship !== null && { '0040A010': { vr: 'CS', Value: [relationship] } }),
    '0040A040': { vr: 'CS', Value: [valueType] },
    ...(name !== null && { '0040A043': { vr: 'SQ', Value: [codeItem(name)] } }),
    ...value,
    ...(children.length > 0 && { '0040A730': { vr: 'SQ', Value: children } }),
  };
}

/** A container; `template` is its number in PS3.16. The root has no relationship. */
export function container(
  relationship: Relationship | null,
  name: ItemCode,
  children: readonly DicomJsonDataset[],
  template: string | null = null,
): DicomJsonDataset {
  const named = {
    '00080105': { vr: 'CS', Value: ['DCMR'] },
    '0040DB00': { vr: 'CS', Value: [template ?? ''] },
  };
  const value = {
    '0040A050': { vr: 'CS', Value: ['SEPARATE'] },
    ...(template !== null && { '0040A504': { vr: 'SQ', Value: [named] } }),
  };
  return item(relationship, 'CONTAINER', name, value, children);
}

export function codeContent(relationship: Relationship, name: ItemCode, value: ItemCode): DicomJsonDataset {
  return item(relationship, 'CODE', name, { '0040A168': { vr: 'SQ', Value: [codeItem(value)] } });
}

export function textContent(relationship: Relationship, name: ItemCode, text: string): DicomJsonDataset {
  return item(relationship, 'TEXT', name, { '0040A160': { vr: 'UT', Value: [text] } });
}

export function uidContent(relationship: Relationship, name: ItemCode, uid: string): DicomJsonDataset {
  return item(relationship, 'UIDREF', name, { '0040A124': { vr: 'UI', Value: [uid] } });
}

/** `name` in DICOM form, one component group. */
export function personContent(relationship: Relationship, name: ItemCode, person: string): DicomJsonDataset {
  return item(relationship, 'PNAME', name, { '0040A123': { vr: 'PN', Value: [{ Alphabetic: person }] } });
}

/** A number with its unit; a decimal string has 16 characters, so the whole value stands beside it as a double. */
export function numberContent(
  name: ItemCode,
  value: number,
  unit: ItemCode,
  children: readonly DicomJsonDataset[],
): DicomJsonDataset {
  const measured: DicomJsonDataset = {
    '004008EA': { vr: 'SQ', Value: [codeItem(unit)] },
    '0040A161': { vr: 'FD', Value: [value] },
    '0040A30A': { vr: 'DS', Value: [Number(value.toPrecision(9))] },
  };
  return item('CONTAINS', 'NUM', name, { '0040A300': { vr: 'SQ', Value: [measured] } }, children);
}

export function imageContent(relationship: Relationship, reference: ImageReference): DicomJsonDataset {
  return item(relationship, 'IMAGE', null, { '00081199': { vr: 'SQ', Value: [sopReference(reference)] } });
}

/** Spatial coordinates on an image (PS3.3 C.18.6): columns and rows, (0, 0) is the corner of the first pixel. */
export function coordinatesContent(
  relationship: Relationship,
  name: ItemCode | null,
  graphicType: GraphicType,
  points: readonly (readonly [number, number])[],
  image: ImageReference,
): DicomJsonDataset {
  const value = { '00700022': { vr: 'FL', Value: points.flat() }, '00700023': { vr: 'CS', Value: [graphicType] } };
  return item(relationship, 'SCOORD', name, value, [imageContent('SELECTED FROM', image)]);
}

export type GraphicType = 'POINT' | 'MULTIPOINT' | 'POLYLINE' | 'CIRCLE' | 'ELLIPSE';

/** An item of Referenced SOP Sequence. */
export function sopReference({ sopClassUid, sopInstanceUid, frameNumber }: ImageReference): DicomJsonDataset {
  return {
    '00081150': { vr: 'UI', Value: [sopClassUid] },
    '00081155': { vr: 'UI', Value: [sopInstanceUid] },
    ...(frameNumber !== null && { '00081160': { vr: 'IS', Value: [frameNumber] } }),
  };
}

/** The children of an item. */
export function contentOf(dataset: DicomJsonDataset): readonly DicomJsonDataset[] {
  return jsonItems(dataset, '0040A730');
}

export function valueTypeOf(dataset: DicomJsonDataset): string {
  return jsonText(dataset, '0040A040') ?? '';
}

/** The first code of a code sequence; null when there is none. */
export function codeOf(dataset: DicomJsonDataset | undefined, tag: string): ItemCode | null {
  const [code] = jsonItems(dataset, tag);
  const value = jsonText(code, '00080100') ?? jsonText(code, '00080119') ?? jsonText(code, '00080120');
  if (value === null) return null;
  return { value, scheme: jsonText(code, '00080102') ?? '', meaning: jsonText(code, '00080104') ?? value };
}

/** The concept name of an item. */
export function nameOf(dataset: DicomJsonDataset): ItemCode | null {
  return codeOf(dataset, '0040A043');
}

export interface MeasuredNumber {
  readonly value: number;
  readonly unit: ItemCode;
}

/** The number of a NUM item with its unit; null when it lacks one of them. */
export function numberOf(dataset: DicomJsonDataset): MeasuredNumber | null {
  const [measured] = jsonItems(dataset, '0040A300');
  const value = jsonNumber(measured, '0040A161') ?? jsonNumber(measured, '0040A30A');
  const unit = codeOf(measured, '004008EA');
  return value === null || unit === null ? null : { value, unit };
}

export interface Coordinates {
  readonly graphicType: string;
  readonly points: readonly (readonly [number, number])[];
  readonly image: ImageReference;
}

/** The coordinates of a SCOORD item with the first image they lie on; null when either is missing or odd. */
export function coordinatesOf(dataset: DicomJsonDataset): Coordinates | null {
  const image = contentOf(dataset)
    .map(imageOf)
    .find((one) => one !== null);
  const numbers = jsonNumbers(dataset, '00700022');
  if (valueTypeOf(dataset) !== 'SCOORD' || image == null || numbers.length < 2 || numbers.length % 2 !== 0) return null;
  const points = Array.from({ length: numbers.length / 2 }, (_, i): [number, number] => [
    numbers[2 * i] ?? 0,
    numbers[2 * i + 1] ?? 0,
  ]);
  return { graphicType: jsonText(dataset, '00700023') ?? '', points, image };
}

/** The image an IMAGE item points to. */
export function imageOf(dataset: DicomJsonDataset): ImageReference | null {
  const [sop] = jsonItems(dataset, '00081199');
  const sopInstanceUid = jsonText(sop, '00081155');
  if (sopInstanceUid === null) return null;
  const sopClassUid = jsonText(sop, '00081150') ?? '';
  return { sopClassUid, sopInstanceUid, frameNumber: jsonNumber(sop, '00081160') };
}
