import type { Point } from '#shared/annotation/geometry.ts';
import type { Tool } from '#viewer/engines/image-engine.ts';
import { createWheelSteps } from './wheel-steps.ts';

/** What the hand may do to the view. Lengths are CSS pixels, places are from the element's upper left corner. */
export interface GestureTarget {
  panBy(dx: number, dy: number): void;
  zoomBy(factor: number, anchor: Point): void;
  /** Right widens the window, down raises its centre. */
  windowBy(dx: number, dy: number): void;
  scrollBy(steps: number): void;
  /** CSS pixels of dragging that make one step through the stack. */
  pixelsPerStep(): number;
  /** The pointer is here now, or has left. */
  pointAt(place: Point | null): void;
  /** A click that met no mark. */
  clickEmpty(): void;
  /** Ends an unfinished drawing, because a second finger came down. */
  abandonDrawing(): void;
}

export interface Gestures {
  setTool(tool: Tool): void;
  dispose(): void;
}

type Action = 'pan' | 'zoom' | 'window' | 'scroll' | 'none';

const CLICK_TOLERANCE = 4;
const DRAG_ACTIONS: Partial<Record<Tool, Action>> = { window: 'window', pan: 'pan', zoom: 'zoom', scroll: 'scroll' };

/**
 * Mouse, pen and fingers over a viewport. Left drags as the tool says, middle or space pans, right zooms, the wheel
 * scrolls (with Ctrl, Shift or Cmd zooms); one finger scrolls unless the tool says otherwise, two pinch and pan.
 * The mark overlay inside the element takes what it needs first.
 */
export function createGestures(element: HTMLElement, target: GestureTarget): Gestures {
  const pointers = new Map<number, Point>();
  const wheelSteps = createWheelSteps();
  const ending = new AbortController();
  let tool: Tool = 'window';
  let action: Action = 'none';
  let start: Point = [0, 0];
  let moved = false;
  let stepRest = 0;
  let spaceHeld = false;

  const placeOf = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const actionOf = (event: PointerEvent): Action => {
    if (event.button === 1 || (event.button === 0 && spaceHeld)) return 'pan';
    if (event.button === 2) return 'zoom';
    const chosen = DRAG_ACTIONS[tool];
    if (event.pointerType === 'touch') return chosen ?? 'scroll';
    return chosen ?? 'none';
  };
  const begin = (event: PointerEvent): void => {
    const place = placeOf(event);
    pointers.set(event.pointerId, place);
    element.setPointerCapture(event.pointerId);
    start = place;
    moved = false;
    stepRest = 0;
    action = actionOf(event);
  };

  // Before the overlay: these must pan or pinch even where a mark or a drawing tool would take the pointer.
  const onDownFirst = (event: PointerEvent): void => {
    const isSecondFinger = event.pointerType === 'touch' && !event.isPrimary;
    if (!isSecondFinger && event.button === 0 && !spaceHeld) return;
    event.stopPropagation();
    event.preventDefault();
    if (isSecondFinger) target.abandonDrawing();
    begin(event);
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button === 0) begin(event);
  };
  // A first finger that draws is not ours, but must be known for the pinch.
  const onTouchKnown = (event: PointerEvent): void => {
    if (event.pointerType === 'touch' && event.isPrimary) pointers.set(event.pointerId, placeOf(event));
  };

  const drag = (dx: number, dy: number): void => {
    if (action === 'pan') target.panBy(dx, dy);
    else if (action === 'window') target.windowBy(dx, dy);
    else if (action === 'zoom') target.zoomBy(Math.exp(-dy * 0.008), start);
    else if (action === 'scroll') {
      stepRest += dy / target.pixelsPerStep();
      const steps = Math.trunc(stepRest);
      stepRest -= steps;
      if (steps !== 0) target.scrollBy(steps);
    }
  };
  const pinch = (id: number, now: Point): void => {
    const before = [...pointers.values()];
    pointers.set(id, now);
    const after = [...pointers.values()];
    const [a, b] = before;
    const [c, d] = after;
    if (a === undefined || b === undefined || c === undefined || d === undefined) return;
    const middle = (p: Point, q: Point): Point => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
    const [from, to] = [middle(a, b), middle(c, d)];
    target.panBy(to[0] - from[0], to[1] - from[1]);
    const [apart, apartNow] = [Math.hypot(a[0] - b[0], a[1] - b[1]), Math.hypot(c[0] - d[0], c[1] - d[1])];
    if (apart > 0 && apartNow > 0) target.zoomBy(apartNow / apart, to);
  };

  const onMove = (event: PointerEvent): void => {
    const now = placeOf(event);
    if (event.pointerType !== 'touch') target.pointAt(now);
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    if (pointers.size >= 2) {
      moved = true;
      pinch(event.pointerId, now);
      return;
    }
    pointers.set(event.pointerId, now);
    if (!moved && Math.hypot(now[0] - start[0], now[1] - start[1]) < CLICK_TOLERANCE) return;
    const from = moved ? before : start;
    moved = true;
    drag(now[0] - from[0], now[1] - from[1]);
  };
  const onUp = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId)) return;
    const isOverlays =
      event.target instanceof Element && event.target !== element && event.target.closest('svg') !== null;
    if (!moved && event.type === 'pointerup' && event.button === 0 && !isOverlays) target.clickEmpty();
    if (pointers.size === 0) action = 'none';
    // After a pinch the finger that stays must not scroll on.
    else action = 'none';
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      const delta = event.deltaY === 0 ? event.deltaX : event.deltaY;
      target.zoomBy(Math.exp(-Math.max(-50, Math.min(50, delta)) * 0.006), placeOf(event));
      return;
    }
    const steps = wheelSteps(event.deltaY, event.deltaMode);
    if (steps !== 0) target.scrollBy(steps);
  };
  const onSpace = (event: KeyboardEvent): void => {
    if (event.code !== 'Space') return;
    if (event.type === 'keyup') {
      spaceHeld = false;
      return;
    }
    const typing =
      event.target instanceof Element &&
      event.target.closest('input,textarea,select,button,[contenteditable],[role="button"]') !== null;
    if (typing) return;
    spaceHeld = true;
    if (element.matches(':hover')) event.preventDefault();
  };

  const { signal } = ending;
  element.addEventListener('pointerdown', onDownFirst, { capture: true, signal });
  element.addEventListener('pointerdown', onTouchKnown, { capture: true, signal });
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onUp, { signal });
  element.addEventListener('pointerleave', () => target.pointAt(null), { signal });
  element.addEventListener('wheel', onWheel, { passive: false, signal });
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  window.addEventListener('keydown', onSpace, { signal });
  window.addEventListener('keyup', onSpace, { signal });

  return {
    setTool(next) {
      tool = next;
    },
    dispose() {
      ending.abort();
    },
  };
}
