/** Lossy JPEG frames: 8 bits a sample by libjpeg-turbo through sharp, up to 12 bits by libijg. */
import sharp from 'sharp';
import { type JpegSize, jpegSize } from './coded-size.ts';
import { decodeNativeJpeg } from './native-jpeg.ts';
import {
  checkSize,
  type FrameFormat,
  type SampleArray,
  samplesOf,
  storedValues,
  UndecodableFrame,
} from './stored-pixels.ts';

/** Samples of a JPEG frame; colour comes out as RGB. @throws UndecodableFrame */
export async function decodeJpegFrame(bytes: Uint8Array, format: FrameFormat): Promise<SampleArray> {
  const head = jpegSize(bytes);
  if (head.process > 2) throw new UndecodableFrame('it is a kind of JPEG its transfer syntax does not allow');
  if (head.precision > 12 || head.precision > format.bitsAllocated) {
    throw new UndecodableFrame(`it has ${head.precision} bits a sample, more than are allocated or lossy JPEG has`);
  }
  checkSize(format, head);
  if (head.precision !== 8) {
    const toRgb = format.samplesPerPixel === 3 && format.photometricInterpretation.startsWith('YBR');
    const samples = await decodeNativeJpeg(bytes, format, { toRgb });
    return storedValues(samples, { ...format, highBit: format.bitsStored - 1 });
  }
  const marked = needsAdobeMark(head, format) ? withAdobeMark(bytes) : bytes;
  let decoded: Buffer;
  try {
    decoded = await sharp(marked, {
      limitInputPixels: format.rows * format.columns,
      failOn: 'error',
      ignoreIcc: true,
      autoOrient: false,
    })
      .toColourspace(format.samplesPerPixel === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
  } catch (cause) {
    throw new UndecodableFrame('the compressed data is damaged', { cause });
  }
  const eight = { ...format, bitsAllocated: 8, bitsStored: 8, highBit: 7, signed: false };
  const samples = samplesOf(new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength), eight);
  if (format.bitsAllocated === 8) return storedValues(samples, { ...eight, signed: format.signed });
  return format.signed ? Int16Array.from(samples) : Uint16Array.from(samples);
}

/** Without a mark libjpeg takes three components for YCbCr; the header may say that they are RGB. */
function needsAdobeMark(head: JpegSize, format: FrameFormat): boolean {
  return head.components === 3 && !head.hasColourMark && format.photometricInterpretation === 'RGB';
}

/** Inserts an Adobe segment with transform 0 (no colour transform) behind the start of the image. */
function withAdobeMark(bytes: Uint8Array): Uint8Array {
  const mark = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];
  const out = new Uint8Array(bytes.length + mark.length);
  out.set(bytes.subarray(0, 2));
  out.set(mark, 2);
  out.set(bytes.subarray(2), 2 + mark.length);
  return out;
}
