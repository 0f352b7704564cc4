import { hasTissueIn, type TissueMask } from '#shared/imaging/tissue-mask.ts';
import { nextField } from '#viewer/engines/openseadragon/field-walk.ts';
import { magnificationPresets } from '#viewer/engines/openseadragon/magnification.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine.ts';
import type { Size } from '#viewer/engines/openseadragon/slide-placement.ts';
import { steppedPlane } from './plane-choices.ts';

interface Key {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

const QUARTER = 0.25;
const ZOOM_STEP = 1.5;

const ACTIONS: Readonly<Record<string, (engine: SlideEngine) => void>> = {
  ArrowRight: (engine) => engine.moveField(QUARTER, 0),
  ArrowLeft: (engine) => engine.moveField(-QUARTER, 0),
  ArrowDown: (engine) => engine.moveField(0, QUARTER),
  ArrowUp: (engine) => engine.moveField(0, -QUARTER),
  '+': (engine) => engine.zoomBy(ZOOM_STEP),
  '=': (engine) => engine.zoomBy(ZOOM_STEP),
  '-': (engine) => engine.zoomBy(1 / ZOOM_STEP),
  '0': (engine) => engine.fit(),
  f: (engine) => engine.fit(),
  '.': (engine) => engine.rotate(90),
  ',': (engine) => engine.rotate(-90),
  x: (engine) => engine.flip(),
};
const WALKS: Readonly<Record<string, 1 | -1>> = { PageDown: 1, PageUp: -1 };

/** The keys of a pathology viewport, for the list that `?` shows. */
export const SLIDE_KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['← → ↑ ↓', 'Move by a quarter of the field'],
  ['1 – 6', 'Magnification 1.25× to 40×'],
  ['+ −', 'Zoom in, out'],
  ['0', 'Whole slide'],
  [', .', 'Turn left, right'],
  ['X', 'Exchange left and right'],
  ['PgDn PgUp', 'Next, previous field with tissue, row by row'],
  ['[ ]', 'Focal plane below, above'],
  ['I', 'Colour profile of the slide on, off'],
  ['Space + drag', 'Move the slide with any tool'],
];

/** Does what the key means in a pathology viewport; false when it means nothing here. */
export function pressSlideKey(
  engine: SlideEngine,
  slide: Parameters<typeof magnificationPresets>[0] & Parameters<typeof steppedPlane>[0] & Size,
  tissue: TissueMask | null,
  { key, altKey, ctrlKey, metaKey }: Key,
): boolean {
  if (altKey || ctrlKey || metaKey) return false;
  const preset = /^[1-6]$/.test(key) ? magnificationPresets(slide)[Number(key) - 1] : undefined;
  if (preset !== undefined) {
    engine.zoomTo(preset.scale);
    return true;
  }
  if (slide.focalPlanes.length > 1 && (key === '[' || key === ']')) {
    engine.setPlanes(steppedPlane(slide, engine.planes(), key === ']' ? 1 : -1));
    return true;
  }
  const step = WALKS[key];
  if (step !== undefined) {
    const view = engine.view();
    if (view?.kind !== 'slide') return false;
    const place = nextField(slide, view.visible, step, (field) => tissue === null || hasTissueIn(tissue, slide, field));
    if (place !== null) engine.centerOn(place);
    return true;
  }
  const action = ACTIONS[key.length === 1 ? key.toLowerCase() : key];
  action?.(engine);
  return action !== undefined;
}
