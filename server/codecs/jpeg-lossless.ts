/** JPEG Lossless, processes 14 and 14 SV1 (ISO 10918-1 annex H). */
import { jpegSize } from './coded-size.ts';
import { decodeNativeJpeg } from './native-jpeg.ts';
import { checkSize, type FrameFormat, type SampleArray, storedValues, UndecodableFrame } from './stored-pixels.ts';

/** Samples of a JPEG Lossless frame, their colours as they were coded. @throws UndecodableFrame */
export async function decodeJpegLossless(bytes: Uint8Array, format: FrameFormat): Promise<SampleArray> {
  const frame = jpegSize(bytes);
  if (frame.process !== 3) throw new UndecodableFrame('it is a JPEG, but not a lossless one');
  checkSize(format, frame);
  if (frame.precision > format.bitsAllocated) {
    throw new UndecodableFrame(`it has ${frame.precision} bits a sample, more than are allocated`);
  }
  const samples = await decodeNativeJpeg(bytes, format, { toRgb: false });
  // Some writers code the stored bits alone, others the whole allocated word.
  const highBit = frame.precision > format.bitsStored ? format.highBit : format.bitsStored - 1;
  return storedValues(samples, { ...format, highBit });
}
