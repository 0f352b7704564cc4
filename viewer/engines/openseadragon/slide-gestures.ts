import type { Point } from '#shared/annotation/geometry.ts';
import type { Tool } from '#viewer/engines/image-engine.ts';

/** What the hand may do to the view. Lengths are CSS pixels, places are from the element's upper left corner. */
export interface SlideGestureTarget {
  panBy(dx: number, dy: number): void;
  zoomBy(factor: number, anchor: Point): void;
  /** The pointer is here now, or has left. */
  pointAt(place: Point | null): void;
  /** A click that met no mark. */
  clickEmpty(): void;
  /** Ends an unfinished drawing, because a second finger came down. */
  abandonDrawing(): void;
}

export interface SlideGestures {
  setTool(tool: Tool): void;
  dispose(): void;
}

type Action = 'pan' | 'zoom' | 'none';

const CLICK_TOLERANCE = 4;
/** One notch of a mouse wheel (120 units, by browsers reported as 100 to 120 px) zooms by about a fifth. */
const ZOOM_PER_WHEEL_PIXEL = 0.0018;
/** A pinch on a touchpad arrives as a wheel with Ctrl and small steps. */
const ZOOM_PER_PINCH_PIXEL = 0.012;
const LINE_PIXELS = 33;
const WHEEL_PIXELS_MAX = 240;

/** The length of a wheel movement in pixels, whatever unit the browser counts in. */
export function wheelPixels(delta: number, mode: number): number {
  const pixels = mode === 0 ? delta : delta * (mode === 1 ? LINE_PIXELS : WHEEL_PIXELS_MAX);
  return Math.max(-WHEEL_PIXELS_MAX, Math.min(WHEEL_PIXELS_MAX, pixels));
}

/**
 * Mouse, pen and fingers over a slide: the wheel zooms about the pointer (with Shift it moves sideways, as pages do),
 * left drags the slide unless a drawing tool takes it, middle or space always drags, right zooms; one finger drags,
 * two pinch. The mark overlay inside the element takes what it needs first.
 */
export function createSlideGestures(element: HTMLElement, target: SlideGestureTarget): SlideGestures {
  const pointers = new Map<number, Point>();
  const ending = new AbortController();
  let tool: Tool = 'select';
  let action: Action = 'none';
  let start: Point = [0, 0];
  let moved = false;
  let spaceHeld = false;

  const placeOf = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const actionOf = (event: PointerEvent): Action => {
    if (event.button === 1 || spaceHeld) return 'pan';
    if (event.button === 2) return 'zoom';
    return tool === 'zoom' && event.pointerType !== 'touch' ? 'zoom' : 'pan';
  };
  const begin = (event: PointerEvent): void => {
    const place = placeOf(event);
    pointers.set(event.pointerId, place);
    element.setPointerCapture(event.pointerId);
    start = place;
    moved = false;
    action = actionOf(event);
    element.dataset.dragging = action;
  };

  // Before the overlay: these must move the slide even where a mark or a drawing tool would take the pointer.
  const onDownFirst = (event: PointerEvent): void => {
    const isSecondFinger = event.pointerType === 'touch' && !event.isPrimary;
    if (event.pointerType === 'touch' && event.isPrimary) pointers.set(event.pointerId, placeOf(event));
    if (!isSecondFinger && event.button === 0 && !spaceHeld) return;
    event.stopPropagation();
    event.preventDefault();
    if (isSecondFinger) target.abandonDrawing();
    begin(event);
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button === 0) begin(event);
  };
  const pinch = (id: number, now: Point): void => {
    const [a, b] = [...pointers.values()];
    pointers.set(id, now);
    const [c, d] = [...pointers.values()];
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
    if (action === 'pan') target.panBy(now[0] - from[0], now[1] - from[1]);
    else if (action === 'zoom') target.zoomBy(Math.exp((from[1] - now[1]) * 0.008), start);
  };
  const onUp = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId)) return;
    const isPlainClick = !moved && event.type === 'pointerup' && event.button === 0 && action !== 'none';
    if (isPlainClick) target.clickEmpty();
    // After a pinch the finger that stays must not drag on.
    action = 'none';
    delete element.dataset.dragging;
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (event.shiftKey) {
      const sideways = event.deltaX === 0 ? event.deltaY : event.deltaX;
      target.panBy(-wheelPixels(sideways, event.deltaMode), 0);
      return;
    }
    const perPixel = event.ctrlKey ? ZOOM_PER_PINCH_PIXEL : ZOOM_PER_WHEEL_PIXEL;
    const pixels = wheelPixels(event.deltaY, event.deltaMode);
    if (pixels !== 0) target.zoomBy(Math.exp(-pixels * perPixel), placeOf(event));
  };
  const onSpace = (event: KeyboardEvent): void => {
    if (event.code !== 'Space') return;
    if (event.type === 'keyup') {
      spaceHeld = false;
      return;
    }
    const isTyping =
      event.target instanceof Element &&
      event.target.closest('input,textarea,select,button,[contenteditable],[role="button"]') !== null;
    if (isTyping || !element.matches(':hover')) return;
    spaceHeld = true;
    event.preventDefault();
  };

  const { signal } = ending;
  element.addEventListener('pointerdown', onDownFirst, { capture: true, signal });
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onUp, { signal });
  element.addEventListener('pointerleave', () => target.pointAt(null), { signal });
  element.addEventListener('wheel', onWheel, { passive: false, signal });
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  window.addEventListener('keydown', onSpace, { signal });
  window.addEventListener('keyup', onSpace, { signal });
  window.addEventListener(
    'blur',
    () => {
      spaceHeld = false;
    },
    { signal },
  );

  return {
    setTool(next) {
      tool = next;
    },
    dispose() {
      ending.abort();
      delete element.dataset.dragging;
    },
  };
}
