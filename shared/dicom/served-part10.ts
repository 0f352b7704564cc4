/** What of a stored file leaves the server: the file itself, with a start that is safe and complete. */
import { AppError } from '#shared/errors.ts';
import { DICOM_BOUNDS } from './bounds.ts';
import { DicomDataset } from './dataset.ts';
import { type ElementScan, HeaderContinues, scanElements } from './element-scan.ts';
import { encodeFileMeta } from './file-meta.ts';
import { TAG } from './tag.ts';

/** `head`, then the stored file from byte `fromBytes` on. */
export interface ServedStart {
  readonly head: Uint8Array;
  readonly fromBytes: number;
}

/** Bytes of a file that `servedStart` wants to see; meta information is a few hundred. */
export const SERVED_START_BYTES = 16 * 1024;

const PREAMBLE_BYTES = 128;
const PREFIX_BYTES = 4;

/**
 * How a stored file is served. The preamble becomes zeros unless it is the header of a TIFF file whose first directory
 * lies inside the file (PS3.10 section 7.1): whatever else stands there could run or render elsewhere. A file without
 * preamble, prefix or meta information gets them; everything from the data set on stays as it is.
 */
export function servedStart(
  beginning: Uint8Array,
  sizeBytes: number,
  object: { readonly sopClassUid: string; readonly sopInstanceUid: string; readonly transferSyntaxUid: string },
): ServedStart {
  const whole = isPrefix(beginning, PREAMBLE_BYTES);
  const metaBytes = whole ? PREAMBLE_BYTES + PREFIX_BYTES : isPrefix(beginning, 0) ? PREFIX_BYTES : 0;
  const meta = scanMeta(beginning, metaBytes, sizeBytes);
  // Meta information that is longer than the bytes given was good enough to be stored.
  if (meta !== null) {
    const stated = DicomDataset.create(beginning, meta.elements, true);
    // Without it nobody can read the file; what else may be missing is of no use to a reader and stays as it was sent.
    const readable = stated.text(TAG.TransferSyntaxUID) !== null;
    if (!readable) return { head: encodeFileMeta(object), fromBytes: meta.endBytes };
  }
  if (whole) return preambleOnly(beginning, sizeBytes);
  const start = new Uint8Array(PREAMBLE_BYTES + PREFIX_BYTES);
  start.set([0x44, 0x49, 0x43, 0x4d], PREAMBLE_BYTES);
  return { head: start, fromBytes: metaBytes };
}

function preambleOnly(beginning: Uint8Array, sizeBytes: number): ServedStart {
  const preamble = beginning.subarray(0, PREAMBLE_BYTES);
  if (preamble.every((byte) => byte === 0) || isDualTiff(preamble, sizeBytes)) {
    return { head: new Uint8Array(), fromBytes: 0 };
  }
  return { head: new Uint8Array(PREAMBLE_BYTES), fromBytes: PREAMBLE_BYTES };
}

/** TIFF 6.0 section 2 and BigTIFF: byte order, version, and a first directory that lies behind the DICOM prefix. */
function isDualTiff(preamble: Uint8Array, sizeBytes: number): boolean {
  const view = new DataView(preamble.buffer, preamble.byteOffset, preamble.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return false;
  const littleEndian = order === 0x4949;
  const version = view.getUint16(2, littleEndian);
  let directory: number;
  if (version === 42) directory = view.getUint32(4, littleEndian);
  else if (version === 43 && view.getUint16(4, littleEndian) === 8 && view.getUint16(6, littleEndian) === 0) {
    directory = Number(view.getBigUint64(8, littleEndian));
  } else return false;
  // A directory in the preamble itself is possible too; it has a count and at least one entry of 12 bytes.
  return directory >= 8 && directory + 14 <= sizeBytes;
}

function isPrefix(bytes: Uint8Array, at: number): boolean {
  return [0x44, 0x49, 0x43, 0x4d].every((byte, i) => bytes[at + i] === byte);
}

function scanMeta(bytes: Uint8Array, startBytes: number, totalBytes: number): ElementScan | null {
  try {
    const encoding = { explicitVr: true, littleEndian: true, bounds: DICOM_BOUNDS, onlyGroup: 0x0002 };
    return scanElements(bytes, { ...encoding, startBytes, totalBytes });
  } catch (error) {
    if (error instanceof HeaderContinues || error instanceof AppError) return null;
    throw error;
  }
}
