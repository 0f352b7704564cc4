/** Graphics and words of presentation states (PS3.3 C.10.5 Graphic Annotation, C.10.7 Graphic Layer). */
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonNumber, jsonNumbers, jsonText } from './json-reading.ts';
import { labColour, layerColour } from './presentation-colour.ts';

/**
 * PIXEL: image px, 0\0 the outer corner of the first pixel. DISPLAY: fractions of the displayed area, as it is shown.
 */
export type MarkUnit = 'PIXEL' | 'DISPLAY';
export type MarkPoint = readonly [x: number, y: number];
export type GraphicType = 'POINT' | 'POLYLINE' | 'INTERPOLATED' | 'CIRCLE' | 'ELLIPSE';

export interface Graphic {
  readonly type: GraphicType;
  readonly unit: MarkUnit;
  /** CIRCLE: centre and a point on it. ELLIPSE: the ends of the major, then of the minor axis. */
  readonly points: readonly MarkPoint[];
  readonly filled: boolean;
  /** `#rrggbb`; null takes that of the layer. */
  readonly colour: string | null;
  readonly fillColour: string | null;
  /** Times the usual thickness. */
  readonly thickness: number;
  readonly dashed: boolean;
}

export interface TextObject {
  readonly text: string;
  /** Two opposite corners; null for words that are given an anchor alone. */
  readonly box: { readonly unit: MarkUnit; readonly corners: readonly [MarkPoint, MarkPoint] } | null;
  readonly justification: 'LEFT' | 'CENTER' | 'RIGHT';
  readonly anchor: { readonly unit: MarkUnit; readonly point: MarkPoint; readonly visible: boolean } | null;
  readonly colour: string | null;
}

/** The marks of one layer in the order they are drawn. */
export interface Marks {
  readonly layer: string;
  readonly graphics: readonly Graphic[];
  readonly texts: readonly TextObject[];
}

export interface GraphicLayer {
  readonly name: string;
  readonly order: number;
  readonly colour: string | null;
}

/** Bounds of one state: more is no drawing but an attack. */
const MOST_POINTS = 100_000;
const MOST_TEXTS = 500;
/** Of one text; an ST has no more (PS3.5 table 6.2-1). */
const MOST_CHARACTERS = 1024;
const TYPES: ReadonlySet<string> = new Set(['POINT', 'POLYLINE', 'INTERPOLATED', 'CIRCLE', 'ELLIPSE']);
const LEAST_POINTS: Readonly<Record<GraphicType, number>> = {
  ...{ POINT: 1, POLYLINE: 2, INTERPOLATED: 2, CIRCLE: 2, ELLIPSE: 4 },
};

/** What a state asks for and cannot be drawn; caught by who reads the state, never left out in silence. */
export class UndrawableMark extends Error {}

/** Counts what a state holds. */
export class MarkBudget {
  #points = 0;
  #texts = 0;

  addPoints(count: number): void {
    this.#points += count;
    if (this.#points > MOST_POINTS) throw new UndrawableMark(`more than ${MOST_POINTS} points of graphics`);
  }

  addText(): void {
    this.#texts++;
    if (this.#texts > MOST_TEXTS) throw new UndrawableMark(`more than ${MOST_TEXTS} texts`);
  }
}

/** @throws UndrawableMark */
export function readMarks(item: DicomJsonDataset, budget: MarkBudget): Marks {
  return {
    layer: jsonText(item, '00700002') ?? '',
    graphics: jsonItems(item, '00700009').map((graphic) => readGraphic(graphic, budget)),
    texts: jsonItems(item, '00700008').flatMap((text) => readText(text, budget)),
  };
}

/** Lowest first: higher ones lie on top (PS3.3 C.10.7, Graphic Layer Order). */
export function readLayers(dataset: DicomJsonDataset): GraphicLayer[] {
  return jsonItems(dataset, '00700060')
    .map((item) => ({
      name: jsonText(item, '00700002') ?? '',
      order: jsonNumber(item, '00700062') ?? 0,
      colour: layerColour(item),
    }))
    .sort((one, other) => one.order - other.order);
}

function readGraphic(item: DicomJsonDataset, budget: MarkBudget): Graphic {
  const type = jsonText(item, '00700023') ?? '';
  if (!isGraphicType(type)) throw new UndrawableMark('a graphic of an unknown type');
  const numbers = jsonNumbers(item, '00700022');
  budget.addPoints(numbers.length / 2);
  const points: MarkPoint[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) points.push([numbers[at] ?? 0, numbers[at + 1] ?? 0]);
  if (points.length < LEAST_POINTS[type]) throw new UndrawableMark('a graphic without its points');
  const line = jsonItems(item, '00700232')[0];
  const thickness = jsonNumber(line, '00700253') ?? 1;
  return {
    ...{ type, points, unit: unitOf(item, '00700005') },
    filled: jsonText(item, '00700024') === 'Y',
    colour: labColour(line, '00700251'),
    fillColour: labColour(jsonItems(item, '00700233')[0], '00700251'),
    thickness: Math.min(10, Math.max(0.5, thickness)),
    dashed: jsonText(line, '00700254') === 'DASHED',
  };
}

/** Words without a place are set aside only when there are no words. */
function readText(item: DicomJsonDataset, budget: MarkBudget): TextObject[] {
  const text = plainText(jsonText(item, '00700006') ?? '');
  if (text === '') return [];
  budget.addText();
  const [first, second] = ['00700010', '00700011'].map((tag) => pointOf(item, tag));
  const anchor = pointOf(item, '00700014');
  const box =
    first === null || first === undefined || second === null || second === undefined
      ? null
      : { unit: unitOf(item, '00700003'), corners: [first, second] as const };
  if (box === null && anchor === null) throw new UndrawableMark('a text without a place');
  const wanted = jsonText(item, '00700012');
  return [
    {
      ...{ text, box },
      justification: wanted === 'CENTER' || wanted === 'RIGHT' ? wanted : 'LEFT',
      anchor:
        anchor === null
          ? null
          : { unit: unitOf(item, '00700004'), point: anchor, visible: jsonText(item, '00700015') === 'Y' },
      colour: labColour(jsonItems(item, '00700231')[0], '00700241'),
    },
  ];
}

/** Line breaks stay; other control characters and direction overrides go. */
function plainText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n]/gu, '')
    .slice(0, MOST_CHARACTERS)
    .trim();
}

function isGraphicType(type: string): type is GraphicType {
  return TYPES.has(type);
}

/** MATRIX, which is for tiled slides, has no meaning in a picture of one frame. */
function unitOf(item: DicomJsonDataset, tag: string): MarkUnit {
  const unit = jsonText(item, tag);
  if (unit === 'PIXEL' || unit === 'DISPLAY') return unit;
  throw new UndrawableMark('marks in units other than PIXEL and DISPLAY');
}

function pointOf(item: DicomJsonDataset, tag: string): MarkPoint | null {
  const [x, y] = jsonNumbers(item, tag);
  return x === undefined || y === undefined ? null : [x, y];
}
