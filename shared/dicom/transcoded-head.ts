/** The start of an object in another transfer syntax: everything up to the pixel data, which the caller writes behind it. */

import type { DicomDataset } from './dataset.ts';
import {
  asciiBytes,
  encodeElements,
  joined,
  type OutputElement,
  type OutputEncoding,
  textElement,
} from './deidentification/output-element.ts';
import type { DicomElement, DicomElements } from './element-scan.ts';
import { encodeFileMeta } from './file-meta.ts';
import type { DicomHeader } from './header.ts';
import { TAG } from './tag.ts';
import type { PixelFormat } from './transcoding.ts';
import { EXPLICIT_LITTLE_ENDIAN, transferSyntaxOf } from './transfer-syntax.ts';

/** The encoding of everything this program transcodes to: Explicit VR Little Endian (PS3.5 section 10). */
export const OUTPUT: OutputEncoding = { explicitVr: true, littleEndian: true };

/** The bytes of the stored data set; for a deflated file of the inflated one. */
export type DatasetBytes = (offsetBytes: number, lengthBytes: number) => Promise<Uint8Array>;

/**
 * Dropped: group lengths (retired, PS3.5 section 7.2), the offsets of fragments that are no more, and icons that are
 * coded: theirs has to be the coding of the image, or none (PS3.5 annex A.4). Coded pixels elsewhere in an item are left
 * out alone.
 */
function isDropped({ tag, items }: DicomElement): boolean {
  if ((tag & 0xffff) === 0 || tag === TAG.ExtendedOffsetTable || tag === TAG.ExtendedOffsetTableLengths) return true;
  return tag === ICON_IMAGE_SEQUENCE && (items?.some(holdsFragments) ?? false);
}

const ICON_IMAGE_SEQUENCE = 0x00880200;

/** Pixel data inside of an item has a length unless it is in fragments. */
function holdsFragments(elements: DicomElements): boolean {
  if (isInFragments(elements.get(TAG.PixelData))) return true;
  return [...elements.values()].some(({ items }) => items?.some(holdsFragments) ?? false);
}

/**
 * Preamble, meta information and data set without the pixel data. A data set that is Explicit VR Little Endian already
 * is copied element by element as its bytes are; others are written anew. `made` is the format the pixels will have,
 * null for an object without an image.
 * @throws AppError DICOM_HEADER_TOO_LARGE when a value does not fit the new encoding
 */
export async function transcodedHead(
  header: DicomHeader,
  read: DatasetBytes,
  wanted: {
    readonly sopClassUid: string;
    readonly sopInstanceUid: string;
    readonly transferSyntaxUid: string;
    readonly made: PixelFormat | null;
  },
): Promise<Uint8Array> {
  const source = transferSyntaxOf(header.transferSyntaxUid);
  const changes = wanted.made === null ? [] : changesOf(header.dataset, wanted.made, source.lossy === true, wanted);
  const parts =
    source.explicitVr && source.littleEndian
      ? await copiedElements(header, read, changes)
      : [encodeElements(merged(elementsOf(header.dataset), changes), OUTPUT)];
  return joined([encodeFileMeta(wanted), ...parts]);
}

function isInFragments(element: DicomElement | undefined): boolean {
  return element?.tag === TAG.PixelData && element.items === undefined && element.lengthBytes === 0;
}

/** What the pixels' new form makes untrue in the Image Pixel module (PS3.3 C.7.6.3), and once lossy is always lossy. */
function changesOf(
  dataset: DicomDataset,
  made: PixelFormat,
  lossySource: boolean,
  { transferSyntaxUid }: { readonly transferSyntaxUid: string },
): OutputElement[] {
  const changes: OutputElement[] = [];
  if (dataset.text(TAG.PhotometricInterpretation) !== made.photometricInterpretation) {
    changes.push(textElement(TAG.PhotometricInterpretation, 'CS', made.photometricInterpretation));
  }
  const planar = dataset.number(TAG.PlanarConfiguration);
  const compressed = transferSyntaxUid !== EXPLICIT_LITTLE_ENDIAN;
  if (made.samplesPerPixel > 1 && (planar === null || (compressed && planar !== 0))) {
    changes.push(unsigned(TAG.PlanarConfiguration, made.planarConfiguration));
  }
  if (!made.floatingPoint && dataset.number(TAG.HighBit) !== made.highBit) {
    changes.push(unsigned(TAG.HighBit, made.highBit));
  }
  // PS3.3 C.7.6.1.1.5: the value stays 01 when the image is decompressed.
  if (lossySource && dataset.text(TAG.LossyImageCompression) !== '01') {
    changes.push(textElement(TAG.LossyImageCompression, 'CS', '01'));
  }
  return changes;
}

