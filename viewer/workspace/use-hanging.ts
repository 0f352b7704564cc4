import { type Dispatch, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SetURLSearchParams } from 'react-router';
import { BUILT_IN_PROTOCOLS } from '#shared/hanging/built-in-protocols.ts';
import { chooseHanging, type HangableMaterial, type Hanging, hang, isMeantFor } from '#shared/hanging/hang-images.ts';
import type { HangingProtocol } from '#shared/hanging/hanging-protocol.ts';
import type { KeptLayout } from '#shared/hanging/kept-layout.ts';
import { changePreferences, usePreferences } from '#viewer/state/preferences.ts';
import { hangableMaterial, materialAbout } from './hanging-material.ts';
import { itemOfKey, type PaneItem } from './pane-item.ts';
import type { ReadingEvent } from './reading-state.ts';
import type { ViewportGrid } from './viewport-grid.ts';
import { NO_SYNC, type SyncChoice } from './viewport-sync.ts';

/** A layout that was left is remembered this long after it came to rest. */
const KEEP_AFTER_MS = 800;

/** What a page opens with. */
export interface FirstLayout {
  readonly grid: ViewportGrid;
  readonly linked: SyncChoice;
  /** Null when the reader, or the address, says what is open. */
  readonly hanging: Hanging | null;
}

export function gridOf({ protocol, keys }: Hanging): ViewportGrid {
  const { rows, columns } = protocol;
  const active = Math.max(
    0,
    keys.findIndex((key) => key !== null),
  );
  return { rows, columns, slots: keys, active, alone: false };
}

/** What a reader left; null when nothing of it is here any more. */
export function keptGrid(kept: KeptLayout | undefined, items: readonly PaneItem[]): ViewportGrid | null {
  if (kept === undefined) return null;
  const { rows, columns, active } = kept;
  const slots = kept.slots.map((key) => (itemOfKey(items, key) === undefined ? null : key));
  return slots.every((key) => key === null) ? null : { rows, columns, slots, active, alone: false };
}

/** What is hung when a consultation opens, in the order of the reader's protocols. */
export function firstHanging(
  items: readonly PaneItem[],
  protocols: readonly HangingProtocol[] = BUILT_IN_PROTOCOLS,
): FirstLayout | null {
  const material = hangableMaterial(items);
  const hanging = material === null ? null : chooseHanging(protocols, material);
  return hanging === null ? null : { grid: gridOf(hanging), linked: hanging.protocol.linked, hanging };
}

/** What hung when an address was copied; null when this reader has no such protocol. */
export function hangingOfAddress(
  items: readonly PaneItem[],
  id: string | null,
  protocols: readonly HangingProtocol[] = BUILT_IN_PROTOCOLS,
): FirstLayout | null {
  return firstHanging(
    items,
    protocols.filter((protocol) => protocol.id === id),
  );
}

/** Protocols as the page offers and changes them. */
export interface HangingDesk {
  readonly protocols: readonly HangingProtocol[];
  readonly material: HangableMaterial | null;
  /** The protocols that are meant for what is open. */
  readonly meant: readonly HangingProtocol[];
  /** Id of the one that hangs. */
  readonly current: string | null;
  apply(protocol: HangingProtocol): void;
  /** Shows a study beside an earlier one, linked. */
  compare(studyUid: string, priorUid: string): void;
  keep(protocols: readonly HangingProtocol[]): void;
  restoreBuiltIn(): void;
}

interface Options {
  readonly consultationId: string;
  readonly items: readonly PaneItem[];
  readonly grid: ViewportGrid;
  readonly linked: SyncChoice;
  readonly setLinked: (choice: SyncChoice) => void;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly begin: (hanging: Hanging | null) => void;
  readonly first: Hanging | null;
  readonly setSearch: SetURLSearchParams;
}

/** The reader's protocols over the images of a consultation; remembers the layout he leaves. */
export function useHanging(options: Options): HangingDesk {
  const { consultationId, items, grid, linked, setLinked, dispatch, begin, first, setSearch } = options;
  const preferences = usePreferences();
  const protocols = preferences.hangingProtocols ?? BUILT_IN_PROTOCOLS;
  const material = useMemo(() => hangableMaterial(items), [items]);
  const [current, setCurrent] = useState(first?.protocol.id ?? null);
  useKeptLayout(consultationId, grid, linked);
  useEffect(() => {
    setSearch(
      (now) => {
        if (current === null) now.delete('hang');
        else now.set('hang', current);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  }, [current, setSearch]);

  const show = useCallback(
    (hanging: Hanging) => {
      begin(hanging);
      dispatch({ type: 'hang', grid: gridOf(hanging) });
      setLinked(hanging.protocol.linked);
    },
    [begin, dispatch, setLinked],
  );
  return useMemo(
    () => ({
      protocols,
      material,
      meant: material === null ? [] : protocols.filter((protocol) => isMeantFor(protocol, material)),
      current,
      apply(protocol) {
        if (material === null) return;
        setCurrent(protocol.id);
        show(hang(protocol, material));
      },
      compare(studyUid, priorUid) {
        const about = materialAbout(items, studyUid);
        const hanging = compared({ ...about, priorStudyUids: [priorUid] });
        setCurrent(null);
        if (hanging !== null) show(hanging);
      },
      keep: (next) => changePreferences({ hangingProtocols: [...next] }),
      restoreBuiltIn: () => changePreferences({ hangingProtocols: null }),
    }),
    [protocols, material, current, show, items],
  );
}

/** The first of the protocols with a prior that fits two studies, else simply what is alike side by side. */
function compared(material: HangableMaterial): Hanging | null {
  const withPrior = BUILT_IN_PROTOCOLS.filter(({ needsPrior }) => needsPrior);
  const chosen = chooseHanging(withPrior, material);
  if (chosen !== null) return chosen;
  const plain = withPrior.find(({ id }) => id === 'built-in.ct-prior');
  if (plain === undefined) return null;
  const [left, right] = plain.viewports;
  if (left === undefined || right === undefined) return null;
  const any = (rule: typeof left) => ({ ...rule, condition: { ...rule.condition, modalities: [] }, like: null });
  const id = 'compare';
  return hang({ ...plain, id, modalities: [], linked: NO_SYNC, viewports: [any(left), any(right)] }, material);
}

/** Remembers the layout once the reader has changed it; what opened by itself opens by itself again. */
function useKeptLayout(consultationId: string, grid: ViewportGrid, linked: SyncChoice): void {
  const { rows, columns, slots, active } = grid;
  const now = JSON.stringify([rows, columns, slots, linked]);
  const opened = useRef(now);
  const latest = useRef({ rows, columns, slots: [...slots], active, linked });
  latest.current = { rows, columns, slots: [...slots], active, linked };
  useEffect(() => {
    if (now === opened.current) return;
    const timer = window.setTimeout(() => {
      opened.current = now;
      changePreferences({ layouts: { [consultationId]: latest.current } });
    }, KEEP_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [now, consultationId]);
}
