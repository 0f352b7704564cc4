/** RT Structure Sets (PS3.3 A.19): regions as contours in patient coordinates. */
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonNumber, jsonNumbers, jsonText } from './json-reading.ts';

export interface Contour {
  readonly type: 'POINT' | 'OPEN' | 'CLOSED';
  /** Patient mm, LPS. */
  readonly points: readonly (readonly [x: number, y: number, z: number])[];
  /** The image the contour was drawn on; null when the file names none. */
  readonly sopInstanceUid: string | null;
}

export interface StructureRegion {
  readonly number: number;
  readonly name: string;
  /** `#rrggbb`; null when the file states none. */
  readonly colour: string | null;
  readonly frameOfReferenceUid: string | null;
  readonly contours: readonly Contour[];
}

export interface StructureSet {
  readonly label: string;
  /** Series whose images the set was drawn on. */
  readonly seriesUids: readonly string[];
  readonly regions: readonly StructureRegion[];
}

/** Points read at most; a set of a whole body has some 100,000. */
const MOST_POINTS = 2_000_000;

/** Reads a set; contours that are no triplets of numbers are left out. */
export function readStructureSet(dataset: DicomJsonDataset): StructureSet {
  const outlines = new Map(
    jsonItems(dataset, '30060039').map((item) => [jsonNumber(item, '30060084') ?? -1, item] as const),
  );
  let left = MOST_POINTS;
  const regions = jsonItems(dataset, '30060020').map((roi): StructureRegion => {
    const number = jsonNumber(roi, '30060022') ?? -1;
    const outline = outlines.get(number);
    const contours = jsonItems(outline, '30060040').flatMap((item) => {
      const contour = readContour(item);
      left -= contour?.points.length ?? 0;
      return contour === null || left < 0 ? [] : [contour];
    });
    return {
      number,
      name: jsonText(roi, '30060026') ?? `Region ${number}`,
      colour: colourOf(outline),
      frameOfReferenceUid: jsonText(roi, '30060024'),
      contours,
    };
  });
  return {
    label: jsonText(dataset, '30060002') ?? 'Structures',
    seriesUids: jsonItems(dataset, '30060010')
      .flatMap((frame) => jsonItems(frame, '30060012'))
      .flatMap((study) => jsonItems(study, '30060014'))
      .flatMap((series) => jsonText(series, '0020000E') ?? []),
    regions,
  };
}

function readContour(item: DicomJsonDataset): Contour | null {
  const numbers = jsonNumbers(item, '30060050');
  if (numbers.length < 3 || numbers.length % 3 !== 0) return null;
  const points = Array.from({ length: numbers.length / 3 }, (_, i): [number, number, number] => [
    numbers[3 * i] ?? 0,
    numbers[3 * i + 1] ?? 0,
    numbers[3 * i + 2] ?? 0,
  ]);
  const type = jsonText(item, '30060042') ?? '';
  const [image] = jsonItems(item, '30060016');
  return {
    type: type === 'POINT' ? 'POINT' : type.startsWith('OPEN') ? 'OPEN' : 'CLOSED',
    points,
    sopInstanceUid: jsonText(image, '00081155'),
  };
}

function colourOf(outline: DicomJsonDataset | undefined): string | null {
  const [red, green, blue] = jsonNumbers(outline, '3006002A');
  if (red === undefined || green === undefined || blue === undefined) return null;
  const hex = (value: number) =>
    Math.min(255, Math.max(0, Math.round(value)))
      .toString(16)
      .padStart(2, '0');
  return `#${hex(red)}${hex(green)}${hex(blue)}`;
}
