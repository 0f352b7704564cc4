/** JPEG Lossless, processes 14 and 14 SV1 (ISO 10918-1 annex H). */
import { jpegSize } from './coded-size.ts';
import {
  checkSize,
  type FrameFormat,
  type SampleArray,
  sampleCount,
  samplesOf,
  storedValues,
  UndecodableFrame,
} from './stored-pixels.ts';

/** Samples of a JPEG Lossless frame. @throws UndecodableFrame */
export async function decodeJpegLossless(bytes: Uint8Array, format: FrameFormat): Promise<SampleArray> {
  const frame = jpegSize(bytes);
  if (frame.process !== 3) throw new UndecodableFrame('it is a JPEG, but not a lossless one');
  checkSize(format, frame);
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
