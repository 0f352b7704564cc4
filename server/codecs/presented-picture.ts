/** The pixels of a presented image: shutter, displayed area, rotation and flip (PS3.4 sections N.2.2 and N.2.3). */
import type { DisplayShutter } from '#shared/dicom/presentation-state.ts';
import { scalePicture } from './picture-encoding.ts';
import { type PresentedPlan, type Rectangle, toPicture } from './presented-plan.ts';
import type { RenderedFrame } from './render-frame.ts';

/** Covers what the shutter covers, in place. `pixelAspect`: width of a pixel over its height. */
export function closeShutter(frame: RenderedFrame, shutter: DisplayShutter, pixelAspect: number): void {
  const { width, height, channels, data } = frame;
  const colour = [1, 3, 5].map((at) => Number.parseInt(shutter.colour.slice(at, at + 2), 16));
  const cover = channels === 1 ? [greyOf(colour)] : colour;
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

/** Cuts, turns and scales as the plan says. Around the image, where the displayed area is larger, it is black. */
export async function layOut(frame: RenderedFrame, plan: PresentedPlan): Promise<RenderedFrame> {
  const { width, height, area } = plan;
  const visible = within(area, frame);
  const out: RenderedFrame = {
    width,
    height,
    channels: frame.channels,
    data: new Uint8Array(width * height * frame.channels),
  };
  if (visible === null) return out;
  const place = placeOf(visible, plan);
  const scaled = await scalePicture(oriented(frame, visible, plan), place.width, place.height);
  return paste(scaled, place, out);
}

/** The part of the area that the image has. */
function within(area: Rectangle, { width, height }: RenderedFrame): Rectangle | null {
  const x = Math.max(0, area.x);
  const y = Math.max(0, area.y);
  const right = Math.min(width, area.x + area.width);
  const bottom = Math.min(height, area.y + area.height);
  return right <= x || bottom <= y ? null : { x, y, width: right - x, height: bottom - y };
}

/** Where it goes in the picture, in whole px. */
function placeOf({ x, y, width, height }: Rectangle, plan: PresentedPlan): Rectangle {
  const [x1, y1] = toPicture(plan, x, y);
  const [x2, y2] = toPicture(plan, x + width, y + height);
  const [left, top] = [Math.round(Math.min(x1, x2)), Math.round(Math.min(y1, y2))];
  return {
    ...{ x: left, y: top },
    width: Math.max(1, Math.round(Math.max(x1, x2)) - left),
    height: Math.max(1, Math.round(Math.max(y1, y2)) - top),
  };
}

function oriented(
  { width: stride, channels, data }: RenderedFrame,
  part: Rectangle,
  { rotation, flipped }: PresentedPlan,
): RenderedFrame {
  const turned = rotation === 90 || rotation === 270;
  const [width, height] = turned ? [part.height, part.width] : [part.width, part.height];
  const out = new Uint8Array(width * height * channels);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const across = flipped ? width - 1 - column : column;
      const [x, y] = sourceOf(across, row, part, rotation);
      let from = ((part.y + y) * stride + part.x + x) * channels;
      for (let channel = 0; channel < channels; channel++) out[to++] = data[from++] ?? 0;
    }
  }
  return { width, height, channels, data: out };
}

function sourceOf(
  column: number,
  row: number,
  { width, height }: Rectangle,
  rotation: PresentedPlan['rotation'],
): readonly [number, number] {
  switch (rotation) {
    case 0:
      return [column, row];
    case 90:
      return [row, height - 1 - column];
    case 180:
      return [width - 1 - column, height - 1 - row];
    case 270:
      return [width - 1 - row, column];
  }
}

function paste(picture: RenderedFrame, { x, y }: Rectangle, out: RenderedFrame): RenderedFrame {
  const { channels } = out;
  const first = Math.max(0, x);
  const last = Math.min(out.width, x + picture.width);
  for (let row = Math.max(0, y); row < Math.min(out.height, y + picture.height) && last > first; row++) {
    const from = ((row - y) * picture.width + first - x) * channels;
    const part = picture.data.subarray(from, from + (last - first) * channels);
    out.data.set(part, (row * out.width + first) * channels);
  }
  return out;
}
