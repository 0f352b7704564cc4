/** Look-up tables as files store them: palettes, Modality LUT and VOI LUT. */
import { type LookupTable, lookupTable } from '#shared/imaging/lookup-table.ts';
import type { DicomDataset } from './dataset.ts';
import { keywordOf } from './dictionary.ts';
import { formatTag, TAG } from './tag.ts';

export interface Palette {
  readonly red: LookupTable;
  readonly green: LookupTable;
  readonly blue: LookupTable;
}

/** The palette of an image (PS3.3 C.7.6.3.1.5 and .6), or null when a table is missing or does not fit. */
export function readPalette(dataset: DicomDataset): Palette | null {
  const red = readTable(dataset, TAG.RedPaletteDescriptor, TAG.RedPaletteData);
  const green = readTable(dataset, TAG.GreenPaletteDescriptor, TAG.GreenPaletteData);
  const blue = readTable(dataset, TAG.BluePaletteDescriptor, TAG.BluePaletteData);
  return red && green && blue ? { red, green, blue } : null;
}

/** The table in the first item of a LUT sequence (PS3.3 C.11.1, C.11.2); null when absent, with a note when unusable. */
export function readSequenceTable(dataset: DicomDataset, sequence: number, notes: string[]): LookupTable | null {
  const item = dataset.items(sequence)[0];
  if (!item) return null;
  const table = readTable(item, TAG.LUTDescriptor, TAG.LUTData);
  if (!table) notes.push(`${keywordOf(sequence)} ${formatTag(sequence)} holds no usable table and was set aside.`);
  return table;
}

function readTable(dataset: DicomDataset, descriptorTag: number, dataTag: number): LookupTable | null {
  const descriptor = dataset.numbers(descriptorTag);
  const [count = 0, , entryBits] = descriptor;
  const wanted = count > 0 ? count : count + 65_536;
  const lengthBytes = dataset.byteLength(dataTag);
  // 8-bit entries may lie two to a word (PS3.3 C.7.6.3.1.6).
  const packed = entryBits === 8 && lengthBytes < wanted * 2;
  const entries = packed ? dataset.octets(dataTag) : dataset.numbers(dataTag).map((value) => value & 0xffff);
  return lookupTable(descriptor, entries.slice(0, wanted));
}
