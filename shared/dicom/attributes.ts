import { decodeBase64 } from './base64.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { hexTag } from './tag.ts';

/** Reading the attributes of a data set, whether it came as a file or as DICOM JSON: what is absent is empty or null. */
export interface DicomAttributes {
  has(tag: number): boolean;
  text(tag: number): string | null;
  number(tag: number): number | null;
  numbers(tag: number): readonly number[];
  /** Bytes of a binary value, words little endian. */
  octets(tag: number): readonly number[];
  byteLength(tag: number): number;
  items(tag: number): readonly DicomAttributes[];
}

/** A data set in the DICOM JSON Model (PS3.18 Annex F). Values behind a BulkDataURI are empty here. */
export function jsonAttributes(dataset: DicomJsonDataset): DicomAttributes {
  const element = (tag: number) => dataset[hexTag(tag)];
  const bytes = (tag: number): Uint8Array => {
    const encoded = element(tag)?.InlineBinary;
    return (encoded === undefined ? null : decodeBase64(encoded)) ?? new Uint8Array();
  };
  const values = (tag: number) => element(tag)?.Value ?? [];
  const numbers = (tag: number): number[] => {
    if (element(tag)?.InlineBinary === undefined) {
      return values(tag).map((value) =>
        typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN,
      );
    }
    const octets = bytes(tag);
    return Array.from({ length: octets.length >> 1 }, (_, i) => (octets[2 * i] ?? 0) | ((octets[2 * i + 1] ?? 0) << 8));
  };
  return {
    has: (tag) => element(tag) !== undefined,
    text(tag) {
      const [value] = values(tag);
      return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
    },
    number(tag) {
      const [value] = numbers(tag);
      return value !== undefined && Number.isFinite(value) ? value : null;
    },
    numbers,
    octets(tag) {
      const inline = bytes(tag);
      return inline.length > 0 ? [...inline] : numbers(tag).flatMap((word) => [word & 0xff, (word >> 8) & 0xff]);
    },
    byteLength: (tag) => bytes(tag).length || values(tag).length * 2,
    items: (tag) =>
      element(tag)?.vr === 'SQ' ? (values(tag) as readonly DicomJsonDataset[]).map((item) => jsonAttributes(item)) : [],
  };
}
