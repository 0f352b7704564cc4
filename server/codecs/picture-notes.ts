import sharp from 'sharp';
import type { PictureNotes } from '#server/domain/rendering-ports.ts';
import { AppError } from '#shared/errors.ts';
import { renderWords } from './burned-picture.ts';
import type { RenderedFrame } from './render-frame.ts';

const COLOUR = '#ffffff';
/** Below that letters of the font run into each other. */
const SMALLEST_PX = 9;
const LARGEST_PX = 48;
const PLATE = { r: 0, g: 0, b: 0, alpha: 0.6 };

/**
 * Burns lines of text into the upper and the lower left corner, on dark plates of their own. The letters grow with the
 * picture; long lines break and, when that is not enough, the letters shrink.
 * @throws AppError REQUEST_INVALID when the picture is too small for text that can be read
 */
export async function burnNotes(frame: RenderedFrame, notes: PictureNotes): Promise<RenderedFrame> {
  const { width, height, data, channels } = frame;
  const wished = Math.min(LARGEST_PX, Math.max(SMALLEST_PX, Math.round(Math.min(width, height) / 32)));
  for (let sizePx = wished; sizePx >= SMALLEST_PX; sizePx--) {
    const padding = Math.ceil(sizePx / 3);
    const blocks = await Promise.all([notes.top, notes.bottom].map((lines) => plate(lines, sizePx, padding, width)));
    const [top, bottom] = blocks;
    const used = (top?.height ?? 0) + (bottom?.height ?? 0);
    if (used > height || blocks.some((block) => block !== null && block.width > width)) continue;
    const layers = [
      ...(top === null || top === undefined ? [] : [{ input: top.image, left: 0, top: 0 }]),
      ...(bottom === null || bottom === undefined
        ? []
        : [{ input: bottom.image, left: 0, top: height - bottom.height }]),
    ];
    if (layers.length === 0) return frame;
    const burned = await sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
      .toColourspace('srgb')
      .composite(layers)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width, height, channels: burned.info.channels === 1 ? 1 : 3, data: burned.data };
  }
  const reason = `needs a larger picture than ${width} × ${height} px for text that can be read`;
  throw new AppError('REQUEST_INVALID', { where: 'querystring.annotation', reason });
}

async function plate(lines: readonly string[], sizePx: number, padding: number, pictureWidth: number) {
  const text = lines.filter((line) => line !== '').join('\n');
  if (text === '') return null;
  const widthPx = Math.max(1, pictureWidth - 2 * padding);
  const words = await renderWords(text, { sizePx, colour: COLOUR, widthPx });
  const [width, height] = [words.width + 2 * padding, words.height + 2 * padding];
  const image = await sharp({ create: { width, height, channels: 4, background: PLATE } })
    .composite([{ input: words.image, left: padding, top: padding }])
    .png()
    .toBuffer();
  return { image, width, height };
}
