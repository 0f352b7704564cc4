/** Draws the marks of a presentation state into a laid-out picture (PS3.3 C.10.5). */
import sharp, { type OverlayOptions } from 'sharp';
import type { Graphic, MarkPoint, Marks, MarkUnit, TextObject } from '#shared/dicom/presentation-marks.ts';
import type { FramePresentation } from '#shared/dicom/presentation-state.ts';
// For what it does on loading: it blocks the loaders we never need.
import './raster.ts';
import { renderWords } from './burned-picture.ts';
import { type PresentedPlan, toPicture } from './presented-plan.ts';
import type { RenderedFrame } from './render-frame.ts';

/** White reads on most images; the dark rim around every line helps on the others. */
const USUAL_COLOUR = '#ffffff';
const RIM = '#000000';
const SECONDS = 20;
const SMALLEST_TEXT_PX = 9;
const LARGEST_TEXT_PX = 48;

/** What a mark needs to know of the picture. */
interface Ground {
  readonly width: number;
  readonly height: number;
  readonly linePx: number;
  readonly textPx: number;
  place(unit: MarkUnit, point: MarkPoint): MarkPoint;
}

/** Layer by layer, words above the graphics of their layer. Grey stays grey unless a mark has a colour. */
export async function drawMarks(
  frame: RenderedFrame,
  marks: FramePresentation['marks'],
  plan: PresentedPlan,
): Promise<RenderedFrame> {
  if (marks.every(({ graphics, texts }) => graphics.length === 0 && texts.length === 0)) return frame;
  const { width, height, channels, data } = frame;
  const ground = groundOf(plan);
  const layers: OverlayOptions[] = [];
  for (const one of marks) layers.push(...(await layersOf(one, ground)));
  const drawn = await sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .timeout({ seconds: SECONDS })
    .toColourspace('srgb')
    .composite(layers)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const coloured = { width, height, channels: 3 as const, data: drawn.data };
  if (drawn.info.channels === 1) return { width, height, channels: 1, data: drawn.data };
  return channels === 1 && marks.every(isGrey) ? firstChannel(coloured) : coloured;
}

function groundOf(plan: PresentedPlan): Ground {
  const { width, height, shown } = plan;
  const side = Math.min(width, height);
  return {
    ...{ width, height, linePx: Math.max(1, side / 400) },
    textPx: Math.min(LARGEST_TEXT_PX, Math.max(SMALLEST_TEXT_PX, Math.round(side / 36))),
    place: (unit, [x, y]) =>
      unit === 'PIXEL' ? toPicture(plan, x, y) : [shown.x + x * shown.width, shown.y + y * shown.height],
  };
}

