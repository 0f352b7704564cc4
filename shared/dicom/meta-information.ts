/** The start of a Part 10 file: preamble, prefix and File Meta Information (PS3.10 section 7.1). */
import { DICOM_BOUNDS } from './bounds.ts';
import { DicomDataset } from './dataset.ts';
import { scanElements } from './element-scan.ts';
import { TAG } from './tag.ts';

export interface MetaInformation {
  /** First byte of the data set, which is what travels in a C-STORE (PS3.7 section 9.1.1.1). */
  readonly endBytes: number;
  /** As stated; null when it is not. */
  readonly transferSyntaxUid: string | null;
}

const PREAMBLE_BYTES = 128;
const PREFIX_BYTES = 4;

/**
 * Reads the start of a file that was read as a whole before and is known to be one; preamble and meta information may
 * be missing. @throws AppError DICOM_MALFORMED; HeaderContinues when `bytes` is a beginning that is too short
 */
export function readMetaInformation(bytes: Uint8Array, totalBytes: number): MetaInformation {
  const startBytes = hasPrefix(bytes, PREAMBLE_BYTES)
    ? PREAMBLE_BYTES + PREFIX_BYTES
    : hasPrefix(bytes, 0)
      ? PREFIX_BYTES
      : 0;
  const options = { startBytes, explicitVr: true, littleEndian: true, totalBytes, bounds: DICOM_BOUNDS };
  const { elements, endBytes } = scanElements(bytes, { ...options, onlyGroup: 0x0002 });
  return { endBytes, transferSyntaxUid: DicomDataset.create(bytes, elements, true).text(TAG.TransferSyntaxUID) };
}

function hasPrefix(bytes: Uint8Array, at: number): boolean {
  return [0x44, 0x49, 0x43, 0x4d].every((byte, i) => bytes[at + i] === byte);
}
