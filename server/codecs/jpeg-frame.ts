/** JPEG frames with 8 bits a sample (processes 1 and 2), decoded by libjpeg through sharp. */
import sharp from 'sharp';
import { type JpegSize, jpegSize } from './coded-size.ts';
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
  if (head.precision !== 8) {
    throw new UndecodableFrame(`it has ${head.precision} bits a sample; lossy JPEG is decoded with 8 only`);
  }
  checkSize(format, head);
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
