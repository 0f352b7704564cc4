/** JPEG 2000 code streams as slide tiles (ISO 15444-1). */

import { AppError } from '#shared/errors.ts';
import { jpeg2000Size } from './coded-size.ts';
import type { Samples } from './samples.ts';
import { UndecodableFrame } from './stored-pixels.ts';
import { decodeJpeg2000, type WasmFrame } from './wasm-codecs.ts';

/**
 * Decodes a tile of `width` × `height` px to 1 or 3 samples a pixel of 8 or 16 bits, three of them as RGB. `ycbcr` says
 * what three components are when the stream itself applied no colour transform: Aperio 33003 stores YCbCr without one,
 * and the decoder then gives it back as it is. Errors: DOCUMENT_DAMAGED.
 */
export async function decodeJpeg2000Tile(
  bytes: Uint8Array,
  size: { readonly width: number; readonly height: number; readonly ycbcr: boolean },
): Promise<Samples> {
  const { width, height } = size;
  try {
    // What follows looks into the markers, so no JP2 boxes around them.
    if (bytes[0] !== 0xff || bytes[1] !== 0x4f) throw damaged('it does not start as a code stream does');
    const coded = jpeg2000Size(bytes);
    if (coded.width !== width || coded.height !== height) {
      throw damaged(`it has ${coded.width} × ${coded.height} px instead of ${width} × ${height}`);
    }
    // The decoder knows neither two nor four components, nor does any scanner write them.
    if (coded.components !== 1 && coded.components !== 3) throw damaged(`it has ${coded.components} components`);
    if (coded.precision > 16) throw damaged(`it has ${coded.precision} bits a sample`);
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const frame = await decodeJpeg2000(plain, {
      ...{ rows: height, columns: width, samplesPerPixel: coded.components, photometricInterpretation: 'RGB' },
      ...{ planarConfiguration: 0, bitsAllocated: coded.precision > 8 ? 16 : 8, bitsStored: coded.precision },
      ...{ highBit: coded.precision - 1, signed: false, floatingPoint: false, pixelVr: 'OB' },
    });
    const values = valuesOf(frame, width * height * coded.components);
    // Of three components with the last two subsampled the decoder makes RGB itself.
    const untouched = coded.components === 3 && !hasColourTransform(bytes) && !isSubsampled(bytes);
    if (untouched && size.ycbcr && values instanceof Uint8Array) fromYcbcr(values);
    return { width, height, channels: coded.components, values };
  } catch (cause) {
    if (cause instanceof UndecodableFrame) throw damaged(cause.message, cause);
    throw cause;
  }
}

/** The codec gives little-endian words. */
function valuesOf({ bitsPerSample, bytes }: WasmFrame, count: number): Uint8Array | Uint16Array {
  if (bytes.length < count * (bitsPerSample > 8 ? 2 : 1)) throw damaged('the decoded data is incomplete');
  // At 8 bits it hands out a clamped array, whatever its type says.
  if (bitsPerSample <= 8) return new Uint8Array(bytes.buffer, bytes.byteOffset, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: count }, (_, index) => view.getUint16(index * 2, true));
}

/** True when the second component is coarser than the image: XRsiz and YRsiz of SIZ (A.5.1). */
function isSubsampled(bytes: Uint8Array): boolean {
  return bytes[46] !== 1 || bytes[47] !== 1;
}

const COD = 0x52;
const SOT = 0x90;

/** SGcod's multiple component transformation of the main header (A.6.1): true when the decoder undoes it. */
function hasColourTransform(bytes: Uint8Array): boolean {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker === SOT) return false;
    if (marker === COD) return bytes[at + 8] === 1;
    at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  return false;
}

/** Full-range BT.601 (ISO 10918-5 section 7), rounded to nearest. */
function fromYcbcr(data: Uint8Array): void {
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at + 2 < data.length; at += 3) {
    const y = data[at] ?? 0;
    const cb = (data[at + 1] ?? 0) - 128;
    const cr = (data[at + 2] ?? 0) - 128;
    clamped[at] = y + 1.402 * cr;
    clamped[at + 1] = y - 0.344136 * cb - 0.714136 * cr;
    clamped[at + 2] = y + 1.772 * cb;
  }
}

function damaged(reason: string, cause?: unknown): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'JPEG 2000', reason }, { cause });
}
