/** JPEG frames with 8 bits a sample (processes 1 and 2), decoded by libjpeg through sharp. */
import sharp from 'sharp';
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
  const head = readJpegHead(bytes);
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

interface JpegHead {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly precision: number;
  readonly hasColourMark: boolean;
}

/** Start-of-frame and colour marks (ISO 10918-1 B.2.2; JFIF and Adobe application segments). */
function readJpegHead(bytes: Uint8Array): JpegHead {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new UndecodableFrame('it does not start as JPEG does');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasColourMark = false;
  let at = 2;
  while (at + 10 <= bytes.length) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (marker === 0xe0 || marker === 0xee) hasColourMark = true;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      if (marker > 0xc2) throw new UndecodableFrame('it is a kind of JPEG its transfer syntax does not allow');
      return {
        precision: bytes[at + 4] ?? 0,
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: bytes[at + 9] ?? 0,
        hasColourMark,
      };
    }
    if (marker === 0xda || length < 2) break;
    at += 2 + length;
  }
  throw new UndecodableFrame('it has no JPEG frame');
}

/** Without a mark libjpeg takes three components for YCbCr; the header may say that they are RGB. */
function needsAdobeMark(head: JpegHead, format: FrameFormat): boolean {
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
