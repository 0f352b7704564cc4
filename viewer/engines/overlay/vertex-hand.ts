import { definingPoints, type Geometry, type Point } from '#shared/annotation/geometry.ts';
import type { Mark } from '#viewer/engines/image-engine.ts';
import { withHandleAt } from '#viewer/engines/tools/editing.ts';
import {
  isCornered,
  middleOfEdge,
  nearestEdge,
  withoutVertex,
  withVertexAfter,
} from '#viewer/engines/tools/vertex-editing.ts';

export interface VertexGround {
  marks(): readonly Mark[];
  toScreen(point: Point): Point;
  toImage(point: Point): Point;
  /** The shape is another one now. */
  changed(mark: Mark, geometry: Geometry): void;
  /** Another corner is held, or none. */
  refresh(): void;
}

export interface VertexHand {
  /** The corner that keys act on; null: none of this mark. */
  heldOf(mark: Mark): number | null;
  hold(mark: Mark, index: number): void;
  /** A double click: on a corner it goes away, on the outline one more comes in. True when something was done. */
  doubleClick(mark: Mark, handle: number | null, at: Point): boolean;
  /** True when the key meant something to the corner that is held. */
  press(event: KeyboardEvent): boolean;
  leave(): void;
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** Screen pixels a key moves a corner, alone and with Shift. */
const STEP = 1;
const LONG_STEP = 10;

/**
 * Works on single corners of the selected shape. Enter holds its first corner; then Tab goes on to the next, arrows move
 * it, Insert sets one behind it, Delete takes it away, Enter or Escape lets go.
 */
export function createVertexHand(ground: VertexGround): VertexHand {
  let held: { readonly id: string; readonly index: number } | null = null;

  const setHeld = (next: typeof held): void => {
    held = next;
    ground.refresh();
  };
  const markHeld = (): Mark | null => {
    const mark = ground.marks().find(({ id, selected, editable }) => id === held?.id && selected && editable);
    if (mark === undefined) held = null;
    return mark ?? null;
  };
  const remove = (mark: Mark, index: number): boolean => {
    const geometry = withoutVertex(mark.geometry, index);
    if (geometry === null) return false;
    setHeld(null);
    ground.changed(mark, geometry);
    return true;
  };
  const begin = (): boolean => {
    const [mark, ...others] = ground.marks().filter(({ selected, editable }) => selected && editable);
    if (mark === undefined || others.length > 0) return false;
    setHeld({ id: mark.id, index: 0 });
    return true;
  };
  const moved = (mark: Mark, index: number, [x, y]: Point, by: number): void => {
    const point = definingPoints(mark.geometry)[index];
    if (point === undefined) return;
    const [left, top] = ground.toScreen(point);
    ground.changed(mark, withHandleAt(mark.geometry, index, ground.toImage([left + x * by, top + y * by])));
  };
  const act = (event: KeyboardEvent, mark: Mark, index: number): boolean => {
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) {
      moved(mark, index, arrow, event.shiftKey ? LONG_STEP : STEP);
      return true;
    }
    const count = definingPoints(mark.geometry).length;
    switch (event.key) {
      case 'Tab':
        setHeld({ id: mark.id, index: (index + (event.shiftKey ? count - 1 : 1)) % count });
        return true;
      case 'Insert': {
        const middle = middleOfEdge(mark.geometry, index);
        if (middle === null) return true;
        held = { id: mark.id, index: index + 1 };
        ground.changed(mark, withVertexAfter(mark.geometry, index, middle));
        return true;
      }
      case 'Delete':
      case 'Backspace':
        remove(mark, index);
        return true;
      case 'Enter':
      case 'Escape':
        setHeld(null);
        return true;
      default:
        return false;
    }
  };

  return {
    heldOf: (mark) => (held?.id === mark.id ? held.index : null),
    hold: (mark, index) => setHeld({ id: mark.id, index }),
    doubleClick(mark, handle, at) {
      if (!mark.editable || !isCornered(mark.geometry)) return false;
      if (handle !== null) return remove(mark, handle);
      const edge = nearestEdge(mark.geometry, at);
      if (edge === null) return false;
      held = { id: mark.id, index: edge.index + 1 };
      ground.changed(mark, withVertexAfter(mark.geometry, edge.index, edge.on));
      return true;
    },
    press(event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return false;
      const mark = markHeld();
      if (mark !== null && held !== null) return act(event, mark, held.index);
      return event.key === 'Enter' && begin();
    },
    leave() {
      if (held !== null) setHeld(null);
    },
  };
}
