/** Display shutters (PS3.3 C.7.6.11): what of a picture is covered. */
import type { Raster } from './raster.ts';

/** Pixels outside of any of the shapes are covered. Columns and rows of pixels, from 1, the shape's own included. */
export interface DisplayShutter {
  readonly rectangle: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  } | null;
  /** The radius is in pixels along a row (PS3.3 C.7.6.11). */
  readonly circle: { readonly column: number; readonly row: number; readonly radius: number } | null;
  readonly polygon: readonly (readonly [column: number, row: number])[] | null;
  /** `#rrggbb`. */
  readonly colour: string;
}

/** Covers what the shutter covers, in place. `pixelAspect`: width of a pixel over its height. */
export function closeShutter(frame: Raster, shutter: DisplayShutter, pixelAspect: number): void {
  const { width, height, channels, data } = frame;
  const colour = [1, 3, 5].map((at) => Number.parseInt(shutter.colour.slice(at, at + 2), 16));
  const cover = channels === 1 ? [greyOf(colour)] : [...colour, 255];
  for (let y = 0; y < height; y++) {
    const open = openSpan(shutter, y + 1, pixelAspect);
    const crossings = shutter.polygon === null ? null : crossingsOf(shutter.polygon, y + 1);
    for (let x = 0; x < width; x++) {
      const column = x + 1;
      if (column >= open[0] && column <= open[1] && (crossings === null || inside(crossings, column))) continue;
      const at = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) data[at + channel] = cover[channel] ?? 0;
    }
  }
}

function greyOf([red = 0, green = 0, blue = 0]: readonly number[]): number {
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

const NOTHING = [1, 0] as const;

/** First and last column that rectangle and circle leave open in a row. */
function openSpan({ rectangle, circle }: DisplayShutter, row: number, pixelAspect: number): readonly [number, number] {
  let [first, last] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (rectangle !== null) {
    if (row < rectangle.top || row > rectangle.bottom) return NOTHING;
    [first, last] = [rectangle.left, rectangle.right];
  }
  if (circle !== null) {
    const across = circle.radius ** 2 - ((row - circle.row) / pixelAspect) ** 2;
    if (across < 0) return NOTHING;
    first = Math.max(first, circle.column - Math.sqrt(across));
    last = Math.min(last, circle.column + Math.sqrt(across));
  }
  return [first, last];
}

/** Columns at which the outline crosses a row, in order; pixels on the outline are inside. */
function crossingsOf(polygon: readonly (readonly [number, number])[], row: number): [number, number][] {
  const columns: number[] = [];
  const level: [number, number][] = [];
  polygon.forEach(([x2, y2], at) => {
    const [x1, y1] = polygon[(at + polygon.length - 1) % polygon.length] ?? [x2, y2];
    if (y1 === row && y2 === row) level.push([Math.min(x1, x2), Math.max(x1, x2)]);
    else if (y2 === row) level.push([x2, x2]);
    if (y1 > row !== y2 > row) columns.push(x1 + ((row - y1) * (x2 - x1)) / (y2 - y1));
  });
  columns.sort((one, other) => one - other);
  for (let at = 0; at + 1 < columns.length; at += 2) level.push([columns[at] ?? 0, columns[at + 1] ?? 0]);
  return level;
}

function inside(spans: readonly (readonly [number, number])[], column: number): boolean {
  return spans.some(([first, last]) => column >= first - 1e-9 && column <= last + 1e-9);
}
