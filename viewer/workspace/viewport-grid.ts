/** The viewports of the reading page: a grid of slots, of which one is active. Pure values; keys name items. */
export interface ViewportGrid {
  readonly rows: number;
  readonly columns: number;
  /** Row by row; null is an empty viewport. */
  readonly slots: readonly (string | null)[];
  readonly active: number;
  /** Only the active viewport is shown, as large as the page allows. */
  readonly alone: boolean;
}

export const MOST_ROWS = 8;
export const MOST_COLUMNS = 8;

export function singleViewport(key: string | null): ViewportGrid {
  return { rows: 1, columns: 1, slots: [key], active: 0, alone: false };
}

/** The item in the active viewport, or null. */
export function activeKey(grid: ViewportGrid): string | null {
  return grid.slots[grid.active] ?? null;
}

/** Keys of all items, the active one first, each once. */
export function openKeys({ slots, active }: ViewportGrid): string[] {
  const keys = [slots[active], ...slots].filter((key): key is string => typeof key === 'string');
  return [...new Set(keys)];
}

/** Goes to the viewport that shows the item, else shows it in the active one. */
export function opened(grid: ViewportGrid, key: string): ViewportGrid {
  const place = grid.slots.indexOf(key);
  if (place >= 0) return activated(grid, place);
  return { ...grid, slots: grid.slots.with(grid.active, key) };
}

/** Shows the item in an empty viewport, else beside the others in a new column, else in the last viewport. */
export function openedBeside(grid: ViewportGrid, key: string): ViewportGrid {
  if (grid.slots.includes(key)) return opened(grid, key);
  const free = grid.slots.indexOf(null);
  if (free >= 0) return { ...grid, slots: grid.slots.with(free, key), active: free, alone: false };
  const isRow = grid.rows === 1 && grid.columns < 2;
  const wide = isRow ? { ...grid, columns: grid.columns + 1, slots: [...grid.slots, key] } : grid;
  const last = wide.slots.length - 1;
  return { ...wide, slots: wide.slots.with(last, key), active: last, alone: false };
}

/** Shows an item in a certain viewport, also when another shows it already. */
export function placed(grid: ViewportGrid, slot: number, key: string): ViewportGrid {
  if (slot < 0 || slot >= grid.slots.length) return grid;
  return { ...grid, slots: grid.slots.with(slot, key), active: slot };
}

/** Empties a viewport; when one item is left it takes the whole page. */
export function closed(grid: ViewportGrid, slot: number): ViewportGrid {
  const slots = grid.slots.map((key, place) => (place === slot ? null : key));
  const left = slots.filter((key) => key !== null);
  if (left.length <= 1) return singleViewport(left[0] ?? null);
  const active = slots[grid.active] === null ? slots.findIndex((key) => key !== null) : grid.active;
  return { ...grid, slots, active, alone: false };
}

/**
 * A grid of another shape: what is open stays, row by row with the active item never lost, and empty viewports take the
 * next of `more` that are not shown.
 */
export function arranged(grid: ViewportGrid, rows: number, columns: number, more: readonly string[]): ViewportGrid {
  const size = Math.min(MOST_ROWS, Math.max(1, rows)) * Math.min(MOST_COLUMNS, Math.max(1, columns));
  const present = grid.slots.filter((key) => key !== null);
  const wanted = activeKey(grid);
  const kept = present.slice(0, size);
  if (wanted !== null && !kept.includes(wanted)) kept[size - 1] = wanted;
  const next = more.filter((key) => !kept.includes(key));
  const slots = Array.from({ length: size }, (_, slot) => kept[slot] ?? next[slot - kept.length] ?? null);
  return {
    rows: Math.min(MOST_ROWS, Math.max(1, rows)),
    columns: Math.min(MOST_COLUMNS, Math.max(1, columns)),
    slots,
    active: Math.max(0, wanted === null ? 0 : slots.indexOf(wanted)),
    alone: false,
  };
}

export function activated(grid: ViewportGrid, slot: number): ViewportGrid {
  return slot === grid.active || slot < 0 || slot >= grid.slots.length ? grid : { ...grid, active: slot };
}

/** The neighbour in a direction, held at the edges. */
export function moved(grid: ViewportGrid, across: -1 | 0 | 1, down: -1 | 0 | 1): ViewportGrid {
  const column = (grid.active % grid.columns) + across;
  const row = Math.floor(grid.active / grid.columns) + down;
  if (column < 0 || column >= grid.columns || row < 0 || row >= grid.rows) return grid;
  return activated(grid, row * grid.columns + column);
}

/** One viewport large, or all of them again. */
export function toggledAlone(grid: ViewportGrid, slot: number): ViewportGrid {
  if (grid.slots.length < 2) return grid;
  return { ...grid, active: slot, alone: !grid.alone };
}
