/** What decoding needs to know of a frame. */
export interface CodedFormat {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly bitsAllocated: number;
}

/** Codings that this page decodes by itself, exactly as the server does; all others are asked for uncompressed. */
export type PageCoding = 'htj2k' | 'jpeg-2000' | 'jpeg-ls' | 'jpeg-lossless' | 'jpeg-8';

const CODINGS: Readonly<Record<string, PageCoding>> = {
  '4.50': 'jpeg-8',
  '4.57': 'jpeg-lossless',
  '4.70': 'jpeg-lossless',
  '4.80': 'jpeg-ls',
  '4.81': 'jpeg-ls',
  '4.90': 'jpeg-2000',
  '4.91': 'jpeg-2000',
  '4.201': 'htj2k',
  '4.202': 'htj2k',
  '4.203': 'htj2k',
};
const PREFIX = '1.2.840.10008.1.2.';

/** Null for a transfer syntax that is not decoded in the page. */
export function pageCodingOf(transferSyntaxUid: string): PageCoding | null {
  return transferSyntaxUid.startsWith(PREFIX) ? (CODINGS[transferSyntaxUid.slice(PREFIX.length)] ?? null) : null;
}

/**
 * Whether frames of this coding and format are decoded in the page. Colour other than JPEG is left to the server: the
 * codecs differ in the transforms they undo.
 */
export function decodesInPage(
  transferSyntaxUid: string,
  format: Pick<CodedFormat, 'samplesPerPixel' | 'bitsAllocated'>,
): boolean {
  const coding = pageCodingOf(transferSyntaxUid);
  if (coding === null) return false;
  if (coding === 'jpeg-8') return format.bitsAllocated === 8;
  return format.samplesPerPixel === 1 && (format.bitsAllocated === 8 || format.bitsAllocated === 16);
}

/** Samples as a codec gives them: little endian, of one or two bytes. */
export interface CodedSamples {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bitsPerSample: number;
  readonly signed: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Samples of one component in the sample size of the header, so that the reader of uncompressed frames takes them on.
 * @throws Error when they are of another size than the header says or do not fit its samples
 */
export function asNativeBytes(
  coded: CodedSamples,
  { rows, columns, bitsAllocated }: Pick<CodedFormat, 'rows' | 'columns' | 'bitsAllocated'>,
): Uint8Array<ArrayBuffer> {
  const { width, height, components, bitsPerSample, signed, bytes } = coded;
  if (width !== columns || height !== rows || components !== 1) throw new Error('another size than the header says');
  const from = bitsPerSample > 8 ? 2 : 1;
  const to = bitsAllocated / 8;
  const count = rows * columns;
  if (bitsPerSample > bitsAllocated || bytes.length < count * from) throw new Error('samples that do not fit');
  if (from === to) return bytes;
  const narrow = signed ? new Int8Array(bytes.buffer, bytes.byteOffset, count) : bytes.subarray(0, count);
  return new Uint8Array(Int16Array.from(narrow).buffer);
}

const MARKER = 0xff;
const END_OF_IMAGE = 0xd9;
/** Frames are padded to an even length; some writers pad more. */
const PADDING = 16;

/** False for a stream without its end marker: what came is only the beginning (ISO 10918-1 B.2.1, 15444-1 A.4.4). */
export function isWhole(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= 0 && at >= bytes.length - PADDING; at -= 1) {
    if (bytes[at] === MARKER && bytes[at + 1] === END_OF_IMAGE) return true;
  }
  return false;
}
