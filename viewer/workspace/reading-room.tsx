import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Annotation } from '#shared/annotation/annotation.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import type { Material } from '#shared/api/material.ts';
import type { Preferences } from '#shared/api/preferences.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { useMe } from '#viewer/api/account.ts';
import { steppedBrush } from '#viewer/engines/tools/brush.ts';
import { isPaintingTool } from '#viewer/engines/tools/drawing-tool.ts';
import type { ConsultationRecords } from '#viewer/state/consultation-records.ts';
import type { MyReportStore } from '#viewer/state/my-report.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { AREA_CHOICES } from './area-choices.ts';
import { copyOn } from './copy-on.ts';
import { COUNT_KEYS } from './count-keys.ts';
import { MaterialTray } from './material-tray.tsx';
import { itemKey, itemOfKey, itemOfTarget, type PaneItem, paneItems } from './pane-item.ts';
import { PaneRow } from './pane-row.tsx';
import { ReadingBar } from './reading-bar.tsx';
import styles from './reading-page.module.css';
import { initialReading, type PanelTab, reading } from './reading-state.ts';
import { ResizablePanel } from './resizable-panel.tsx';
import { nextRadius } from './segment-settings.tsx';
import { actionOfKey, areaAction, isPlainKey, toolOfKey } from './shortcuts.ts';
import { SidePanel } from './side-panel.tsx';
import { isBrush } from './tool-choices.ts';
import { useAreaWork } from './use-area-work.ts';
import { type FirstLayout, firstHanging, hangingOfAddress, keptGrid, useHanging } from './use-hanging.ts';
import { useKeyImages } from './use-key-images.ts';
import { useObjectLayers } from './use-object-layers.ts';
import { usePanes } from './use-panes.ts';
import { useReadingRecords } from './use-reading-records.ts';
import { useSegments } from './use-segments.ts';
import { useSlideAlignment } from './use-slide-alignment.ts';
import { readPlace } from './view-address.ts';
import { openKeys, singleViewport, type ViewportGrid } from './viewport-grid.ts';
import { NO_SYNC, type SyncChoice } from './viewport-sync.ts';

interface ReadingRoomProps {
  readonly consultation: Consultation;
  readonly material: Material;
  /** Null for people who only look. */
  readonly records: ConsultationRecords | null;
  /** One's own part of the answer; null for people who write none. */
  readonly report: MyReportStore | null;
}

const DRAWER = {
  header: styles.drawerHead ?? '',
  content: styles.drawer ?? '',
  body: styles.drawerBody ?? '',
};
const NARROW = '(max-width: 900px)';

const ARROWS: Readonly<Record<string, readonly [across: -1 | 0 | 1, down: -1 | 0 | 1]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * What is open when the page opens: what the address says, else the layout the reader left, else what his discipline asks
 * for, radiology by its hanging protocols.
 */
function firstLayout(
  items: readonly PaneItem[],
  search: URLSearchParams,
  prefersSlides: boolean,
  preferences: Preferences,
  consultationId: string,
): FirstLayout {
  const place = readPlace(search.get('view'));
  const asked = (place && itemOfTarget(items, place.target)) ?? itemOfKey(items, search.get('open'));
  const only = (item: PaneItem | undefined): FirstLayout => ({
    grid: singleViewport(item === undefined ? null : itemKey(item)),
    ...{ linked: NO_SYNC, hanging: null },
  });
  const kept = preferences.layouts?.[consultationId];
  const left = keptGrid(kept, items);
  const stands = (grid: ViewportGrid): ViewportGrid | null => {
    const at = asked === undefined ? grid.active : grid.slots.indexOf(itemKey(asked));
    return at < 0 ? null : { ...grid, active: at };
  };
  // A copied link leads to an image; it stands among others where they were left or hung so.
  const grid = left === null ? null : stands(left);
  if (grid !== null) return { grid, linked: kept?.linked ?? NO_SYNC, hanging: null };
  if (asked !== undefined) {
    const hung = hangingOfAddress(items, search.get('hang'), preferences.hangingProtocols);
    const among = hung === null ? null : stands(hung.grid);
    return hung === null || among === null ? only(asked) : { ...hung, grid: among };
  }
  const preferred = items.find((item) => item.kind === (prefersSlides ? 'slide' : 'series')) ?? items[0];
  if (preferred?.kind !== 'series') return only(preferred);
  return firstHanging(items, preferences.hangingProtocols) ?? only(preferred);
}

