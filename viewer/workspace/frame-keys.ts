import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import { actionOfKey, isPlainKey, type Shortcuts } from './shortcuts.ts';

interface Key {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  getModifierState?(key: string): boolean;
}

const PAGE = 10;

/** Keys of every keyboard, which are not chosen. */
const ARROWS: Readonly<Record<string, (engine: FrameEngine) => unknown>> = {
  ArrowUp: (engine) => engine.step(-1),
  ArrowLeft: (engine) => engine.step(-1),
  ArrowDown: (engine) => engine.step(1),
  ArrowRight: (engine) => engine.step(1),
};

const ACTIONS: Readonly<Record<string, (engine: FrameEngine) => unknown>> = {
  'series.previous': (engine) => engine.step(-1),
  'series.next': (engine) => engine.step(1),
  'series.ten-back': (engine) => engine.step(-PAGE),
  'series.ten-on': (engine) => engine.step(PAGE),
  'series.first': (engine) => engine.goTo(0),
  'series.last': (engine) => engine.goTo(Number.MAX_SAFE_INTEGER),
  'series.actual-size': (engine) => engine.actualSize(),
  'series.true-size': (engine) => engine.trueSize(),
  'series.mirror': (engine) => engine.mirror(),
  'series.invert': (engine) => engine.invert(),
  'series.region-window': (engine) => engine.windowOnSelection(),
  'series.overlays': (engine) => engine.toggleOverlays(),
  'series.shutter': (engine) => engine.toggleShutter(),
  'series.magnifier': (engine) => engine.toggleMagnifier(),
  fit: (engine) => engine.fit(),
  'zoom-in': (engine) => engine.zoomBy(1.25),
  'zoom-out': (engine) => engine.zoomBy(0.8),
  'turn-left': (engine) => engine.rotate(-90),
  'turn-right': (engine) => engine.rotate(90),
};

/** What hands do in a radiology viewport beside the keys that can be chosen, for the list that `?` shows. */
export const FRAME_KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['↑ ↓', 'Previous, next image'],
  ['1 – 9', 'Window presets'],
  ['[ ]', 'With a brush in hand: its size'],
  ['Shift', 'Show the point under the pointer in the others'],
  ['Shift + arrows', 'To the next viewport'],
  ['Space + drag', 'Move the image'],
];

/** Does what the key means in a radiology viewport; false when it means nothing here. */
export function pressFrameKey(engine: FrameEngine, event: Key, chosen: Shortcuts | undefined): boolean {
  if (!isPlainKey(event)) return false;
  const { key, shiftKey } = event;
  // With Shift the arrows lead to the other viewports.
  if (shiftKey && key.startsWith('Arrow')) return false;
  const choice = /^[1-9]$/.test(key) ? engine.windowChoices().find((one) => one.key === key) : undefined;
  if (choice !== undefined) {
    engine.chooseWindow(choice);
    return true;
  }
  const id = actionOfKey('series', key, chosen);
  const action = ARROWS[key] ?? (id === null ? undefined : ACTIONS[id]);
  action?.(engine);
  return action !== undefined;
}
