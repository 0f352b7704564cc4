/** Measurements as a table for spreadsheets: RFC 4180, with a byte order mark so that Excel reads UTF-8. */
import type { Annotation } from '#shared/annotation/annotation.ts';
import { classOf, conceptKey } from '#shared/annotation/annotation-class.ts';
import { describeProvenance, measurementName, unitText } from '#shared/annotation/measurement.ts';

/** What a row says of an annotation beyond the annotation itself. */
export interface CsvContext {
  /** "A3". */
  nameOf(id: string): string;
  /** "Polygon". */
  kindOf(annotation: Annotation): string;
  /** "CT · Chest". */
  placeOf(annotation: Annotation): string;
}

const HEAD = [
  'Annotation',
  'Kind',
  'Label',
  'Author',
  'Image',
  'Study Instance UID',
  'Series Instance UID',
  'SOP Instance UID',
  'Frame',
  'Frame of Reference UID',
  'Measurement',
  'Value',
  'Unit',
  'Unit (UCUM)',
  'Provenance',
  'Changed at',
  'Class',
  'Class code',
];

/** One row a measurement; an annotation that measures nothing has one row with empty cells. */
export function writeCsv(annotations: readonly Annotation[], context: CsvContext): string {
  const rows = annotations.flatMap((annotation) => rowsOf(annotation, context));
  return `\ufeff${[HEAD.map(textCell), ...rows].map((cells) => `${cells.join(',')}\r\n`).join('')}`;
}

function rowsOf(annotation: Annotation, context: CsvContext): string[][] {
  const { id, target, label, author, updatedAt, measurements, frameOfReferenceUid } = annotation;
  const frame = target.kind === 'frame' ? target : null;
  const before = [
    ...[context.nameOf(id), context.kindOf(annotation), label, author.name, context.placeOf(annotation)],
    ...[frame?.studyUid ?? '', frame?.seriesUid ?? '', frame?.sopInstanceUid ?? ''],
  ].map(textCell);
  const place = [...before, frame === null ? '' : String(frame.frameNumber), textCell(frameOfReferenceUid ?? '')];
  const { concept } = annotation;
  const after = [
    updatedAt,
    concept === undefined ? '' : classOf(concept).name,
    concept === undefined ? '' : conceptKey(concept),
  ].map(textCell);
  if (measurements.length === 0) return [[...place, '', '', '', '', '', ...after]];
  return measurements.map(({ name, value, unit, provenance }) => [
    ...place,
    textCell(measurementName(name)),
    // A number is written as one, with a point, whatever the language of the reader: it is for machines too.
    String(Number(value.toPrecision(12))),
    textCell(unitText(unit)),
    // UCUM has no pixel.
    textCell(unit === 'px' || unit === 'px2' ? '' : unit),
    textCell(describeProvenance(provenance)),
    ...after,
  ]);
}

/** Spreadsheets run a cell that begins like this as a formula (OWASP, CSV injection); an apostrophe makes it text. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

function textCell(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n;\t]/.test(inert) || inert !== inert.trim() ? `"${inert.replaceAll('"', '""')}"` : inert;
}