/** Who opens the images for the first time wants to know what is asked; later the own work comes first. */
function firstTab({ events, actions }: Consultation): PanelTab {
  return events.includes('read') || !actions.includes('annotation.read') ? 'questions' : 'findings';
}

/** By how many images a copy goes. */
const COPIES: Readonly<Record<string, -1 | 1>> = { 'series.copy-back': -1, 'series.copy-on': 1 };

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input,textarea,select,[contenteditable]') !== null;
}

/** The reading room: wires tray, viewports, tools, panels and the records; holds no image and no record itself. */
export function ReadingRoom({ consultation, material, records, report }: ReadingRoomProps) {
  const me = useMe();
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false }) ?? false;
  const [search, setSearch] = useSearchParams();
  const items = useMemo(() => paneItems(material), [material]);
  const preferences = usePreferences();
  const [first] = useState(() => firstLayout(items, search, me.role === 'pathologist', preferences, consultation.id));
  const [state, dispatch] = useReducer(reading, null, () =>
    initialReading(first.grid, !narrow, firstTab(consultation)),
  );
  const own = useReadingRecords({ consultation, records, report, state, dispatch });
  const areas = useAreaWork({ material, state, dispatch, work: own });
  const layers = useObjectLayers(material);
  const work = useMemo(() => ({ ...own, marks: [...own.marks, ...layers.marks] }), [own, layers.marks]);
  const segments = useSegments(records, work);
  const keyImages = useKeyImages(records, work);
  const shownSegments = useMemo(
    () => ({ ...segments, shown: [...layers.segments, ...segments.shown] }),
    [segments, layers.segments],
  );
  const panes = usePanes({ items, state, dispatch, search, setSearch, first: first.hanging });
  const [linked, setLinked] = useState<SyncChoice>(first.linked);
  const alignment = useSlideAlignment(consultation, material, panes, state.grid.active, me.id);
  useEffect(() => panes.sync.choose(linked), [panes.sync, linked]);
  const hanging = useHanging({
    ...{ consultationId: consultation.id, items, grid: state.grid, linked, setLinked, dispatch },
    ...{ begin: panes.hanging.begin, first: first.hanging, setSearch },
  });
  const activeItem = panes.items[state.grid.active] ?? undefined;

  const show = (annotation: Annotation) => {
    dispatch({ type: 'select', id: annotation.id });
    if (narrow) dispatch({ type: 'panel', open: false });
    panes.show(annotation.target, annotation.view);
  };
  // Side by side on a desk; on a phone tray and panel lie over the image and are opened when wanted.
  useEffect(() => {
    dispatch({ type: 'tray', open: !narrow });
    dispatch({ type: 'panel', open: !narrow });
  }, [narrow]);
  const now = {
    ...{ work, areas, panes, segments, activeItem, active: state.grid.active },
    ...{ tools: state.tools, selectedId: state.selectedId },
    brush: state.brush,
    shortcuts: preferences.shortcuts,
  };
  const latest = useRef(now);
  latest.current = now;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const now = latest.current;
      if (event.defaultPrevented || isTyping(event.target)) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
        event.preventDefault();
        if (event.shiftKey) now.work.redo();
        else now.work.undo();
        return;
      }
      const step = event.shiftKey ? ARROWS[event.key] : undefined;
      if (step !== undefined) {
        event.preventDefault();
        dispatch({ type: 'move', across: step[0], down: step[1] });
        // The keys of the image follow to the viewport that is active then.
        requestAnimationFrame(() => {
          document.querySelector<HTMLElement>('section[data-active] [role="application"]')?.focus();
        });
        return;
      }
      if (!isPlainKey(event) || now.activeItem === undefined) return;
      if (event.key === 'Escape') {
        if (!now.panes.cancelDrawing()) dispatch({ type: 'select', id: null });
        return;
      }
      if ((event.key === ']' || event.key === '[') && isBrush(now.tools[now.activeItem.kind])) {
        now.segments.set({ radius: nextRadius(now.segments.settings.radius, event.key === ']') });
        return;
      }
      const selected = now.work.annotations.find(({ id }) => id === now.selectedId);
      const { kind } = now.activeItem;
      const action = actionOfKey(kind, event.key, now.shortcuts);
      const copies = COPIES[action ?? ''];
      if (copies !== undefined && selected?.target.kind === 'frame' && now.work.canWrite) {
        copyOn(selected, now.panes.images, now.work, copies);
        return;
      }
      const counted = COUNT_KEYS.find((choice) => choice.action === action);
      if (counted !== undefined) {
        const under = now.work.canWrite ? now.panes.underPointer(now.active) : null;
        if (under !== null) {
          const { target, view, at } = under;
          const geometry: Geometry = { kind: 'point', at: [at[0], at[1]] };
          now.work.create({ target, view, geometry, measurements: [] }, '', counted.concept);
        }
        return;
      }
      const operation = AREA_CHOICES.find((choice) => areaAction(choice) === action)?.operation;
      if (operation !== undefined && now.work.canWrite) {
        now.areas.run(operation);
        return;
      }
      const tool = toolOfKey(kind, event.key, now.shortcuts);
      if (tool !== null) dispatch({ type: 'tool', kind, tool });
    };
    // Before the keys of the image, where brackets step through focal planes.
    const onBracket = (event: KeyboardEvent) => {
      const { activeItem, tools, brush } = latest.current;
      if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
      if ((event.key !== '[' && event.key !== ']') || activeItem?.kind !== 'slide' || !isPaintingTool(tools.slide))
        return;
      event.preventDefault();
      event.stopPropagation();
      dispatch({ type: 'brush', brush: steppedBrush(brush, event.key === ']' ? 1 : -1) });
    };
    window.addEventListener('keydown', onBracket, true);
    const onShift = (event: KeyboardEvent) => latest.current.panes.sync.pointing(event.shiftKey);
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keydown', onShift);
    window.addEventListener('keyup', onShift);
    return () => {
      window.removeEventListener('keydown', onBracket, true);
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keydown', onShift);
      window.removeEventListener('keyup', onShift);
    };
  }, []);

  const tray = (
    <MaterialTray
      material={material}
      items={items}
      hanging={hanging}
      openKeys={openKeys(state.grid)}
      consultationId={consultation.id}
      keyImages={keyImages}
      onShowKeyImage={({ target, view }) => {
        panes.show(target, view);
        if (narrow) dispatch({ type: 'tray', open: false });
      }}
      onOpen={(item) => {
        dispatch({ type: 'open', key: itemKey(item) });
        if (narrow) dispatch({ type: 'tray', open: false });
      }}
    />
  );
  const panel = (
    <SidePanel
      consultation={consultation}
      material={material}
      items={items}
      state={state}
      dispatch={dispatch}
      work={work}
      areas={areas}
      report={report}
      images={panes.images}
      layers={layers}
      segments={segments}
      panes={panes}
      onShow={show}
      onShowPlace={panes.show}
      onCopy={(annotation) => copyOn(annotation, panes.images, work)}
    />
  );
  return (
    <div className={styles.room}>
      <ReadingBar
        consultation={consultation}
        items={items}
        state={state}
        dispatch={dispatch}
        activeKind={activeItem?.kind ?? null}
        work={work}
        hanging={hanging}
        linked={linked}
        onLinked={setLinked}
        alignment={alignment}
      />
      <div className={styles.body}>
        {!narrow && state.trayOpen && <aside className={styles.tray}>{tray}</aside>}
        <PaneRow
          consultation={consultation}
          panes={panes}
          state={state}
          dispatch={dispatch}
          work={work}
          areas={areas}
          segments={shownSegments}
          keyImages={keyImages}
          alignment={alignment}
          narrow={narrow}
        />
        {!narrow && state.panelOpen && <ResizablePanel>{panel}</ResizablePanel>}
      </div>
      {narrow && (
        <>
          <Drawer
            opened={state.trayOpen}
            onClose={() => dispatch({ type: 'tray', open: false })}
            title="Material"
            position="left"
            size={260}
            classNames={DRAWER}
          >
            {tray}
          </Drawer>
          <Drawer
            opened={state.panelOpen}
            onClose={() => dispatch({ type: 'panel', open: false })}
            title="Reading"
            position="bottom"
            size="75%"
            classNames={DRAWER}
          >
            {panel}
          </Drawer>
        </>
      )}
    </div>
  );
}
