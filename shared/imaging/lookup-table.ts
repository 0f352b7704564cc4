/** From stored to modality values: rescale or Modality LUT (PS3.3 C.11.1), and LUT descriptors (C.7.6.3.1.5). */

export interface Rescale {
  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
}

/** Value of a stored pixel in the modality's own scale. */
export function toModalityValue(stored: number, rescale: Rescale): number {
  return stored * rescale.rescaleSlope + rescale.rescaleIntercept;
}

/** All pixels of a frame in modality values; 32-bit floats hold every 16-bit image after a usual rescale exactly. */
export function toModalityValues(stored: ArrayLike<number>, rescale: Rescale): Float32Array {
  const values = new Float32Array(stored.length);
  for (let i = 0; i < values.length; i++) values[i] = toModalityValue(stored[i] ?? 0, rescale);
  return values;
}

/** A LUT with its domain: the value `firstValue` maps to entry 0. JSON-serialisable. */
export interface LookupTable {
  readonly firstValue: number;
  readonly entryCount: number;
  readonly entries: readonly number[];
  /** Bits of an entry: 8 or 16 for palettes, 10 to 16 for modality and VOI tables. */
  readonly entryBits: number;
}

/**
 * A table from LUT Descriptor and data (PS3.3 C.7.6.3.1.5, C.11.1.1.1). The first number of the descriptor is the
 * count, with 0 for 65,536; the second may be signed and arrives here as the file's pixel representation gives it.
 * @returns null when descriptor and data do not fit together
 */
export function lookupTable(descriptor: readonly number[], entries: readonly number[]): LookupTable | null {
  const [count, firstValue, entryBits] = descriptor;
  if (count === undefined || firstValue === undefined || entryBits === undefined) return null;
  // A signed reading of the descriptor turns 65,535 into -1.
  const wanted = count === 0 ? 65_536 : count < 0 ? count + 65_536 : count;
  if (entries.length === 0 || entries.length < wanted || entryBits < 1 || entryBits > 16) return null;
  return { firstValue, entryCount: wanted, entries, entryBits };
}

/** Entry for a stored value; values before the first and behind the last entry take those (PS3.3 C.7.6.3.1.5). */
export function lookUp(table: LookupTable, stored: number): number {
  const at = Math.min(Math.max(Math.trunc(stored) - table.firstValue, 0), table.entryCount - 1);
  return table.entries[at] ?? 0;
}
