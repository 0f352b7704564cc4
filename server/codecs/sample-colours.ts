/** From samples to colours on a screen. */

import type { RasterImage } from './raster.ts';
import type { Samples } from './samples.ts';

/** How the samples of a picture that has its own colours are meant. */
export type ColourModel = 'grey' | 'grey-inverted' | 'rgb' | 'rgb-alpha';

/** Eight bits of each sample, the high ones where there are more; a fourth sample is transparency, laid on white. */
export function colourRaster(samples: Samples, model: ColourModel): RasterImage {
  const { width, height, channels, values } = samples;
  const shift = values.BYTES_PER_ELEMENT === 2 ? 8 : values.BYTES_PER_ELEMENT === 4 ? 24 : 0;
  if (model === 'rgb' && channels === 3 && values instanceof Uint8Array) return { width, height, data: values };
  const data = new Uint8Array(width * height * 3);
  const grey = model === 'grey' || model === 'grey-inverted';
  const inverted = model === 'grey-inverted' ? 255 : 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * channels;
    const alpha = model === 'rgb-alpha' ? (values[from + 3] ?? 0) >>> shift : 255;
    for (let sample = 0; sample < 3; sample++) {
      const value = ((values[from + (grey ? 0 : sample)] ?? 0) >>> shift) ^ inverted;
      data[pixel * 3 + sample] = alpha === 255 ? value : Math.trunc((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return { width, height, data };
}

/** One channel of a composite: grey samples, the colour they are shown in, and the values shown as black and as full. */
export interface ChannelLayer {
  readonly samples: Samples;
  /** `[red, green, blue]`, 0 to 255. */
  readonly colour: readonly [number, number, number];
  readonly low: number;
  readonly high: number;
}

/** Lays channels over each other as light adds up. All layers have the size of the first; there is at least one. */
export function compositeRaster(layers: readonly ChannelLayer[]): RasterImage {
  const [first] = layers;
  if (first === undefined) throw new TypeError('A composite has at least one layer.');
  const { width, height } = first.samples;
  const data = new Uint8ClampedArray(width * height * 3);
  for (const { samples, colour, low, high } of layers) {
    const scale = 1 / (high > low ? high - low : 1);
    const { values, channels } = samples;
    const [red, green, blue] = colour;
    for (let pixel = 0; pixel < width * height; pixel++) {
      const share = Math.min(1, Math.max(0, ((values[pixel * channels] ?? 0) - low) * scale));
      if (share === 0) continue;
      const at = pixel * 3;
      data[at] = (data[at] ?? 0) + share * red;
      data[at + 1] = (data[at + 1] ?? 0) + share * green;
      data[at + 2] = (data[at + 2] ?? 0) + share * blue;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
