import type { Hanging } from '#shared/hanging/hang-images.ts';
import type { ViewportRule } from '#shared/hanging/hanging-protocol.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';

/** The part of an engine that a protocol moves; engines of slides lack it. */
export type HungEngine = Partial<
  Pick<
    FrameEngine,
    'hang' | 'isHung' | 'wholeAt' | 'windowChoices' | 'chooseWindow' | 'actualSize' | 'trueSize' | 'fit' | 'reset'
  >
>;

/** Shows the images of a protocol as it says, once they are open; later the reader's hand has them. */
export interface HangingHand {
  /** What is to be hung in the viewports; those that are open already are hung at once. Null: nothing any more. */
  begin(hanging: Hanging | null): void;
  /** A viewport has opened what `key` names, or has closed it. */
  takeEngine(pane: number, key: string | null, engine: HungEngine | null): void;
  /** The viewports have another size: images that stand as they were hung are brought to one scale again. */
  resized(): void;
}

export function createHangingHand(): HangingHand {
  const engines = new Map<number, { readonly key: string | null; readonly engine: HungEngine }>();
  let hanging: Hanging | null = null;
  let waiting = new Set<number>();

  const ruleOf = (pane: number): ViewportRule | undefined => hanging?.protocol.viewports[pane];
  /** Viewports of one scale: the coarsest that all of them need, so that every image is whole. */
  function level(): void {
    const alike = [...engines].filter(
      ([pane, { key, engine }]) =>
        ruleOf(pane)?.zoom === 'same-scale' && hanging?.keys[pane] === key && engine.isHung?.() === true,
    );
    const scales = alike.map(([, { engine }]) => engine.wholeAt?.() ?? null);
    const known = scales.filter((mm) => mm !== null);
    // An image without a scale is shown whole: it has nothing in common with the others.
    const mmPerPixel = known.length === 0 ? null : Math.max(...known);
    for (const [at, [pane, { engine }]] of alike.entries()) {
      const edge = ruleOf(pane)?.align ?? 'centre';
      engine.hang?.({ edge, mmPerPixel: scales[at] === null ? null : mmPerPixel });
    }
  }
  function apply(pane: number, engine: HungEngine): void {
    const rule = ruleOf(pane);
    waiting.delete(pane);
    if (rule === undefined) return;
    if (rule.window !== '') {
      const wanted = rule.window.toLowerCase();
      const choice = engine.windowChoices?.().find(({ name }) => name.toLowerCase() === wanted);
      if (choice !== undefined) engine.chooseWindow?.(choice);
    }
    if (rule.zoom === 'actual-size') engine.actualSize?.();
    else if (rule.zoom === 'true-size') engine.trueSize?.();
    else if (rule.zoom === 'same-scale' || rule.align !== 'centre')
      engine.hang?.({ edge: rule.align, mmPerPixel: null });
    if (rule.zoom === 'same-scale') level();
  }

  return {
    begin(next) {
      hanging = next;
      waiting = new Set(next?.keys.keys());
      for (const [pane, { key, engine }] of engines) {
        if (next === null || next.keys[pane] !== key) continue;
        engine.reset?.();
        apply(pane, engine);
      }
    },
    takeEngine(pane, key, engine) {
      if (engine === null) {
        engines.delete(pane);
        return;
      }
      engines.set(pane, { key, engine });
      // Once: what is opened there later, or again, is the reader's choice.
      if (waiting.has(pane) && hanging?.keys[pane] === key) apply(pane, engine);
    },
    resized: level,
  };
}
