/** What the hand may do to a rendering; lengths in CSS pixels. */
export interface RenderingHands {
  turnBy(dx: number, dy: number): void;
  moveBy(dx: number, dy: number): void;
  zoomBy(factor: number): void;
}

const WHEEL_ZOOM = 0.0015;
const DRAG_ZOOM = 0.005;

/**
 * Mouse, pen and fingers over a rendering: left or one finger turns, middle, Shift or two fingers move, right, wheel or
 * pinching zooms. Ends with `signal`.
 */
export function listenToHands(element: HTMLElement, hands: RenderingHands, signal: AbortSignal): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let action: 'turn' | 'move' | 'zoom' = 'turn';
  const pairOf = (): { x: number; y: number; apart: number } | null => {
    const [a, b] = [...pointers.values()];
    if (a === undefined || b === undefined) return null;
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
  };
  element.addEventListener(
    'pointerdown',
    (event) => {
      element.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (event.button === 2) action = 'zoom';
      else action = event.button === 1 || event.shiftKey ? 'move' : 'turn';
      // The middle button would scroll the page.
      if (event.button === 1) event.preventDefault();
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      const before = pointers.get(event.pointerId);
      if (before === undefined) return;
      const pairBefore = pairOf();
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const pair = pairOf();
      const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
      if (pair !== null && pairBefore !== null) {
        hands.zoomBy(pair.apart / pairBefore.apart);
        hands.moveBy(pair.x - pairBefore.x, pair.y - pairBefore.y);
      } else if (action === 'zoom') hands.zoomBy(Math.exp(-dy * DRAG_ZOOM));
      else if (action === 'move') hands.moveBy(dx, dy);
      else hands.turnBy(dx, dy);
    },
    { signal },
  );
  for (const end of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(end, (event) => pointers.delete(event.pointerId), { signal });
  }
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      hands.zoomBy(Math.exp(-event.deltaY * WHEEL_ZOOM));
    },
    { passive: false, signal },
  );
}
