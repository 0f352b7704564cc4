/** The pixels of a presented image: displayed area, rotation and flip (PS3.4 sections N.2.2 and N.2.3). */
import { scalePicture } from './picture-encoding.ts';
import { type PresentedPlan, type Rectangle, toPicture } from './presented-plan.ts';
import type { RenderedFrame } from './render-frame.ts';

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