async function layersOf(marks: FramePresentation['marks'][number], ground: Ground): Promise<OverlayOptions[]> {
  const colour = marks.colour ?? USUAL_COLOUR;
  const words = await Promise.all(marks.texts.map((text) => wordsOf(text, colour, ground)));
  const shapes = [
    ...marks.graphics.map((graphic) => graphicShape(graphic, colour, ground)),
    ...words.map(({ pointer }) => pointer),
  ].join('');
  const { width, height } = ground;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`;
  return [...(shapes === '' ? [] : [{ input: Buffer.from(svg), left: 0, top: 0 }]), ...words.map(({ layer }) => layer)];
}

function graphicShape(graphic: Graphic, layerColour: string, ground: Ground): string {
  const colour = graphic.colour ?? layerColour;
  const points = graphic.points.map((point) => ground.place(graphic.unit, point));
  const stroke = ground.linePx * graphic.thickness;
  const fill = graphic.filled && graphic.type !== 'POINT' ? (graphic.fillColour ?? colour) : 'none';
  const shape = outline(graphic.type, points, stroke);
  const dash = graphic.dashed ? ` stroke-dasharray="${round(stroke * 5)} ${round(stroke * 3)}"` : '';
  const around = graphic.dashed ? '' : lined(shape, RIM, stroke + ground.linePx, 'none', ' stroke-opacity="0.6"');
  return around + lined(shape, colour, stroke, fill, dash);
}

function lined(shape: string, colour: string, stroke: number, fill: string, more: string): string {
  return `<path d="${shape}" fill="${fill}" stroke="${colour}" stroke-width="${round(stroke)}"${more}/>`;
}

/** The path of a graphic; `points` are in px of the picture. */
function outline(type: Graphic['type'], points: readonly MarkPoint[], stroke: number): string {
  const [first = [0, 0], second = first, third = first, fourth = first] = points;
  switch (type) {
    case 'POINT':
      return pointPath(first, 3 * stroke);
    case 'POLYLINE':
      return `M${points.map(pair).join('L')}${isClosed(points) ? 'Z' : ''}`;
    case 'INTERPOLATED':
      return splinePath(points);
    case 'CIRCLE': {
      const radius = Math.hypot(second[0] - first[0], second[1] - first[1]);
      const [left, right] = [pair([first[0] - radius, first[1]]), pair([first[0] + radius, first[1]])];
      const arc = `A${round(radius)} ${round(radius)} 0 0 1 `;
      return `M${left}${arc}${right}${arc}${left}Z`;
    }
    case 'ELLIPSE': {
      const major = Math.hypot(second[0] - first[0], second[1] - first[1]) / 2;
      const minor = Math.hypot(fourth[0] - third[0], fourth[1] - third[1]) / 2;
      const angle = (Math.atan2(second[1] - first[1], second[0] - first[0]) * 180) / Math.PI;
      const arc = `A${round(major)} ${round(minor)} ${round(angle)} 0 1 `;
      return `M${pair(first)}${arc}${pair(second)}${arc}${pair(first)}Z`;
    }
  }
}

/** A cross with an open middle, so that the pixel meant stays in sight. */
function pointPath([x, y]: MarkPoint, arm: number): string {
  const gap = arm / 3;
  const sides = [
    [-arm, 0, -gap, 0],
    [gap, 0, arm, 0],
    [0, -arm, 0, -gap],
    [0, gap, 0, arm],
  ];
  return sides.map(([a = 0, b = 0, c = 0, d = 0]) => `M${pair([x + a, y + b])}L${pair([x + c, y + d])}`).join('');
}

/** A Catmull-Rom curve through the points, closed where they are (C.10.5.1.2 leaves the kind of curve open). */
function splinePath(points: readonly MarkPoint[]): string {
  const closed = isClosed(points);
  const knots = closed ? points.slice(0, -1) : points;
  const at = (index: number): MarkPoint => {
    const wrapped = closed ? (index + knots.length) % knots.length : Math.min(knots.length - 1, Math.max(0, index));
    return knots[wrapped] ?? [0, 0];
  };
  const pieces = Array.from({ length: closed ? knots.length : knots.length - 1 }, (_, index) => {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const first: MarkPoint = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
    const second: MarkPoint = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
    return `C${pair(first)} ${pair(second)} ${pair(to)}`;
  });
  return `M${pair(at(0))}${pieces.join('')}${closed ? 'Z' : ''}`;
}

function isClosed(points: readonly MarkPoint[]): boolean {
  const [first, last] = [points[0], points.at(-1)];
  return points.length > 2 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
}

/** Words are never turned; they start at the top of their box and may run over it, but not out of the picture. */
async function wordsOf(
  { text, box, justification, anchor, colour: own }: TextObject,
  layerColour: string,
  ground: Ground,
): Promise<{ layer: OverlayOptions; pointer: string }> {
  const colour = own ?? layerColour;
  const words = await fittedWords(text, colour, ground);
  const target = anchor === null ? null : ground.place(anchor.unit, anchor.point);
  const corners = box?.corners.map((corner) => ground.place(box.unit, corner)) ?? [target ?? [0, 0], target ?? [0, 0]];
  const [x1, x2] = spread(corners.map(([x]) => x));
  const [y1, y2] = spread(corners.map(([, y]) => y));
  const free = x2 - x1 - words.width;
  const share = { LEFT: 0, CENTER: 0.5, RIGHT: 1 }[justification];
  const left = clamp(x1 + (box === null ? ground.linePx * 4 : free * share), ground.width - words.width);
  const top = clamp(y1, ground.height - words.height);
  const pointer =
    anchor?.visible === true && target !== null && box !== null
      ? pointerShape(target, nearest(target, [x1, y1, x2, y2]), colour, ground.linePx)
      : '';
  return { layer: { input: words.image, left, top }, pointer };
}

/** On a plate of their own, since an image can have any brightness; smaller where the picture is too small. */
async function fittedWords(text: string, colour: string, { width, height, textPx }: Ground) {
  const words = await renderWords(text, { sizePx: textPx, colour, widthPx: width });
  const padding = Math.ceil(textPx / 4);
  const plate = await sharp(words.image)
    .flatten({ background: RIM })
    .extend({ top: padding, bottom: padding, left: padding, right: padding, background: RIM })
    .ensureAlpha(1)
    .png()
    .toBuffer();
  const { data, info } = await sharp(plate)
    .resize(width, height, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { image: data, width: info.width, height: info.height };
}

function pointerShape(target: MarkPoint, from: MarkPoint, colour: string, linePx: number): string {
  const shape = `M${pair(from)}L${pair(target)}`;
  return lined(shape, RIM, 2 * linePx, 'none', ' stroke-opacity="0.6"') + lined(shape, colour, linePx, 'none', '');
}

function nearest([x, y]: MarkPoint, [x1, y1, x2, y2]: readonly [number, number, number, number]): MarkPoint {
  return [Math.min(x2, Math.max(x1, x)), Math.min(y2, Math.max(y1, y))];
}

function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function clamp(value: number, most: number): number {
  return Math.round(Math.max(0, Math.min(value, most)));
}

/** Far outside nothing is seen, and the drawing library has its limits. */
function round(value: number): string {
  return String(Math.round(Math.min(1e6, Math.max(-1e6, value)) * 100) / 100);
}

function pair([x, y]: MarkPoint): string {
  return `${round(x)} ${round(y)}`;
}

function isGrey({ colour, graphics, texts }: Marks & { readonly colour: string | null }): boolean {
  const own = [...graphics.flatMap((one) => [one.colour, one.fillColour]), ...texts.map((one) => one.colour)];
  return [colour, ...own].every(
    (one) => one === null || (one.slice(1, 3) === one.slice(3, 5) && one.slice(3, 5) === one.slice(5)),
  );
}

function firstChannel({ width, height, data }: RenderedFrame): RenderedFrame {
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[3 * i] ?? 0;
  return { width, height, channels: 1, data: grey };
}
