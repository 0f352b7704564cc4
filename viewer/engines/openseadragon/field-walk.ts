import type { Point } from '#shared/annotation/geometry.ts';
import type { VisibleRectangle } from '#shared/imaging/view-state.ts';
import type { Size } from './slide-placement.ts';

/** Neighbouring fields share at least this part of their width: what lies on a border is seen whole. */
const OVERLAP = 0.1;

/**
 * The middle of the field after (or before) the one that `visible` is in, in level-0 pixels: fields of the size of
 * the view, row by row, there and back as a slide is screened under the microscope. Fields without tissue are passed
 * over. Null at the end.
 */
export function nextField(
  slide: Size,
  visible: VisibleRectangle,
  step: 1 | -1,
  hasTissue: (field: VisibleRectangle) => boolean,
): Point | null {
  const columns = Math.max(1, Math.ceil(slide.width / (visible.width * (1 - OVERLAP))));
  const rows = Math.max(1, Math.ceil(slide.height / (visible.height * (1 - OVERLAP))));
  const [across, down] = [slide.width / columns, slide.height / rows];
  const held = (value: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(value)));
  const column = held((visible.x + visible.width / 2) / across, columns);
  const row = held((visible.y + visible.height / 2) / down, rows);
  const isForward = (at: number): boolean => at % 2 === 0;
  let place = row * columns + (isForward(row) ? column : columns - 1 - column);
  for (;;) {
    place += step;
    if (place < 0 || place >= columns * rows) return null;
    const nextRow = Math.floor(place / columns);
    const along = place % columns;
    const nextColumn = isForward(nextRow) ? along : columns - 1 - along;
    const field = { x: nextColumn * across, y: nextRow * down, width: across, height: down };
    if (hasTissue(field)) return [field.x + across / 2, field.y + down / 2];
  }
}
