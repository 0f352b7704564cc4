/** Reads the header of a DICOM Part 10 file: preamble, File Meta Information, data set up to the pixel data. */
import { AppError } from '#shared/errors.ts';
import { DICOM_BOUNDS, type DicomBounds } from './bounds.ts';
import { DicomDataset } from './dataset.ts';
import { implicitVr } from './dictionary.ts';
import { scanElements } from './element-scan.ts';
import { RepairLog } from './repairs.ts';
import { TAG } from './tag.ts';
import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  transferSyntaxOf,
} from './transfer-syntax.ts';

/** Inflates a raw deflate stream, or throws AppError when it gives more than `limitBytes`. */
export type Inflate = (bytes: Uint8Array, limitBytes: number) => Uint8Array;

export interface ReadHeaderOptions {
  /** Size of the whole file when `bytes` is only its beginning. */
  readonly totalBytes?: number;
  readonly bounds?: DicomBounds;
  /** Needed for the deflated transfer syntax only, and then `bytes` must be the whole file. */
  readonly inflate?: Inflate;
}

export interface DicomPixelData {
  /** From the start of the file, or of the inflated data set when `deflatedFromBytes` is set. */
  readonly offsetBytes: number;
  /** undefined when encapsulated: fragments tell their lengths themselves. */
  readonly lengthBytes: number | undefined;
  readonly encapsulated: boolean;
  readonly vr: string;
  readonly tag: number;
}

export interface DicomHeader {
  readonly meta: DicomDataset;
  readonly transferSyntaxUid: string;
  readonly dataset: DicomDataset;
  readonly pixelData: DicomPixelData | null;
  /** Where the deflate stream starts in the file; null for every other transfer syntax. */
  readonly deflatedFromBytes: number | null;
  /** Bytes of the (inflated) object, for checks of the pixel data's length. */
  readonly objectBytes: number;
  /** What was wrong with the structure and could be read all the same; other readers of the object add to it. */
  readonly repairs: RepairLog;
}

const PREAMBLE_BYTES = 128;
/** File Meta Information Group Length. */
const META_LENGTH = 0x00020000;
const EMPTY = new Uint8Array();

/**
 * Reads the header of a Part 10 file, or of one that lacks preamble or meta information but starts with a plausible
 * data set, as files from old archives do.
 * @throws AppError DICOM_NOT_PART10, DICOM_PREAMBLE, DICOM_MALFORMED, DICOM_TOO_DEEP, DICOM_TOO_MANY_ELEMENTS,
 *   DICOM_HEADER_TOO_LARGE; HeaderContinues when `bytes` is a beginning that is too short
 */
export function parseDicomHeader(bytes: Uint8Array, options: ReadHeaderOptions = {}): DicomHeader {
  const bounds = options.bounds ?? DICOM_BOUNDS;
  const totalBytes = options.totalBytes ?? bytes.length;
  const repairs = new RepairLog();
  const startBytes = findStart(bytes);
  const meta = scanElements(bytes, {
    startBytes,
    explicitVr: true,
    littleEndian: true,
    totalBytes,
    bounds,
    onlyGroup: 0x0002,
    repairs,
  });
  const metaDataset = DicomDataset.create(bytes, meta.elements, true);
  const transferSyntaxUid =
    metaDataset.text(TAG.TransferSyntaxUID) ?? guessTransferSyntax(bytes, meta.endBytes, totalBytes);
  const syntax = transferSyntaxOf(transferSyntaxUid);
  noteStart(metaDataset, startBytes, meta.endBytes, repairs);

  let body = bytes;
  let bodyStart = meta.endBytes;
  let objectBytes = totalBytes;
  if (syntax.deflated) {
    if (!options.inflate)
      throw new AppError('DICOM_TRANSFER_SYNTAX_UNSUPPORTED', { uid: syntax.uid, name: syntax.name });
    body = options.inflate(bytes.subarray(meta.endBytes), bounds.maxInflatedBytes);
    bodyStart = 0;
    objectBytes = body.length;
  }
  const misdeclared = !syntax.explicitVr && plausibleStart(body, bodyStart) === EXPLICIT_LITTLE_ENDIAN;
  if (misdeclared) repairs.note('vr-form-wrong');
  const scan = scanElements(body, {
    startBytes: bodyStart,
    explicitVr: syntax.explicitVr || misdeclared,
    littleEndian: syntax.littleEndian,
    totalBytes: objectBytes,
    bounds,
    repairs,
  });
  if (scan.elements.size === 0) throw new AppError('DICOM_NOT_PART10', { reason: 'it holds no data elements' });
  return {
    meta: metaDataset,
    transferSyntaxUid,
    dataset: DicomDataset.create(body, scan.elements, syntax.littleEndian),
    pixelData: scan.pixelData && {
      offsetBytes: scan.pixelData.offsetBytes,
      lengthBytes: scan.pixelData.lengthBytes,
      encapsulated: scan.pixelData.lengthBytes === undefined,
      vr: scan.pixelData.vr,
      tag: scan.pixelData.tag,
    },
    deflatedFromBytes: syntax.deflated ? meta.endBytes : null,
    objectBytes,
    repairs,
  };
}

