import { notifications } from '@mantine/notifications';
import { type Dispatch, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SetURLSearchParams } from 'react-router';
import type { Target } from '#shared/annotation/annotation.ts';
import type { Point } from '#shared/annotation/geometry.ts';
import type { Hanging } from '#shared/hanging/hang-images.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import { createHangingHand, type HangingHand } from './hanging-hand.ts';
import type { PaneEngine } from './image-pane.tsx';
import { itemKey, itemOfKey, itemOfTarget, type PaneItem } from './pane-item.ts';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import { createShownImages, type ShownImages } from './shown-images.ts';
import { createSlideSync, type SlideSync } from './slide-sync.ts';
import { type Place, readPlace, writePlace } from './view-address.ts';
import { createViewportSync, type ViewportSync } from './viewport-sync.ts';

/** The address follows the view this long after it came to rest. */
const ADDRESS_AFTER_MS = 600;

export interface Panes {
  /** The items of the viewports, row by row; null is an empty one. */
  readonly items: readonly (PaneItem | null)[];
  /**
   * Opens the image of a target where it is open already, else in the active viewport, and restores the view; without
   * one the image is shown as the viewport shows images now.
   */
  show(target: Target, view: ViewState | null): void;
  cancelDrawing(): boolean;
  /** What is on the screen, and what its pixels say. */
  readonly images: ShownImages;
  takeEngine(pane: number, engine: PaneEngine | null): void;
  takeStatus(pane: number, status: EngineStatus): void;
  readonly sync: ViewportSync;
  readonly hanging: HangingHand;
  /** The place of a slide under the pointer, with what is shown around it; null where the pointer is on no slide. */
  underPointer(pane: number): { readonly target: Target; readonly view: ViewState; readonly at: Point } | null;
  readonly slides: SlideSync;
  /** The opened engine of a viewport. */
  engineOf(pane: number): PaneEngine | undefined;
}

type Wanted = Omit<Place, 'view'> & { readonly view: ViewState | null };

interface PanesOptions {
  readonly items: readonly PaneItem[];
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly search: URLSearchParams;
  readonly setSearch: SetURLSearchParams;
  /** What is hung as the page opens. */
  readonly first: Hanging | null;
}

/** Holds the engines of the open viewports, shows places in them and keeps the address at the view. */
export function usePanes({ items, state, dispatch, search, setSearch, first }: PanesOptions): Panes {
  const engines = useRef(new Map<number, PaneEngine>());
  const statuses = useRef(new Map<number, EngineStatus>());
  /** Places that wait for their item to be opened, by its key. */
  const waiting = useRef(new Map<string, Wanted>());
  const [images] = useState(createShownImages);
  const [sync] = useState(createViewportSync);
  const [hanging] = useState(() => {
    const hand = createHangingHand();
    hand.begin(first);
    return hand;
  });
  const [slides] = useState(createSlideSync);
  useEffect(() => {
    sync.lead(state.grid.active);
    slides.lead(state.grid.active);
  }, [sync, slides, state.grid.active]);
  const started = useRef(false);
  const timer = useRef(0);
  const grid = useRef(state.grid);
  grid.current = state.grid;

  if (!started.current) {
    started.current = true;
    const place = readPlace(search.get('view'));
    const item = place === null ? undefined : itemOfTarget(items, place.target);
    if (place !== null && item !== undefined) waiting.current.set(itemKey(item), place);
  }
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const restore = useCallback((key: string, place: Wanted) => {
    const engine = engines.current.get(grid.current.slots.indexOf(key));
    if (engine === undefined) {
      waiting.current.set(key, place);
      return;
    }
    const view = place.view ?? engine.view();
    if (view === null) return;
    engine.show(place.target, view).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : 'This view cannot be shown.';
      notifications.show({ color: 'yellow', message });
    });
  }, []);

  return useMemo(
    () => ({
      items: state.grid.slots.map((key) => itemOfKey(items, key) ?? null),
      show(target, view) {
        const item = itemOfTarget(items, target);
        if (item === undefined) {
          notifications.show({ color: 'yellow', message: 'The image of this annotation is not in this consultation.' });
          return;
        }
        const key = itemKey(item);
        dispatch({ type: 'open', key });
        restore(key, { target, view });
      },
      cancelDrawing: () => [...engines.current.values()].some((engine) => engine.cancelDrawing()),
      images,
      takeEngine(pane, engine) {
        images.takeEngine(String(pane), engine);
        sync.takeEngine(pane, engine);
        hanging.takeEngine(pane, grid.current.slots[pane] ?? null, engine);
        slides.takeEngine(pane, engine);
        if (engine === null) {
          engines.current.delete(pane);
          return;
        }
        engines.current.set(pane, engine);
        const key = grid.current.slots[pane] ?? null;
        const place = key === null ? undefined : waiting.current.get(key);
        if (key === null || place === undefined || grid.current.slots.indexOf(key) !== pane) return;
        waiting.current.delete(key);
        restore(key, place);
      },
      sync,
      hanging,
      slides,
      engineOf: (pane) => engines.current.get(pane),
      underPointer(pane) {
        const { target, view, slide } = statuses.current.get(pane) ?? {};
        if (target == null || view == null || slide == null || slide.pointer === null) return null;
        // The status tells the pixel; what is marked is its middle.
        return { target, view, at: [slide.pointer[0] + 0.5, slide.pointer[1] + 0.5] };
      },
      takeStatus(pane, status) {
        statuses.current.set(pane, status);
        images.takeStatus(String(pane), status);
        sync.takeStatus(pane, status);
        slides.moved(pane);
        const { target, view, phase } = status;
        if (pane !== grid.current.active || phase !== 'shown' || target === null || view === null) return;
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => {
          setSearch(
            (now) => {
              now.set('view', writePlace({ target, view }));
              now.delete('open');
              return now;
            },
            { replace: true, preventScrollReset: true },
          );
        }, ADDRESS_AFTER_MS);
      },
    }),
    [items, state.grid.slots, dispatch, restore, setSearch, images, sync, hanging, slides],
  );
}
