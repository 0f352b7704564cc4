/** Crops, flips, resizes and encodes rendered frames. */
import sharp, { type Sharp } from 'sharp';
import type { IccProfileWish, RenderingWish } from '#server/domain/rendering-ports.ts';
// For what it does on loading: it blocks the loaders we never need.
import './raster.ts';
import { withIccProfile } from './embedded-profile.ts';
import { encodeGreyGif } from './grey-gif.ts';
import { builtInProfile } from './icc-profiles.ts';
import { encodeJpeg } from './jpeg-encoding.ts';
import type { PicturePlan } from './picture-plan.ts';
import type { RenderedFrame } from './render-frame.ts';

const SECONDS = 25;

/** The part of a frame that is asked for, in the size that is asked for; left alone when that is all of it. */
export async function shapePicture(
  frame: RenderedFrame,
  { crop, width, height }: PicturePlan,
  flip: RenderingWish['flip'],
): Promise<RenderedFrame> {
  const whole = crop.width === frame.width && crop.height === frame.height;
  const scaled = width !== crop.width || height !== crop.height;
  if (whole && !scaled && !flip.horizontal && !flip.vertical) return frame;
  let picture = raw(frame);
  if (!whole) picture = picture.extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height });
  if (scaled) picture = picture.resize(width, height, { fit: 'fill' });
  if (flip.horizontal) picture = picture.flop();
  if (flip.vertical) picture = picture.flip();
  return pixelsOf(picture, { width, height, channels: frame.channels });
}

/** The whole frame in another size. */
export async function scalePicture(frame: RenderedFrame, width: number, height: number): Promise<RenderedFrame> {
  if (width === frame.width && height === frame.height) return frame;
  return pixelsOf(raw(frame).resize(width, height, { fit: 'fill' }), { width, height, channels: frame.channels });
}

/** The picture in the middle of a black canvas, made smaller where it does not fit. */
export async function fillCanvas(
  frame: RenderedFrame,
  { width, height }: { readonly width: number; readonly height: number },
  channels: 1 | 3,
): Promise<RenderedFrame> {
  if (frame.width === width && frame.height === height && frame.channels === channels) return frame;
  const fitted = raw(frame).resize(width, height, { fit: 'contain', background: '#000000' });
  return pixelsOf(fitted, { width, height, channels });
}

/** JPEG without chroma subsampling, PNG, GIF or WebP. `profile` is what the samples of the image are in. */
export async function encodePicture(
  frame: RenderedFrame,
  wish: Pick<RenderingWish, 'format' | 'quality' | 'iccProfile'>,
  profile: Uint8Array | null = null,
): Promise<Uint8Array> {
  // GIF has no place for a profile.
  if (wish.format === 'gif' && frame.channels === 1) return encodeGreyGif([frame], [0]);
  if (wish.format === 'jpeg' && wish.iccProfile === 'no') return encodeJpeg(frame, wish.quality);
  const source =
    wish.iccProfile === 'no' ? grey(raw(frame), frame.channels) : await inColourSpace(frame, wish.iccProfile, profile);
  const picture = source.timeout({ seconds: SECONDS });
  switch (wish.format) {
    case 'jpeg':
      // A second pass over the coefficients would save a fiftieth of the bytes and double the time.
      return picture.jpeg({ quality: wish.quality, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer();
    case 'png':
      return picture.png({ compressionLevel: 6 }).toBuffer();
    case 'webp':
      return picture.webp({ quality: wish.quality, smartSubsample: true }).toBuffer();
    case 'gif':
      return picture.gif({ dither: 0 }).toBuffer();
  }
}

/** A GIF that starts over at its end; all frames have one size and one number of channels. */
export async function encodeAnimation(
  frames: readonly RenderedFrame[],
  delaysMs: readonly number[],
): Promise<Uint8Array> {
  const [first] = frames;
  if (first === undefined) throw new Error('an animation needs a frame');
  const { width, height, channels } = first;
  const delays = hundredths(delaysMs);
  if (channels === 1) return encodeGreyGif(frames, delays);
  const strip = new Uint8Array(width * height * channels * frames.length);
  frames.forEach(({ data }, at) => {
    strip.set(data, at * width * height * channels);
  });
  return sharp(strip, {
    raw: { width, height: height * frames.length, channels, pageHeight: height },
    limitInputPixels: false,
  })
    .timeout({ seconds: SECONDS })
    .gif({ dither: 0, effort: 1, loop: 0, delay: delays.map((delay) => delay * 10) })
    .toBuffer();
}

/**
 * GIF counts hundredths of a second. Each frame starts at the hundredth nearest to its time, so that errors do not
 * add up; browsers take less than two for a mistake and slow down.
 */
function hundredths(delaysMs: readonly number[]): number[] {
  let time = 0;
  let started = 0;
  return delaysMs.map((delay) => {
    time += delay;
    const shown = Math.min(6553, Math.max(2, Math.round(time / 10) - started));
    started += shown;
    return shown;
  });
}

/** With the profile embedded, and converted to it where it is another than the image's own. */
async function inColourSpace(
  frame: RenderedFrame,
  wanted: Exclude<IccProfileWish, 'no'>,
  profile: Uint8Array | null,
): Promise<Sharp> {
  if (profile === null || frame.channels === 1) {
    return raw(frame).withIccProfile(builtInProfile(wanted === 'yes' ? 'srgb' : wanted));
  }
  // Only files carry profiles into sharp.
  const plain = await raw(frame).png({ compressionLevel: 0 }).toBuffer();
  const png = withIccProfile({ bytes: plain, mediaType: 'image/png' }, profile);
  const source = sharp(png, { limitInputPixels: false, ...(wanted === 'yes' ? { ignoreIcc: false } : {}) });
  return wanted === 'yes' ? source.keepIccProfile() : source.withIccProfile(builtInProfile(wanted));
}

async function pixelsOf(
  picture: Sharp,
  { width, height, channels }: Omit<RenderedFrame, 'data'>,
): Promise<RenderedFrame> {
  const data = await grey(picture, channels).timeout({ seconds: SECONDS }).raw().toBuffer();
  return { width, height, channels, data };
}

function grey(picture: Sharp, channels: 1 | 3): Sharp {
  return picture.toColourspace(channels === 1 ? 'b-w' : 'srgb');
}

function raw({ data, width, height, channels }: RenderedFrame): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}
