import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';

interface Key {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

const PAGE = 10;

const ACTIONS: Readonly<Record<string, (engine: FrameEngine) => unknown>> = {
  ArrowUp: (engine) => engine.step(-1),
  ArrowLeft: (engine) => engine.step(-1),
  ArrowDown: (engine) => engine.step(1),
  ArrowRight: (engine) => engine.step(1),
  PageUp: (engine) => engine.step(-PAGE),
  PageDown: (engine) => engine.step(PAGE),
  Home: (engine) => engine.goTo(0),
  End: (engine) => engine.goTo(Number.MAX_SAFE_INTEGER),
  '+': (engine) => engine.zoomBy(1.25),
  '=': (engine) => engine.zoomBy(1.25),
  '-': (engine) => engine.zoomBy(0.8),
  '0': (engine) => engine.fit(),
  x: (engine) => engine.actualSize(),
  f: (engine) => engine.fit(),
  i: (engine) => engine.invert(),
  j: (engine) => engine.windowOnSelection(),
  y: (engine) => engine.toggleOverlays(),
  u: (engine) => engine.toggleShutter(),
  k: (engine) => engine.trueSize(),
  h: (engine) => engine.mirror(),
  '.': (engine) => engine.rotate(90),
  ',': (engine) => engine.rotate(-90),
};

/** The keys of a radiology viewport, for the list that `?` shows. */
export const FRAME_KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['↑ ↓', 'Previous, next slice'],
  ['Page ↑ ↓', 'Ten slices'],
  ['Home End', 'First, last slice'],
  ['1 – 9', 'Window presets'],
  ['0 F', 'Fit the image'],
  ['X', 'One image pixel a screen pixel'],
  ['K', 'True size in mm'],
  ['+ −', 'Zoom'],
  [', .', 'Turn left, right'],
  ['H', 'Mirror'],
  ['I', 'Invert'],
  ['J', 'Window from the selected region'],
  ['Y U', 'Overlay, shutter of the file'],
  ["'", 'Play, pause'],
  ['Shift', 'Show the point under the pointer in the others'],
  ['Shift + arrows', 'To the next viewport'],
  ['Space + drag', 'Move the image'],
];

/** Does what the key means in a radiology viewport; false when it means nothing here. */
export function pressFrameKey(engine: FrameEngine, { key, altKey, ctrlKey, metaKey, shiftKey }: Key): boolean {
  if (altKey || ctrlKey || metaKey) return false;
  // With Shift the arrows lead to the other viewports.
  if (shiftKey && key.startsWith('Arrow')) return false;
  const choice = /^[1-9]$/.test(key) ? engine.windowChoices().find((one) => one.key === key) : undefined;
  if (choice !== undefined) {
    engine.chooseWindow(choice);
    return true;
  }
  const action = ACTIONS[key.length === 1 ? key.toLowerCase() : key];
  action?.(engine);
  return action !== undefined;
}
