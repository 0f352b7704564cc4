/** What a key does to the view of a slide; `preset` counts from 0, the lowest magnification. */
export type SlideKeyAction =
  | { readonly kind: 'pan'; readonly across: number; readonly down: number }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'fit' }
  | { readonly kind: 'preset'; readonly index: number }
  | { readonly kind: 'rotate'; readonly degrees: number };

const FIELD_STEP = 0.25;
const ZOOM_STEP = 1.5;

const ACTIONS: Readonly<Record<string, SlideKeyAction>> = {
  // Moving the field to the right is moving the slide to the left.
  ArrowRight: { kind: 'pan', across: -FIELD_STEP, down: 0 },
  ArrowLeft: { kind: 'pan', across: FIELD_STEP, down: 0 },
  ArrowDown: { kind: 'pan', across: 0, down: -FIELD_STEP },
  ArrowUp: { kind: 'pan', across: 0, down: FIELD_STEP },
  '+': { kind: 'zoom', factor: ZOOM_STEP },
  '=': { kind: 'zoom', factor: ZOOM_STEP },
  '-': { kind: 'zoom', factor: 1 / ZOOM_STEP },
  _: { kind: 'zoom', factor: 1 / ZOOM_STEP },
  '0': { kind: 'fit' },
};

/** The action of a pressed key without Ctrl, Alt or Meta; null for every other key. */
export function slideKeyAction(key: string): SlideKeyAction | null {
  const found = ACTIONS[key];
  if (found !== undefined) return found;
  return /^[1-6]$/.test(key) ? { kind: 'preset', index: Number(key) - 1 } : null;
}

/** Calls `act` for keys pressed on `element`, or nowhere in particular while the pointer is over it. */
export function listenToSlideKeys(element: HTMLElement, act: (action: SlideKeyAction) => void): () => void {
  const ending = new AbortController();
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      const isOurs = target instanceof Node && element.contains(target);
      if (!isOurs && !(target === document.body && element.matches(':hover'))) return;
      if (target instanceof Element && target.closest('input,textarea,select,[contenteditable]') !== null) return;
      const action = slideKeyAction(event.key);
      if (action === null) return;
      event.preventDefault();
      act(action);
    },
    { signal: ending.signal },
  );
  return () => ending.abort();
}
