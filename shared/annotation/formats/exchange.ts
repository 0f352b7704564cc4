/** What files of annotations of other programs have in common: shapes on one slide, in pixels of level 0. */

import type { CodedConcept } from '#shared/annotation/coded-concept.ts';
import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { geometrySchema } from '#shared/annotation/geometry.ts';

/** A shape with its words, without author, time and place: what every format can say of an annotation. */
export interface ExchangeShape {
  readonly geometry: Geometry;
  readonly label: string;
  /** What the file says it is, where that is a class we know or one with a code. */
  readonly concept?: CodedConcept | undefined;
}

/** A shape of a file; `place` counts from 1 in the order of the file. */
export interface PlacedShape extends ExchangeShape {
  readonly place: number;
}

/** A shape that was not taken, and why: "lies outside the slide". */
export interface RefusedShape {
  readonly place: number;
  readonly reason: string;
}

export interface ReadShapes {
  readonly shapes: readonly PlacedShape[];
  readonly refused: readonly RefusedShape[];
  /** Sentences on what the file says and an annotation does not hold, or had to be taken in one of two ways. */
  readonly notes: readonly string[];
}

export interface WrittenShapes {
  readonly text: string;
  /** Sentences on what the format cannot hold. */
  readonly notes: readonly string[];
}

/** Why a file cannot be read at all; the sentence goes on after "The file of annotations is not valid:". */
export class ExchangeFileError extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.name = 'ExchangeFileError';
    this.reason = reason;
  }
}

/** Shapes of one file that can become annotations; more are a layer of data, not somebody's reading. */
export const MOST_SHAPES = 2000;
export const LONGEST_LABEL = 500;

/** Collects what a reader finds, and checks each shape as one that came in a request. */
export class ShapeCollector {
  readonly #shapes: PlacedShape[] = [];
  readonly #refused: RefusedShape[] = [];
  readonly #notes = new Set<string>();
  #place = 0;

  /** The next shape of the file: taken, or refused when `geometry` is a reason or is not valid. Bounded in number. */
  add(geometry: Geometry | string, label: string, concept?: CodedConcept): void {
    if (++this.#place > MOST_SHAPES) throw new ExchangeFileError(`it has more than ${MOST_SHAPES} shapes`);
    if (typeof geometry === 'string') {
      this.#refused.push({ place: this.#place, reason: geometry });
      return;
    }
    const parsed = geometrySchema.safeParse(geometry);
    if (parsed.success) {
      if (label.length > LONGEST_LABEL) this.note(`Labels were cut at ${LONGEST_LABEL} characters.`);
      // A label with a NUL could be stored, but no list with it could be sent again.
      const words = label.replaceAll('\0', ' ').slice(0, LONGEST_LABEL);
      this.#shapes.push({ place: this.#place, geometry: parsed.data, label: words, ...(concept && { concept }) });
      return;
    }
    const [issue] = parsed.error.issues;
    this.#refused.push({ place: this.#place, reason: `is not a valid shape: ${issue?.message ?? 'unknown'}` });
  }

  note(sentence: string): void {
    this.#notes.add(sentence);
  }

  result(): ReadShapes {
    return { shapes: this.#shapes, refused: this.#refused, notes: [...this.#notes] };
  }
}

/** A pair of coordinates as geometry holds it. */
export function pairOf(point: Point): [number, number] {
  return [point[0], point[1]];
}

/** The closed line without a last point that repeats the first one. */
export function openedRing(points: readonly Point[]): Point[] {
  const [first] = points;
  const last = points.at(-1);
  const repeats = points.length > 1 && first !== undefined && last !== undefined && samePoint(first, last);
  return repeats ? points.slice(0, -1) : [...points];
}

/** The polygon, or the rectangle that its four corners are. */
export function closedShape(points: readonly Point[]): Geometry {
  const ring = openedRing(points).map(pairOf);
  return asRectangle(ring) ?? { kind: 'polygon', points: ring };
}

function asRectangle(ring: readonly Point[]): Geometry | null {
  const [a, b, c, d] = ring;
  if (ring.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) return null;
  const acrossFirst = a[1] === b[1] && b[0] === c[0] && c[1] === d[1] && d[0] === a[0];
  const downFirst = a[0] === b[0] && b[1] === c[1] && c[0] === d[0] && d[1] === a[1];
  if ((!acrossFirst && !downFirst) || a[0] === c[0] || a[1] === c[1]) return null;
  return {
    kind: 'rectangle',
    min: [Math.min(a[0], c[0]), Math.min(a[1], c[1])],
    max: [Math.max(a[0], c[0]), Math.max(a[1], c[1])],
  };
}

/** The upright ellipse that fills the box between two corners; a reason when the box has no area. */
export function ellipseInBox(from: Point, to: Point): Geometry | string {
  const radiusX = Math.abs(to[0] - from[0]) / 2;
  const radiusY = Math.abs(to[1] - from[1]) / 2;
  if (!(radiusX > 0 && radiusY > 0)) return 'is an ellipse without an area';
  return { kind: 'ellipse', center: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], radiusX, radiusY };
}

/** Points on an ellipse, its four ends among them, so that its box is exact. */
export function ellipsePoints({ center, radiusX, radiusY }: Extract<Geometry, { kind: 'ellipse' }>): Point[] {
  const quarter = 24;
  return Array.from({ length: 4 * quarter }, (_, step): Point => {
    // The ends of the axes are whole quarters, where sine and cosine round.
    const [turns, rest] = [Math.floor(step / quarter), step % quarter];
    const angle = (rest / quarter) * (Math.PI / 2);
    const along: Point = rest === 0 ? [1, 0] : [Math.cos(angle), Math.sin(angle)];
    const [x, y] = quarterTurned(along, turns);
    return [center[0] + radiusX * x, center[1] + radiusY * y];
  });
}

function quarterTurned([x, y]: Point, turns: number): Point {
  const turned: readonly Point[] = [
    [x, y],
    [-y, x],
    [-x, -y],
    [y, -x],
  ];
  return turned[turns] ?? [x, y];
}

/** Equal within a thousandth of a pixel. */
export function samePoint(a: Point, b: Point): boolean {
  return Math.abs(a[0] - b[0]) <= 1e-3 && Math.abs(a[1] - b[1]) <= 1e-3;
}

/** Three decimals are 1/1000 px and keep files short. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
