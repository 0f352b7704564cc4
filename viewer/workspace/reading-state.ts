import type { Tool } from '#viewer/engines/image-engine.ts';
import type { PaneItem } from './pane-item.ts';
import { FIRST_TOOL } from './tool-choices.ts';

export const PANEL_TABS = ['findings', 'annotations', 'report', 'questions'] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

/** What the reading page remembers of its own: where things are open, what is in hand. No record lives here. */
export interface ReadingState {
  /** Keys of the items in the viewports, left to right: none, one or two. */
  readonly open: readonly string[];
  readonly active: number;
  readonly tools: Readonly<Record<PaneItem['kind'], Tool>>;
  readonly selectedId: string | null;
  readonly hiddenAuthors: ReadonlySet<string>;
  /** Whose marks stay as they are until they are unlocked. */
  readonly lockedAuthors: ReadonlySet<string>;
  readonly tab: PanelTab;
  readonly trayOpen: boolean;
  readonly panelOpen: boolean;
  /** The finding whose text takes the cursor. */
  readonly focusFindingId: string | null;
}

export type ReadingEvent =
  | { readonly type: 'open'; readonly key: string }
  | { readonly type: 'open-beside'; readonly key: string }
  | { readonly type: 'close'; readonly pane: number }
  | { readonly type: 'activate'; readonly pane: number }
  | { readonly type: 'tool'; readonly kind: PaneItem['kind']; readonly tool: Tool }
  | { readonly type: 'select'; readonly id: string | null }
  | { readonly type: 'author'; readonly id: string }
  | { readonly type: 'lock'; readonly id: string }
  | { readonly type: 'tab'; readonly tab: PanelTab }
  | { readonly type: 'tray'; readonly open: boolean }
  | { readonly type: 'panel'; readonly open: boolean }
  | { readonly type: 'drawn'; readonly id: string }
  | { readonly type: 'finding'; readonly id: string };

/** The state a page begins with. */
export function initialReading(open: readonly string[], wide: boolean, tab: PanelTab): ReadingState {
  return {
    open,
    active: 0,
    tools: FIRST_TOOL,
    selectedId: null,
    hiddenAuthors: new Set(),
    lockedAuthors: new Set(),
    tab,
    trayOpen: wide,
    panelOpen: wide,
    focusFindingId: null,
  };
}

/** The next state. Pure. */
export function reading(state: ReadingState, event: ReadingEvent): ReadingState {
  switch (event.type) {
    case 'open': {
      const place = state.open.indexOf(event.key);
      if (place >= 0) return { ...state, active: place };
      const open = state.open.length === 0 ? [event.key] : state.open.with(state.active, event.key);
      return { ...state, open };
    }
    case 'open-beside': {
      const place = state.open.indexOf(event.key);
      if (place >= 0) return { ...state, active: place };
      const [first] = state.open;
      const open = first === undefined ? [event.key] : [first, event.key];
      return { ...state, open, active: open.length - 1 };
    }
    case 'close': {
      const open = state.open.filter((_, pane) => pane !== event.pane);
      return { ...state, open, active: 0 };
    }
    case 'activate':
      return event.pane === state.active ? state : { ...state, active: event.pane };
    case 'tool':
      return { ...state, tools: { ...state.tools, [event.kind]: event.tool } };
    case 'select':
      return event.id === state.selectedId ? state : { ...state, selectedId: event.id };
    case 'author':
      return { ...state, hiddenAuthors: toggled(state.hiddenAuthors, event.id) };
    case 'lock':
      return { ...state, lockedAuthors: toggled(state.lockedAuthors, event.id) };
    case 'tab':
      return { ...state, tab: event.tab, panelOpen: true, focusFindingId: null };
    case 'tray':
      return { ...state, trayOpen: event.open };
    case 'panel':
      return { ...state, panelOpen: event.open };
    case 'drawn':
      return { ...state, selectedId: event.id, tab: 'annotations' };
    case 'finding':
      return { ...state, tab: 'findings', panelOpen: true, focusFindingId: event.id };
  }
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
