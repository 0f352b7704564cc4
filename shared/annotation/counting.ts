import { boundsOf, type Geometry, type Point, translated } from './geometry.ts';

/** A field that is counted in: a square of 1 mm², or what an eyepiece of a field number shows under an objective. */
export type CountingField =
  | { readonly kind: 'square-mm' }
  | { readonly kind: 'high-power'; readonly fieldNumber: number; readonly objective: number };

/** Area of the field in mm². Of a high power field: π ÷ 4 × (field number ÷ objective)². */
export function fieldAreaMm2(field: CountingField): number {
  return field.kind === 'square-mm' ? 1 : (Math.PI / 4) * (field.fieldNumber / field.objective) ** 2;
}

/** "π ÷ 4 × (22 mm ÷ 40)² = 0.238 mm²", "1 mm × 1 mm = 1 mm²". */
export function fieldFormula(field: CountingField): string {
  if (field.kind === 'square-mm') return '1 mm × 1 mm = 1 mm²';
  return `π ÷ 4 × (${field.fieldNumber} mm ÷ ${field.objective})² = ${fieldAreaMm2(field).toFixed(3)} mm²`;
}

export interface PixelSize {
  /** µm per level-0 pixel. */
  readonly mppX: number;
  readonly mppY: number;
}

/** The field around a place, in level-0 pixels. */
export function fieldAround([x, y]: Point, field: CountingField, { mppX, mppY }: PixelSize): Geometry {
  const acrossUm = field.kind === 'square-mm' ? 1000 : (1000 * field.fieldNumber) / field.objective;
  const [halfX, halfY] = [acrossUm / mppX / 2, acrossUm / mppY / 2];
  return field.kind === 'square-mm'
    ? { kind: 'rectangle', min: [x - halfX, y - halfY], max: [x + halfX, y + halfY] }
    : { kind: 'ellipse', center: [x, y], radiusX: halfX, radiusY: halfY };
}

export interface HotSpot {
  readonly count: number;
  /** Square on the slide, upright. */
  readonly area: Geometry;
}

/**
 * The upright square of so many mm² that holds the most of the points; of equals the one found first from the left. Null
 * without points. Every best square can be pushed right and down until its left and upper side meet points, so only such
 * squares are looked at: n² log n steps.
 */
export function hotSpot(points: readonly Point[], areaMm2: number, { mppX, mppY }: PixelSize): HotSpot | null {
  const sideUm = 1000 * Math.sqrt(areaMm2);
  const [width, height] = [sideUm / mppX, sideUm / mppY];
  const across = points.toSorted((a, b) => a[0] - b[0]);
  let best: { count: number; x: number; y: number } | null = null;
  for (const [index, [left]] of across.entries()) {
    const rows: number[] = [];
    for (const [x, y] of across.slice(index)) {
      if (x > left + width) break;
      rows.push(y);
    }
    if (best !== null && rows.length <= best.count) continue;
    rows.sort((a, b) => a - b);
    let last = 0;
    for (const [first, top] of rows.entries()) {
      while (last < rows.length && (rows[last] ?? 0) <= top + height) last += 1;
      if (best === null || last - first > best.count) best = { count: last - first, x: left, y: top };
    }
  }
  if (best === null) return null;
  return centredOn(best, width, height, points);
}

/** A shape moved so that it lies on an image of `width` × `height` pixels; null where it is larger than that. */
export function movedOnto(geometry: Geometry, width: number, height: number): Geometry | null {
  const { minX, minY, maxX, maxY } = boundsOf(geometry);
  if (maxX - minX > width || maxY - minY > height) return null;
  const shift = (least: number, most: number, size: number) => Math.max(0, -least) + Math.min(0, size - most);
  const [dx, dy] = [shift(minX, maxX, width), shift(minY, maxY, height)];
  return dx === 0 && dy === 0 ? geometry : translated(geometry, dx, dy);
}

/** The square moved so that what it holds lies in its middle: it then holds at least as many. */
function centredOn(
  { count, x, y }: { readonly count: number; readonly x: number; readonly y: number },
  width: number,
  height: number,
  points: readonly Point[],
): HotSpot {
  const held = points.filter((p) => p[0] >= x && p[0] <= x + width && p[1] >= y && p[1] <= y + height);
  const [right, bottom] = [Math.max(...held.map((p) => p[0])), Math.max(...held.map((p) => p[1]))];
  const [minX, minY] = [x - (width - (right - x)) / 2, y - (height - (bottom - y)) / 2];
  return { count, area: { kind: 'rectangle', min: [minX, minY], max: [minX + width, minY + height] } };
}

export interface Proportion {
  readonly positive: number;
  readonly total: number;
  readonly percent: number;
  /** Wilson score interval of 95 %, in percent. */
  readonly from: number;
  readonly to: number;
}

/** z of a two-sided interval of 95 %. */
const Z = 1.959963984540054;

/** The share of positive nuclei with its Wilson score interval (Wilson 1927); null when nothing was counted. */
export function proportionOf(positive: number, negative: number): Proportion | null {
  const total = positive + negative;
  if (total === 0) return null;
  const share = positive / total;
  const spread = Z * Math.sqrt((share * (1 - share)) / total + Z ** 2 / (4 * total ** 2));
  const scale = 1 + Z ** 2 / total;
  const middle = share + Z ** 2 / (2 * total);
  return {
    ...{ positive, total, percent: 100 * share },
    from: Math.max(0, (100 * (middle - spread)) / scale),
    to: Math.min(100, (100 * (middle + spread)) / scale),
  };
}
