import { notifications } from '@mantine/notifications';
import { type Dispatch, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SetURLSearchParams } from 'react-router';
import type { Target } from '#shared/annotation/annotation.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import type { PaneEngine } from './image-pane.tsx';
import { itemKey, itemOfTarget, type PaneItem } from './pane-item.ts';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import { createShownImages, type ShownImages } from './shown-images.ts';
import { type Place, readPlace, writePlace } from './view-address.ts';

/** The address follows the view this long after it came to rest. */
const ADDRESS_AFTER_MS = 600;

export interface Panes {
  /** The items of the open viewports, left to right. */
  readonly items: readonly PaneItem[];
  /** Opens the image of a target where it is open already, else in the active viewport, and restores the view. */
  show(target: Target, view: ViewState): void;
  cancelDrawing(): boolean;
  /** What is on the screen, and what its pixels say. */
  readonly images: ShownImages;
  takeEngine(key: string, engine: PaneEngine | null): void;
  takeStatus(key: string, status: EngineStatus): void;
}

interface PanesOptions {
  readonly items: readonly PaneItem[];
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly search: URLSearchParams;
  readonly setSearch: SetURLSearchParams;
}

/** Holds the engines of the open viewports, shows places in them and keeps the address at the view. */
export function usePanes({ items, state, dispatch, search, setSearch }: PanesOptions): Panes {
  const engines = useRef(new Map<string, PaneEngine>());
  const waiting = useRef(new Map<string, Place>());
  const [images] = useState(createShownImages);
  const started = useRef(false);
  const timer = useRef(0);
  const activeKey = state.open[state.active];
  const active = useRef(activeKey);
  active.current = activeKey;

  if (!started.current) {
    started.current = true;
    const place = readPlace(search.get('view'));
    const item = place === null ? undefined : itemOfTarget(items, place.target);
    if (place !== null && item !== undefined) waiting.current.set(itemKey(item), place);
  }
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const restore = useCallback((key: string, place: Place) => {
    const engine = engines.current.get(key);
    if (engine === undefined) {
      waiting.current.set(key, place);
      return;
    }
    engine.show(place.target, place.view).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : 'This view cannot be shown.';
      notifications.show({ color: 'yellow', message });
    });
  }, []);

  return useMemo(
    () => ({
      items: state.open.flatMap((key) => items.find((item) => itemKey(item) === key) ?? []),
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
      takeEngine(key, engine) {
        images.takeEngine(key, engine);
        if (engine === null) {
          engines.current.delete(key);
          return;
        }
        engines.current.set(key, engine);
        const place = waiting.current.get(key);
        waiting.current.delete(key);
        if (place !== undefined) restore(key, place);
      },
      takeStatus(key, status) {
        images.takeStatus(key, status);
        const { target, view, phase } = status;
        if (key !== active.current || phase !== 'shown' || target === null || view === null) return;
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
    [items, state.open, dispatch, restore, setSearch, images],
  );
}
