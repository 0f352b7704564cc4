/** How sharp a piece of tissue is. */

import type { RasterImage } from '#server/codecs/raster.ts';
import { depthOf, type TissueLimit } from './tissue.ts';

/** With less tissue than this there is nothing to be sharp. */
const LEAST_TISSUE = 0.1;
/** Grey levels below which contrast is noise. */
const NOISE_VARIANCE = 12;
/** Laplacian over contrast of tissue that is clearly out of focus (score 0) and of tissue in best focus (score 1). */
const BLURRED = 0.01;
const SHARP = 1;

/**
 * 0 (blurred) to 1 (sharp), or null where there is too little tissue. The variance of the Laplacian over the variance of
 * the brightness, both on tissue alone, on a logarithmic scale: strong and pale stains score alike, and only the
 * finest detail counts. Meant for about 0.25 to 0.6 µm per px.
 */
export function focusScore(picture: RasterImage, limit: TissueLimit): number | null {
  const { width, height, data } = picture;
  const grey = new Float32Array(width * height);
  const tissue = new Uint8Array(width * height);
  let tissuePixels = 0;
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const at = pixel * 3;
    const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
    grey[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue;
    if (depthOf(red, green, blue, limit.glass) < limit.depth) continue;
    tissue[pixel] = 1;
    tissuePixels++;
  }
  if (tissuePixels < LEAST_TISSUE * grey.length) return null;
  let [count, sum, squares, edges, edgeSquares] = [0, 0, 0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (tissue[at] === 0) continue;
      const value = grey[at] ?? 0;
      const laplacian =
        (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0) - 4 * value;
      count++;
      sum += value;
      squares += value * value;
      edges += laplacian;
      edgeSquares += laplacian * laplacian;
    }
  }
  if (count === 0) return null;
  const contrast = squares / count - (sum / count) ** 2;
  const detail = edgeSquares / count - (edges / count) ** 2;
  const ratio = detail / (contrast + NOISE_VARIANCE);
  return Math.min(1, Math.max(0, Math.log(ratio / BLURRED) / Math.log(SHARP / BLURRED)));
}
