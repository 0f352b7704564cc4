/** The DICOM JSON Model (PS3.18 Annex F): the metadata a DICOMweb client asks for. */
import { encodeBase64 } from './base64.ts';
import type { DicomDataset } from './dataset.ts';
import type { DicomHeader } from './header.ts';
import { hexTag, TAG } from './tag.ts';

export type DicomJsonValue =
  | string
  | number
  | null
  | DicomJsonDataset
  | { readonly Alphabetic?: string; readonly Ideographic?: string; readonly Phonetic?: string };

export interface DicomJsonElement {
  readonly vr: string;
  readonly Value?: readonly DicomJsonValue[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}

/** Sees the values of an element as they are converted; `path` is that of BulkDataURI. */
export type InspectValues = (
  dataset: DicomDataset,
  tag: number,
  path: string,
  values: readonly DicomJsonValue[],
) => void;

export type DicomJsonDataset = { readonly [hexTag: string]: DicomJsonElement };

/** Address in BulkDataURI before whoever serves it puts its own base in front (`withBulkDataBase`). */
const BULK_DATA_PREFIX = 'bulkdata/';
const INLINE_BYTES = 4 * 1024;
/** Look-up tables are needed to show the image at all, so they always travel with the metadata. */
const INLINE_TABLE_BYTES = 256 * 1024;
/** Text and numbers beyond this are fetched on demand. */
const VALUE_BYTES = 1024 * 1024;

const BINARY_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const TABLES: ReadonlySet<number> = new Set([
  TAG.RedPaletteData,
  TAG.GreenPaletteData,
  TAG.BluePaletteData,
  TAG.RedPaletteSegments,
  TAG.GreenPaletteSegments,
  TAG.BluePaletteSegments,
  TAG.LUTData,
]);
const SPACINGS: ReadonlySet<number> = new Set([
  TAG.PixelSpacing,
  TAG.ImagerPixelSpacing,
  TAG.NominalScannedPixelSpacing,
]);
/** Bytes of one word, for values that must be little endian in base64 whatever the file is. */
const WORD_BYTES: Readonly<Record<string, number>> = { OW: 2, OF: 4, OL: 4, OD: 8, OV: 8 };

/**
 * The metadata of an instance without group 0002, group lengths and pixel data. Text is decoded from the file's
 * character set; numbers that are none stay out. Large binary values are `{BulkDataURI: 'bulkdata/<path>'}`, where
 * the path is the tag, or tag/item/tag… inside sequences (items from 1). `inspect` sees each value list on its way.
 */
export function toDicomJson(header: DicomHeader, inspect?: InspectValues): DicomJsonDataset {
  const json = convert(header.dataset, '', header.transferSyntaxUid !== '1.2.840.10008.1.2.2', inspect);
  return { ...json, '00083002': { vr: 'UI', Value: [header.transferSyntaxUid] } };
}

/** Makes the BulkDataURIs in serialised metadata absolute. `base` ends with a slash. */
export function withBulkDataBase(metadataJson: string, base: string): string {
  // Inside a JSON string the quotes would be escaped, so this text occurs as a real member only.
  return metadataJson.replaceAll(
    `"BulkDataURI":"${BULK_DATA_PREFIX}`,
    `"BulkDataURI":${JSON.stringify(base + BULK_DATA_PREFIX).slice(0, -1)}`,
  );
}

/** The same for metadata whose addresses begin at their study, relative to the service at `service`; no slash at its end. */
export function withServiceBase(metadataJson: string, service: string): string {
  return metadataJson.replaceAll(
    '"BulkDataURI":"studies/',
    `"BulkDataURI":${JSON.stringify(`${service}/studies/`).slice(0, -1)}`,
  );
}

/** The value bytes behind a BulkDataURI path, or undefined when there are none. */
export function bulkDataOf(header: DicomHeader, path: string): Uint8Array | undefined {
  const [dataset, tag] = followBulkPath(header, path);
  return dataset?.valueBytes(tag);
}

/**
 * Where those bytes lie in the object the header was read from (the inflated one of a deflated file), and the length
 * of the words that are big endian there; 1 when they are not.
 */
export function bulkDataPlace(
  header: DicomHeader,
  path: string,
): { offsetBytes: number; lengthBytes: number; swappedWordBytes: number } | undefined {
  const [dataset, tag] = followBulkPath(header, path);
  const element = dataset?.elements.get(tag);
  if (element === undefined || element.items) return undefined;
  const bigEndian = header.transferSyntaxUid === '1.2.840.10008.1.2.2';
  const { offsetBytes, lengthBytes } = element;
  return { offsetBytes, lengthBytes, swappedWordBytes: bigEndian ? (WORD_BYTES[element.vr] ?? 1) : 1 };
}

/** Puts words of big-endian data the way bulk data is sent (PS3.18 section 8.7.3.3.2). */
export function swappedWords(bytes: Uint8Array, wordBytes: number): Uint8Array {
  return wordBytes === 1 ? bytes : swapWords(bytes, wordBytes);
}

function followBulkPath(header: DicomHeader, path: string): [DicomDataset | undefined, number] {
  const steps = path.split('/');
  let dataset: DicomDataset | undefined = steps.length % 2 === 1 ? header.dataset : undefined;
  for (let i = 0; i + 2 < steps.length; i += 2) {
    dataset = dataset?.items(parseHexTag(steps[i]))[Number(steps[i + 1]) - 1];
  }
  return [dataset, parseHexTag(steps[steps.length - 1])];
}

function parseHexTag(text: string | undefined): number {
  return text !== undefined && /^[0-9A-Fa-f]{8}$/.test(text) ? Number.parseInt(text, 16) : -1;
}

function convert(
  dataset: DicomDataset,
  path: string,
  littleEndian: boolean,
  inspect: InspectValues | undefined,
): DicomJsonDataset {
  const out: Record<string, DicomJsonElement> = {};
  for (const { tag, items } of dataset.inOrder()) {
    const vr = dataset.vr(tag) ?? 'UN';
    if ((tag & 0xffff) === 0 || tag >>> 16 === 0x0002 || isUselessSpacing(dataset, tag)) continue;
    const key = hexTag(tag);
    if (items) {
      const converted = dataset
        .items(tag)
        .map((item, i) => convert(item, `${path}${key}/${i + 1}/`, littleEndian, inspect));
      out[key] = converted.length > 0 ? { vr: 'SQ', Value: converted } : { vr: 'SQ' };
      continue;
    }
    const limit = TABLES.has(tag) ? INLINE_TABLE_BYTES : BINARY_VRS.has(vr) ? INLINE_BYTES : VALUE_BYTES;
    if (dataset.byteLength(tag) > limit) {
      out[key] = { vr, BulkDataURI: `${BULK_DATA_PREFIX}${path}${key}` };
    } else if (BINARY_VRS.has(vr)) {
      const bytes = dataset.valueBytes(tag) ?? new Uint8Array();
      const ordered = littleEndian ? bytes : swapWords(bytes, WORD_BYTES[vr] ?? 1);
      out[key] = ordered.length > 0 ? { vr, InlineBinary: encodeBase64(ordered) } : { vr };
    } else {
      const values = convertValues(dataset, tag, vr);
      inspect?.(dataset, tag, path, values);
      out[key] = values.length > 0 ? { vr, Value: values } : { vr };
    }
  }
  return out;
}

/** A spacing of 0 makes a viewer's camera useless for every later image; without the tag it falls back to pixels. */
function isUselessSpacing(dataset: DicomDataset, tag: number): boolean {
  return SPACINGS.has(tag) && !(dataset.vector(tag, 2)?.every((value) => value > 0) ?? false);
}

function convertValues(dataset: DicomDataset, tag: number, vr: string): DicomJsonValue[] {
  switch (vr) {
    case 'PN':
      return dropEmpty(dataset.texts(tag).map(convertName));
    case 'AT':
      return dataset.numbers(tag).map(hexTag);
    case 'UV':
    case 'SV':
      // JSON numbers are doubles; what does not fit is a string (PS3.18 table F.2.3-1).
      return dataset
        .bigIntegers(tag)
        .map((value) =>
          BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : String(value),
        );
    case 'DS':
    case 'IS':
    case 'FD':
    case 'FL':
    case 'SL':
    case 'SS':
    case 'UL':
    case 'US':
      return dropEmpty(dataset.numbers(tag).map((value) => (Number.isFinite(value) ? value : null)));
    default:
      return dropEmpty(dataset.texts(tag).map((text) => text || null));
  }
}

/** Empty values keep their place among others; a value list of nothing but them is no list (PS3.18 F.2.5). */
function dropEmpty(values: DicomJsonValue[]): DicomJsonValue[] {
  return values.some((value) => value !== null) ? values : [];
}

function convertName(text: string): DicomJsonValue {
  const [alphabetic, ideographic, phonetic] = text.split('=').map((group) => group.replace(/[\^ ]+$/, ''));
  if (!alphabetic && !ideographic && !phonetic) return null;
  return {
    ...(alphabetic ? { Alphabetic: alphabetic } : {}),
    ...(ideographic ? { Ideographic: ideographic } : {}),
    ...(phonetic ? { Phonetic: phonetic } : {}),
  };
}

function swapWords(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = bytes.slice();
  for (let at = 0; at + size <= swapped.length; at += size) swapped.subarray(at, at + size).reverse();
  return swapped;
}
