import type { TileIndex } from './level-reader.ts';

/** The first tile, row by row, for which `has` is true; null when there is none. */
export function firstOf(columns: number, rows: number, has: (tile: TileIndex) => boolean): TileIndex | null {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) if (has({ column, row })) return { column, row };
  }
  return null;
}