/** Defects of what stands before the data set (PS3.10 section 7.1). */
function noteStart(meta: DicomDataset, startBytes: number, endBytes: number, repairs: RepairLog): void {
  if (startBytes < PREAMBLE_BYTES + 4) repairs.note('preamble-missing');
  if (meta.elements.size === 0) repairs.note('file-meta-missing');
  else if (meta.text(TAG.TransferSyntaxUID) === null) repairs.note('transfer-syntax-missing');
  const stated = meta.number(META_LENGTH);
  const length = meta.elements.get(META_LENGTH);
  if (stated !== null && length !== undefined && stated !== endBytes - length.offsetBytes - length.lengthBytes) {
    repairs.note('meta-length-wrong');
  }
}

/** First byte behind preamble and prefix, or of the data set when there is neither. */
function findStart(bytes: Uint8Array): number {
  if (hasAscii(bytes, PREAMBLE_BYTES, 'DICM')) {
    checkPreamble(bytes.subarray(0, PREAMBLE_BYTES));
    return PREAMBLE_BYTES + 4;
  }
  if (hasAscii(bytes, 0, 'DICM')) return 4;
  if (plausibleStart(bytes) !== null) return 0;
  const what = knownContent(bytes);
  throw new AppError('DICOM_NOT_PART10', {
    reason: what === null ? 'the mark DICM at byte 128 is missing' : `it starts with ${what}`,
  });
}

/** PS3.10 section 7.1 leaves the preamble free; what else runs or renders has no business there. */
function checkPreamble(preamble: Uint8Array): void {
  if (isBlank(preamble) || isPlainWords(preamble)) return;
  if (hasAscii(preamble, 0, 'II*\0') || hasAscii(preamble, 0, 'MM\0*')) return;
  // BigTIFF, for whole-slide images with both faces.
  if (hasAscii(preamble, 0, 'II+\0') || hasAscii(preamble, 0, 'MM\0+')) return;
  throw new AppError('DICOM_PREAMBLE', { what: knownContent(preamble) ?? 'unexpected bytes' });
}

/**
 * Zeros, apart from single bytes behind the first sixteen that some archives mark their files with. No format that
 * runs or renders starts with zeros, but a PDF may start later: so no text either.
 */
function isBlank(preamble: Uint8Array): boolean {
  const nonZero = preamble.reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0);
  return preamble.subarray(0, 16).every((byte) => byte === 0) && nonZero <= 4 && !hasText(preamble);
}

/** The name of the program that wrote the file, as some put there. Words without punctuation of any language are inert. */
function isPlainWords(preamble: Uint8Array): boolean {
  const words = String.fromCharCode(...preamble);
  return /^[A-Za-z0-9 .,:_-]*\0*$/.test(words) && !/^(MZ|PK)/.test(words);
}

function hasText(bytes: Uint8Array): boolean {
  return bytes.some((byte, i) => byte >= 0x20 && byte < 0x7f && (bytes[i + 1] ?? 0) >= 0x20);
}

/** Names what a file starts with, to explain a refusal. */
function knownContent(bytes: Uint8Array): string | null {
  const text = String.fromCharCode(...bytes.subarray(0, 64))
    .trimStart()
    .toLowerCase();
  if (hasAscii(bytes, 0, 'MZ')) return 'a Windows program (PE)';
  if (hasAscii(bytes, 0, '\x7fELF')) return 'a Linux program (ELF)';
  if (hasAscii(bytes, 0, 'PK\x03\x04')) return 'a ZIP archive';
  if (hasAscii(bytes, 0, '%PDF')) return 'a PDF document';
  if (hasAscii(bytes, 0, '#!')) return 'a script';
  if (/^<(!doctype|html|script|svg|\?xml)/.test(text)) return 'an HTML or XML document';
  return null;
}

/** Transfer syntax of a data set without a declaration, from the shape of its first element; null when it is none. */
function plausibleStart(bytes: Uint8Array, at = 0): string | null {
  if (bytes.length < at + 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.byteLength - at);
  const letters = String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0);
  const explicit = /^(AE|AS|AT|CS|DA|DS|DT|FD|FL|IS|LO|LT|OB|OW|PN|SH|SL|SQ|SS|ST|TM|UI|UL|UN|US|UT)$/.test(letters);
  for (const littleEndian of [true, false]) {
    const group = view.getUint16(0, littleEndian);
    const tag = group * 0x10000 + view.getUint16(2, littleEndian);
    if (group !== 0x0002 && group !== 0x0008) continue;
    if (explicit) return littleEndian ? EXPLICIT_LITTLE_ENDIAN : EXPLICIT_BIG_ENDIAN;
    const length = view.getUint32(4, true);
    if (littleEndian && (length < 1024 || implicitVr(tag) === 'SQ')) return IMPLICIT_LITTLE_ENDIAN;
  }
  return null;
}

function guessTransferSyntax(bytes: Uint8Array, at: number, totalBytes: number): string {
  const guess = plausibleStart(at <= bytes.length ? bytes : EMPTY, at);
  if (guess !== null) return guess;
  throw new AppError('DICOM_NOT_PART10', {
    reason: at >= totalBytes ? 'it ends after the meta information' : 'it names no transfer syntax',
  });
}

function hasAscii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
