/** What a compressed stream says of itself, read before a codec is given memory for it. */
import { parseJpegHeader } from './jpeg.ts';
import { UndecodableFrame } from './stored-pixels.ts';

export interface CodedSize {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly precision: number;
}

export interface JpegSize extends CodedSize {
  /** 0 baseline, 1 extended sequential, 2 progressive, 3 lossless. */
  readonly process: number;
  /** An Adobe or JFIF segment says what the components are. */
  readonly hasColourMark: boolean;
}

/** Size of a JPEG stream (ISO 10918-1 B.2.2). @throws UndecodableFrame */
export function jpegSize(bytes: Uint8Array): JpegSize {
  const { frame, adobeTransform, hasJfif } = jpegHeader(bytes);
  if (frame === null) throw new UndecodableFrame('it has no JPEG frame');
  const { process, precision, width, height } = frame;
  const hasColourMark = adobeTransform !== null || hasJfif;
  return { process, precision, width, height, components: frame.components.length, hasColourMark };
}

const JPEG_LS_FRAME = 0xf7;

/** Size of a JPEG-LS stream: its frame header is SOF55 (ISO 14495-1 C.2.2). @throws UndecodableFrame */
export function jpegLsSize(bytes: Uint8Array): CodedSize {
  const segment = jpegHeader(bytes).segments.find(({ marker }) => marker === JPEG_LS_FRAME);
  if (!segment || segment.end - segment.start < 10) throw new UndecodableFrame('it has no JPEG-LS frame');
  const view = new DataView(bytes.buffer, bytes.byteOffset + segment.start, segment.end - segment.start);
  return {
    precision: view.getUint8(4),
    height: view.getUint16(5),
    width: view.getUint16(7),
    components: view.getUint8(9),
  };
}

/** Size of a JPEG 2000 code stream, bare or inside a JP2 file: SIZ (ISO 15444-1 A.5.1). @throws UndecodableFrame */
export function jpeg2000Size(bytes: Uint8Array): CodedSize {
  const start = findCodeStream(bytes);
  if (start + 41 > bytes.length) throw new UndecodableFrame('it is shorter than a JPEG 2000 header');
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  if (view.getUint32(0) !== 0xff4fff51) throw new UndecodableFrame('it does not start as JPEG 2000 does');
  return {
    width: view.getUint32(8) - view.getUint32(16),
    height: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
    precision: ((bytes[start + 42] ?? 0) & 0x7f) + 1,
  };
}

/** Position of the `jp2c` box's content in a JP2 file (ISO 15444-1 annex I); 0 for a bare code stream. */
function findCodeStream(bytes: Uint8Array): number {
  if (bytes[0] !== 0 || bytes.length < 12) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x6a703263) return at + 8;
    if (length < 8) break;
    at += length;
  }
  throw new UndecodableFrame('the JP2 file holds no code stream');
}

/**
 * Width and height of a JPEG XL code stream, bare or in a file: its SizeHeader (ISO 18181-1 annex D.2). What else it
 * says is packed too tightly to be read in passing. @throws UndecodableFrame
 */
export function jpegXlSize(bytes: Uint8Array): Pick<CodedSize, 'width' | 'height'> {
  const stream = findJpegXlStream(bytes);
  if (stream[0] !== 0xff || stream[1] !== 0x0a) throw new UndecodableFrame('it does not start as JPEG XL does');
  let bit = 16;
  const read = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, bit++) value += (((stream[bit >> 3] ?? 0) >> (bit & 7)) & 1) * 2 ** i;
    return value;
  };
  const small = read(1) === 1;
  const side = () => (small ? (read(5) + 1) * 8 : read([9, 13, 18, 30][read(2)] ?? 9) + 1);
  const height = side();
  const ratio = RATIOS[read(3)];
  const width = ratio === undefined ? side() : Math.floor((height * ratio[0]) / ratio[1]);
  return { width, height };
}

/** Widths that are not written because they follow from the height (ISO 18181-1 table D.2). */
const RATIOS: readonly (readonly [number, number] | undefined)[] = [
  undefined,
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
];

/** The `jxlc` box's content, or the first part in `jxlp` boxes (ISO 18181-2); the bytes themselves for a bare stream. */
function findJpegXlStream(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0 || bytes.length < 12) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (type === 0x6a786c63) return bytes.subarray(at + 8);
    if (type === 0x6a786c70) return bytes.subarray(at + 12);
    if (length < 8) break;
    at += length;
  }
  throw new UndecodableFrame('the JPEG XL file holds no code stream');
}

function jpegHeader(bytes: Uint8Array) {
  try {
    return parseJpegHeader(bytes);
  } catch (cause) {
    throw new UndecodableFrame('the JPEG markers are damaged', { cause });
  }
}
