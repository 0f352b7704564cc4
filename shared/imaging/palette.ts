/** Palettes (PS3.3 C.7.6.3.1.5) as 8-bit colours. */
import { type LookupTable, lookUp } from './lookup-table.ts';

export interface Palette {
  readonly red: LookupTable;
  readonly green: LookupTable;
  readonly blue: LookupTable;
}

/** Red, green and blue of each stored value, 8 bits each. */
export function paletteColors(stored: ArrayLike<number>, palette: Palette): Uint8Array {
  const red = eightBitEntries(palette.red);
  const green = eightBitEntries(palette.green);
  const blue = eightBitEntries(palette.blue);
  const colors = new Uint8Array(stored.length * 3);
  for (let i = 0; i < stored.length; i += 1) {
    const value = stored[i] ?? 0;
    colors[i * 3] = lookUp(red, value);
    colors[i * 3 + 1] = lookUp(green, value);
    colors[i * 3 + 2] = lookUp(blue, value);
  }
  return colors;
}

/** Entries of 16 bits lose their low byte, except in files that store 8-bit values in them. */
function eightBitEntries(table: LookupTable): LookupTable {
  const wide = table.entryBits > 8 && table.entries.some((entry) => entry > 255);
  return wide ? { ...table, entries: table.entries.map((entry) => entry >> (table.entryBits - 8)) } : table;
}