function unsigned(tag: number, value: number): OutputElement {
  return { tag, vr: 'US', bytes: Uint8Array.of(value & 0xff, value >> 8) };
}

/** The bytes of each element in the order of the file, with the changes put where their tags belong. */
async function copiedElements(
  { dataset, pixelData, objectBytes }: DicomHeader,
  read: DatasetBytes,
  changes: readonly OutputElement[],
): Promise<Uint8Array[]> {
  const elements = [...dataset.elements.values()].sort((a, b) => a.offsetBytes - b.offsetBytes);
  const [first] = elements;
  if (first === undefined) return [encodeElements(changes, OUTPUT)];
  const regionBytes = Math.max(0, first.offsetBytes - LONG_HEAD);
  const region = await read(regionBytes, (pixelData?.offsetBytes ?? objectBytes) - regionBytes);
  const starts = elements.map(({ tag, offsetBytes }) => headStart(region, tag, offsetBytes - regionBytes));
  const end = pixelData === null ? region.length : headStart(region, pixelData.tag, region.length);
  const left = new Map(changes.map((change) => [change.tag, change]));
  const parts: Uint8Array[] = [];
  for (const [at, element] of elements.entries()) {
    const { tag } = element;
    for (const change of [...left.values()].filter((one) => one.tag <= tag).sort((a, b) => a.tag - b.tag)) {
      parts.push(encodeElements([change], OUTPUT));
      left.delete(change.tag);
    }
    if (isDropped(element) || changes.some((change) => change.tag === tag)) continue;
    parts.push(
      element.items?.some(holdsFragments)
        ? encodeElements([elementOf(dataset, element)], OUTPUT)
        : region.subarray(starts[at] ?? 0, starts[at + 1] ?? end),
    );
  }
  parts.push(encodeElements([...left.values()], OUTPUT));
  return parts;
}

const LONG_HEAD = 12;
const SHORT_HEAD = 8;
const LONG_VR = /^(OB|OD|OF|OL|OV|OW|SQ|SV|UC|UN|UR|UT|UV)$/;

/** Where the head of an element starts whose value is at `valueBytes`: 12 bytes before it for long VRs, else 8. */
function headStart(region: Uint8Array, tag: number, valueBytes: number): number {
  const long = valueBytes - LONG_HEAD;
  const letters = String.fromCharCode(region[long + 4] ?? 0, region[long + 5] ?? 0);
  return long >= 0 && tagAt(region, long) === tag && LONG_VR.test(letters) ? long : valueBytes - SHORT_HEAD;
}

function tagAt(region: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = region.subarray(at, at + 4);
  return (b * 256 + a) * 0x10000 + d * 256 + c;
}

function merged(elements: readonly OutputElement[], changes: readonly OutputElement[]): OutputElement[] {
  return [...elements.filter(({ tag }) => !changes.some((change) => change.tag === tag)), ...changes];
}

/** Bytes of the words of a VR, for the change of byte order (PS3.5 section 7.3). */
const WORD_BYTES: Readonly<Record<string, number>> = {
  ...{ US: 2, SS: 2, OW: 2, AT: 2, UL: 4, SL: 4, FL: 4, OF: 4, OL: 4 },
  ...{ FD: 8, OD: 8, OV: 8, UV: 8, SV: 8 },
};

/** All elements with their VRs, values in little endian. */
export function elementsOf(dataset: DicomDataset): OutputElement[] {
  return [...dataset.inOrder()]
    .filter((element) => !isDropped(element) && !isInFragments(element))
    .map((element) => elementOf(dataset, element));
}

function elementOf(dataset: DicomDataset, { tag }: DicomElement): OutputElement {
  const vr = dataset.vr(tag) ?? 'UN';
  if (vr === 'SQ') return { tag, vr, items: dataset.items(tag).map(elementsOf) };
  return { tag, vr, bytes: inLittleEndian(dataset, tag, vr) };
}

function inLittleEndian(dataset: DicomDataset, tag: number, vr: string): Uint8Array {
  const bytes = dataset.valueBytes(tag) ?? asciiBytes('');
  const wordBytes = WORD_BYTES[vr] ?? 1;
  return dataset.littleEndian || wordBytes === 1 ? bytes : reversedWords(bytes, wordBytes);
}

/** A copy with the bytes of each word in the other order; a rest that is no word stays as it is. */
export function reversedWords(bytes: Uint8Array, wordBytes: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (let at = 0; at + wordBytes <= out.length; at += wordBytes) out.subarray(at, at + wordBytes).reverse();
  return out;
}
