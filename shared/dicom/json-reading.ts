/** Reading values out of the DICOM JSON Model (PS3.18 Annex F) by tag, forgiving what is missing or odd. */
import { type LookupTable, lookupTable } from '#shared/imaging/lookup-table.ts';
import { decodeBase64 } from './base64.ts';
import type { DicomJsonDataset } from './dicom-json.ts';

/** The items of a sequence; none where there is no such sequence. */
export function jsonItems(dataset: DicomJsonDataset | undefined, tag: string): readonly DicomJsonDataset[] {
  const element = dataset?.[tag];
  return element?.vr === 'SQ' ? ((element.Value ?? []) as readonly DicomJsonDataset[]) : [];
}

/** The values that are finite numbers; none at all when one of them is not. */
export function jsonNumbers(dataset: DicomJsonDataset | undefined, tag: string): readonly number[] {
  const values = (dataset?.[tag]?.Value ?? []).map((value) =>
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN,
  );
  return values.every(Number.isFinite) ? values : [];
}

export function jsonNumber(dataset: DicomJsonDataset | undefined, tag: string): number | null {
  return jsonNumbers(dataset, tag)[0] ?? null;
}

/** The values that are text, trimmed, empty ones left out. */
export function jsonTexts(dataset: DicomJsonDataset | undefined, tag: string): readonly string[] {
  return (dataset?.[tag]?.Value ?? []).flatMap((value) => {
    const text = typeof value === 'string' ? value.trim() : '';
    return text === '' ? [] : [text];
  });
}

export function jsonText(dataset: DicomJsonDataset | undefined, tag: string): string | null {
  return jsonTexts(dataset, tag)[0] ?? null;
}

/**
 * The table of an item with LUT Descriptor and LUT Data (PS3.3 C.11.1.1.1); null when it is missing or does not fit.
 * `signedInput` says that what it is applied to may be negative: some write the first value as unsigned all the same.
 */
export function jsonTable(item: DicomJsonDataset | undefined, signedInput: boolean): LookupTable | null {
  const descriptor = jsonNumbers(item, '00283002').map((value, at) =>
    at === 1 && signedInput && value > 0x7fff ? value - 0x10000 : value,
  );
  const [count = 0] = descriptor;
  const wanted = count > 0 ? count : count + 65_536;
  const words = wordsOf(item);
  // 8-bit entries may lie two to a word (PS3.3 C.7.6.3.1.6).
  const packed = descriptor[2] === 8 && words.length < wanted;
  const entries = packed ? words.flatMap((word) => [word & 0xff, word >> 8]) : words;
  return lookupTable(descriptor, entries.slice(0, wanted));
}

/** LUT Data is OW or US; base64 holds little endian (PS3.18 section F.2.7). */
function wordsOf(item: DicomJsonDataset | undefined): readonly number[] {
  const inline = item?.['00283006']?.InlineBinary;
  const bytes = inline === undefined ? null : decodeBase64(inline);
  if (bytes === null) return jsonNumbers(item, '00283006').map((value) => value & 0xffff);
  const words: number[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) words.push((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  return words;
}
