/**
 * Encoding of JPEG, and the only home of libjpeg-turbo by itself. sharp has the same library below a pipeline that, for
 * pictures of the size of a CT slice, takes longer than the library does.
 */
import turbo from '@julusian/jpeg-turbo';
import type { RenderedFrame } from './render-frame.ts';

/** Memory that is kept for the next picture: what one may need at most is much more than what it turns out to take. */
const KEPT_BYTES = 4 * 1024 * 1024;

let kept = Buffer.alloc(0);

/** A baseline JPEG without chroma subsampling; `quality` from 1 to 100 is that of the IJG. */
export function encodeJpeg({ data, width, height, channels }: RenderedFrame, quality: number): Uint8Array {
  const [format, subsampling] =
    channels === 1 ? [turbo.FORMAT_GRAY, turbo.SAMP_GRAY] : [turbo.FORMAT_RGB, turbo.SAMP_444];
  const target = memoryFor(turbo.bufferSize({ width, height, subsampling }));
  const source = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // A copy: what was kept is written over by the next picture.
  return new Uint8Array(turbo.compressSync(source, target, { format, width, height, subsampling, quality }));
}

function memoryFor(bytes: number): Buffer {
  if (bytes > KEPT_BYTES) return Buffer.allocUnsafeSlow(bytes);
  if (kept.byteLength < bytes) kept = Buffer.allocUnsafeSlow(bytes);
  return kept;
}
