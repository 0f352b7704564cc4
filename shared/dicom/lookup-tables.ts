/** Look-up tables as files store them: palettes, Modality LUT and VOI LUT. */
import { type LookupTable, lookupTable } from '#shared/imaging/lookup-table.ts';
import type { Palette } from '#shared/imaging/palette.ts';
import type { DicomAttributes } from './attributes.ts';
import { keywordOf } from './dictionary.ts';
import { formatTag, TAG } from './tag.ts';

/** The palette of an image (PS3.3 C.7.6.3.1.5 and .6), or null when a table is missing or does not fit. */
export function readPalette(dataset: DicomAttributes): Palette | null {
  const red = readChannel(dataset, TAG.RedPaletteDescriptor, TAG.RedPaletteData, TAG.RedPaletteSegments);
  const green = readChannel(dataset, TAG.GreenPaletteDescriptor, TAG.GreenPaletteData, TAG.GreenPaletteSegments);
  const blue = readChannel(dataset, TAG.BluePaletteDescriptor, TAG.BluePaletteData, TAG.BluePaletteSegments);
  return red && green && blue ? { red, green, blue } : null;
}

/**
 * The table in the first item of a LUT sequence (PS3.3 C.11.1, C.11.2); null when absent, with a note when unusable.
 * `signedInput` says that what it is applied to may be negative, and with it the first value it maps.
 */
export function readSequenceTable(
  dataset: DicomAttributes,
  sequence: number,
  signedInput: boolean,
  notes: string[],
): LookupTable | null {
  const item = dataset.items(sequence)[0];
  if (!item) return null;
  const table = readItemTable(item, signedInput);
  if (!table) notes.push(`${keywordOf(sequence)} ${formatTag(sequence)} holds no usable table and was set aside.`);
  return table;
}

/** The table of an item with LUT Descriptor and LUT Data (PS3.3 C.11.1.1.1); null when it does not fit. */
export function readItemTable(item: DicomAttributes, signedInput: boolean): LookupTable | null {
  return readTable(item, TAG.LUTDescriptor, TAG.LUTData, signedInput);
}

function readChannel(dataset: DicomAttributes, descriptor: number, data: number, segments: number): LookupTable | null {
  if (dataset.has(data) || !dataset.has(segments)) return readTable(dataset, descriptor, data, isSigned(dataset));
  const numbers = descriptorOf(dataset, descriptor, isSigned(dataset));
  const words = numbers[2] === 8 ? dataset.octets(segments) : dataset.numbers(segments);
  const entries = expandSegments(words, entryCount(numbers), numbers[2] === 8);
  return entries && lookupTable(numbers, entries);
}

/**
 * Segmented palettes (PS3.3 C.7.9.2): runs of entries, straight lines to an entry, and repetitions of earlier segments.
 * @returns null when the segments do not give `wanted` entries
 */
function expandSegments(words: readonly number[], wanted: number, bytes: boolean): number[] | null {
  const entries: number[] = [];
  const starts = new Map<number, number>();
  const order: number[] = [];
  let at = 0;
  const run = (position: number): number => {
    const length = words[position + 1] ?? 0;
    if (words[position] === 0) {
      entries.push(...words.slice(position + 2, position + 2 + length));
      return position + 2 + length;
    }
    const from = entries.at(-1) ?? 0;
    const to = words[position + 2] ?? 0;
    for (let i = 1; i <= length; i++) entries.push(Math.round(from + ((to - from) * i) / length));
    return position + 3;
  };
  while (at < words.length && entries.length < wanted) {
    const opcode = words[at];
    starts.set(at, order.length);
    order.push(at);
    if (opcode === 0 || opcode === 1) {
      at = run(at);
    } else if (opcode === 2) {
      const low = words[at + 2] ?? 0;
      const offset = bytes
        ? low + (words[at + 3] ?? 0) * 2 ** 8 + (words[at + 4] ?? 0) * 2 ** 16 + (words[at + 5] ?? 0) * 2 ** 24
        : (low + (words[at + 3] ?? 0) * 2 ** 16) / 2;
      const first = starts.get(offset);
      const segments = first === undefined ? [] : order.slice(first, first + (words[at + 1] ?? 0));
      // Only plain segments may be repeated, so this cannot run in a circle.
      if (segments.length === 0 || segments.some((segment) => words[segment] === 2)) return null;
      for (const segment of segments) if (entries.length < wanted) run(segment);
      at += bytes ? 6 : 4;
    } else {
      return null;
    }
  }
  return entries.length >= wanted ? entries.slice(0, wanted) : null;
}

function entryCount(descriptor: readonly number[]): number {
  const [count = 0] = descriptor;
  return count > 0 ? count : count + 65_536;
}

function isSigned(dataset: DicomAttributes): boolean {
  return dataset.number(TAG.PixelRepresentation) === 1;
}

/** The three numbers of a descriptor. Writers often give US where SS is meant for the first value mapped. */
function descriptorOf(dataset: DicomAttributes, tag: number, signedInput: boolean): number[] {
  return dataset.numbers(tag).map((value, i) => (i === 1 && signedInput && value > 0x7fff ? value - 0x10000 : value));
}

function readTable(
  dataset: DicomAttributes,
  descriptorTag: number,
  dataTag: number,
  signedInput: boolean,
): LookupTable | null {
  const descriptor = descriptorOf(dataset, descriptorTag, signedInput);
  const wanted = entryCount(descriptor);
  const lengthBytes = dataset.byteLength(dataTag);
  // 8-bit entries may lie two to a word (PS3.3 C.7.6.3.1.6).
  const packed = descriptor[2] === 8 && lengthBytes < wanted * 2;
  const entries = packed ? dataset.octets(dataTag) : dataset.numbers(dataTag).map((value) => value & 0xffff);
  return lookupTable(descriptor, entries.slice(0, wanted));
}
