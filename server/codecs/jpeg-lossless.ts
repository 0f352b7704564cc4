/** JPEG Lossless, processes 14 and 14 SV1 (ISO 10918-1 annex H). */
import {
  type FrameFormat,
  type SampleArray,
  sampleCount,
  samplesOf,
  storedValues,
  UndecodableFrame,
} from './stored-pixels.ts';

const HUGE = 1 << 16;

/** Samples of a JPEG Lossless frame. @throws UndecodableFrame */
export async function decodeJpegLossless(bytes: Uint8Array, format: FrameFormat): Promise<SampleArray> {
  const frame = readLosslessHeader(bytes);
  if (frame.width !== format.columns || frame.height !== format.rows || frame.components !== format.samplesPerPixel) {
    throw new UndecodableFrame(
      `it is ${frame.width} × ${frame.height} px with ${frame.components} samples, unlike its header says`,
    );
  }
  const { Decoder } = await import('@cornerstonejs/jpeg-lossless-decoder-js');
  const exact = bytes.slice();
  const sampleBytes = format.bitsAllocated <= 8 ? 1 : 2;
  if (frame.precision > sampleBytes * 8) {
    throw new UndecodableFrame(`it has ${frame.precision} bits a sample, more than are allocated`);
  }
  const decoded = new Decoder().decode(exact.buffer, 0, exact.length, sampleBytes);
  if (decoded.byteLength < sampleCount(format) * sampleBytes) {
    throw new UndecodableFrame('it ends before the last row');
  }
  const raw = new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength);
  return storedValues(samplesOf(raw, format), format);
}

/** Size as the stream's own start-of-frame marker (SOF3) says, before any memory is asked for. */
function readLosslessHeader(bytes: Uint8Array): {
  width: number;
  height: number;
  components: number;
  precision: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new UndecodableFrame('it does not start as JPEG does');
  let at = 2;
  while (at + 10 < bytes.length && at < HUGE) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) break;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xc3) {
      return {
        precision: bytes[at + 4] ?? 0,
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: bytes[at + 9] ?? 0,
      };
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      throw new UndecodableFrame('it is a JPEG, but not a lossless one');
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw new UndecodableFrame('it has no lossless JPEG frame');
}
