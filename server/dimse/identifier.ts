import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import { DicomDataset } from '#shared/dicom/dataset.ts';
import { encodeElements } from '#shared/dicom/deidentification/output-element.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { scanElements } from '#shared/dicom/element-scan.ts';
import { elementsOfJson } from '#shared/dicom/json-to-elements.ts';
import { hexTag, isPrivateTag } from '#shared/dicom/tag.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';

/** Identifiers: the small data sets of queries and their answers (PS3.4 section C.4). */

export interface Key {
  /** Eight hexadecimal digits. */
  readonly tag: string;
  readonly vr: string;
  /** Values joined by backslash; empty asks for the attribute without matching it. */
  readonly value: string;
}

/** Queries of real peers have some hundred bytes, retrievals some kilobytes of UIDs. */
const MAX_IDENTIFIER_BYTES = 1024 * 1024;
const BOUNDS = { ...DICOM_BOUNDS, maxElements: 20_000, maxDepth: 8, maxHeaderBytes: MAX_IDENTIFIER_BYTES };

/** Collects an identifier; null when it is too large. */
export async function readIdentifier(data: AsyncIterable<Uint8Array>): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of data) {
    length += part.byteLength;
    // Read on to the end of the message, but keep none of it.
    if (length <= MAX_IDENTIFIER_BYTES) parts.push(part);
    else parts.length = 0;
  }
  return length > MAX_IDENTIFIER_BYTES ? null : Buffer.concat(parts);
}

/** The keys in the order of tags, text decoded. Private keys are left out. @throws AppError DICOM_MALFORMED and alike */
export function decodeIdentifier(bytes: Buffer, transferSyntaxUid: string): Key[] {
  if (bytes.byteLength === 0) return [];
  const { explicitVr, littleEndian } = transferSyntaxOf(transferSyntaxUid);
  const totalBytes = bytes.byteLength;
  const { elements } = scanElements(bytes, {
    startBytes: 0,
    explicitVr,
    littleEndian,
    totalBytes,
    bounds: BOUNDS,
  });
  const dataset = DicomDataset.create(bytes, elements, littleEndian);
  const keys: Key[] = [];
  for (const { tag, items } of dataset.inOrder()) {
    if (isPrivateTag(tag) || (tag & 0xffff) === 0) continue;
    const vr = dataset.vr(tag) ?? 'UN';
    const numeric = ['US', 'SS', 'UL', 'SL'].includes(vr);
    const values = items ? [] : numeric ? dataset.numbers(tag).map(String) : dataset.texts(tag);
    keys.push({ tag: hexTag(tag), vr: items ? 'SQ' : vr, value: values.join('\\').trim() });
  }
  return keys;
}

/** A data set of DICOM JSON in bytes, text in UTF-8; the caller states the character set in it (ISO_IR 192). */
export function encodeIdentifier(dataset: DicomJsonDataset, transferSyntaxUid: string): Uint8Array {
  return encodeElements(elementsOfJson(dataset), transferSyntaxOf(transferSyntaxUid));
}
