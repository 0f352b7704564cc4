import { hasTissueIn, type TissueMask } from '#shared/imaging/tissue-mask.ts';
import { nextField } from '#viewer/engines/openseadragon/field-walk.ts';
import { magnificationPresets } from '#viewer/engines/openseadragon/magnification.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import type { Size } from '#viewer/engines/openseadragon/slide-placement.ts';
import { steppedPlane } from './plane-choices.ts';
import { actionOfKey, isPlainKey, type Shortcuts } from './shortcuts.ts';

interface Key {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  getModifierState?(key: string): boolean;
}

const QUARTER = 0.25;
const ZOOM_STEP = 1.5;

/** Keys of every keyboard, which are not chosen. */
const ARROWS: Readonly<Record<string, (engine: SlideEngine) => void>> = {
  ArrowRight: (engine) => engine.moveField(QUARTER, 0),
  ArrowLeft: (engine) => engine.moveField(-QUARTER, 0),
  ArrowDown: (engine) => engine.moveField(0, QUARTER),
  ArrowUp: (engine) => engine.moveField(0, -QUARTER),
};
const WALKS: Readonly<Record<string, 1 | -1>> = { 'slide.next-field': 1, 'slide.previous-field': -1 };

const ACTIONS: Readonly<Record<string, (engine: SlideEngine) => void>> = {
  'zoom-in': (engine) => engine.zoomBy(ZOOM_STEP),
  'zoom-out': (engine) => engine.zoomBy(1 / ZOOM_STEP),
  fit: (engine) => engine.fit(),
  'turn-left': (engine) => engine.rotate(-90),
  'turn-right': (engine) => engine.rotate(90),
  'slide.flip': (engine) => engine.flip(),
};
const PLANE_STEPS: Readonly<Record<string, -1 | 1>> = { 'slide.plane-below': -1, 'slide.plane-above': 1 };

/** What hands do in a pathology viewport beside the keys that can be chosen, for the list that `?` shows. */
export const SLIDE_KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['← → ↑ ↓', 'Move by a quarter of the field'],
  ['1 – 6', 'Magnification 1.25× to 40×'],
  ['Space + drag', 'Move the slide with any tool'],
];

/** Does what the key means in a pathology viewport; false when it means nothing here. */
export function pressSlideKey(
  engine: SlideEngine,
  slide: Parameters<typeof magnificationPresets>[0] & Parameters<typeof steppedPlane>[0] & Size,
  tissue: TissueMask | null,
  event: Key,
  chosen: Shortcuts | undefined,
): boolean {
  if (!isPlainKey(event)) return false;
  const { key } = event;
  const preset = /^[1-6]$/.test(key) ? magnificationPresets(slide)[Number(key) - 1] : undefined;
  if (preset !== undefined) {
    engine.zoomTo(preset.scale);
    return true;
  }
  const id = actionOfKey('slide', key, chosen) ?? '';
  const step = PLANE_STEPS[id];
  if (slide.focalPlanes.length > 1 && step !== undefined) {
    engine.setPlanes(steppedPlane(slide, engine.planes(), step));
    return true;
  }
  const walk = WALKS[id];
  if (walk !== undefined) {
    const view = engine.view();
    if (view?.kind !== 'slide') return false;
    const place = nextField(slide, view.visible, walk, (field) => tissue === null || hasTissueIn(tissue, slide, field));
    if (place !== null) engine.centerOn(place);
    return true;
  }
  const action = ARROWS[key] ?? ACTIONS[id];
  action?.(engine);
  return action !== undefined;
}
