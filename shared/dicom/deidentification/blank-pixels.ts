/** Clean Pixel Data (PS3.15 E.3.1) by rectangles that a person has drawn, in uncompressed pixels. */
import type { DicomHeader } from '#shared/dicom/header.ts';
import { describeImage } from '#shared/dicom/image-description.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import type { PixelRectangle } from './options.ts';

/** Overwrites, in `chunk`, what the rectangles cover; `offsetBytes` is the chunk's place in the pixel data. */
export type Blank = (chunk: Uint8Array, offsetBytes: number) => void;

/** Bytes of one run of samples, relative to its frame. */
interface Run {
  readonly startBytes: number;
  readonly endBytes: number;
  readonly value: number;
}

/**
 * Prepares the blanking of one image; every frame is blanked alike.
 * @throws AppError DICOM_PIXELS_NOT_BLANKED for compressed pixels and for forms that pack several pixels together
 */
export function blankingOf(header: DicomHeader, rectangles: readonly PixelRectangle[]): Blank {
  const image = describeImage(header, []);
  const { coding, encapsulated, littleEndian, name } = transferSyntaxOf(header.transferSyntaxUid);
  if (encapsulated || coding !== 'native' || header.pixelData?.encapsulated === true) refuse(`they are ${name}`);
  if (image.bitsAllocated % 8 !== 0) refuse(`they have ${image.bitsAllocated} bits each`);
  if (/_42[02]$/.test(image.photometricInterpretation)) refuse(`they are ${image.photometricInterpretation}`);

  const sampleBytes = image.bitsAllocated / 8;
  const planar = image.samplesPerPixel > 1 && image.planarConfiguration === 1;
  const planes = planar ? image.samplesPerPixel : 1;
  const pixelBytes = planar ? sampleBytes : sampleBytes * image.samplesPerPixel;
  const planeBytes = image.rows * image.columns * pixelBytes;
  const frameBytes = planeBytes * planes;
  const chroma = /^YBR_(FULL|ICT|RCT)/.test(image.photometricInterpretation) && sampleBytes === 1;
  // Single bytes stand in words of big-endian order: the neighbour of an edge may be stored on its other side.
  const swapped = !littleEndian && sampleBytes === 1;
  const runs: Run[] = [];
  for (const rectangle of rectangles) {
    const left = Math.max(0, Math.floor(rectangle.x));
    const right = Math.min(image.columns, Math.ceil(rectangle.x + rectangle.width));
    const top = Math.max(0, Math.floor(rectangle.y));
    const bottom = Math.min(image.rows, Math.ceil(rectangle.y + rectangle.height));
    if (right <= left) continue;
    for (let plane = 0; plane < planes; plane++) {
      for (let row = top; row < bottom; row++) {
        const rowBytes = plane * planeBytes + row * image.columns * pixelBytes;
        const startBytes = rowBytes + left * pixelBytes;
        const endBytes = rowBytes + right * pixelBytes;
        runs.push({
          startBytes: swapped ? startBytes - (startBytes % 2) : startBytes,
          endBytes: swapped ? endBytes + (endBytes % 2) : endBytes,
          value: chroma && plane > 0 ? 0x80 : 0,
        });
      }
    }
  }
  return (chunk, offsetBytes) => {
    const end = offsetBytes + chunk.length;
    for (let frame = Math.floor(offsetBytes / frameBytes); frame * frameBytes < end; frame++) {
      for (const run of runs) {
        const from = Math.max(offsetBytes, frame * frameBytes + run.startBytes) - offsetBytes;
        const to = Math.min(end, frame * frameBytes + run.endBytes) - offsetBytes;
        if (to <= from) continue;
        chunk.fill(run.value, from, to);
        // Black is Y 0 with colour differences of 128 (PS3.3 C.7.6.3.1.2).
        if (chroma && !planar) blackenChroma(chunk, from, to, (offsetBytes + from) % 3);
      }
    }
  };
}

function blackenChroma(chunk: Uint8Array, from: number, to: number, phase: number): void {
  for (let at = from; at < to; at++) if ((phase + at - from) % 3 !== 0) chunk[at] = 0x80;
}

function refuse(reason: string): never {
  throw new AppError('DICOM_PIXELS_NOT_BLANKED', { reason });
}
