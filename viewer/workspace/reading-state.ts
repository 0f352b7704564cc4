import type { Tool } from '#viewer/engines/image-engine.ts';
import { type Brush, FIRST_BRUSH } from '#viewer/engines/tools/brush.ts';
import type { PaneItem } from './pane-item.ts';
import { FIRST_TOOL } from './tool-choices.ts';
import {
  activated,
  arranged,
  closed,
  moved,
  opened,
  openedBeside,
  placed,
  toggledAlone,
  type ViewportGrid,
} from './viewport-grid.ts';

export const PANEL_TABS = ['findings', 'annotations', 'segments', 'report', 'questions'] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

/** What the reading page remembers of its own: where things are open, what is in hand. No record lives here. */
export interface ReadingState {
  readonly grid: ViewportGrid;
  readonly tools: Readonly<Record<PaneItem['kind'], Tool>>;
  /** For areas on slides. */
  readonly brush: Brush;
  readonly selectedId: string | null;
  /** Selected beside it, in order; empty while nothing is selected. */
  readonly alsoSelected: ReadonlySet<string>;
  readonly hiddenAuthors: ReadonlySet<string>;
  /** Whose marks stay as they are until they are unlocked. */
  readonly lockedAuthors: ReadonlySet<string>;
  /** Marks have the colours of their classes; else of their authors. */
  readonly colourByClass: boolean;
  /** Keys of the classes whose marks are not shown. */
  readonly hiddenClasses: ReadonlySet<string>;
  readonly tab: PanelTab;
  readonly trayOpen: boolean;
  readonly panelOpen: boolean;
  /** The finding whose text takes the cursor. */
  readonly focusFindingId: string | null;
}

export type ReadingEvent =
  | { readonly type: 'open'; readonly key: string }
  | { readonly type: 'open-beside'; readonly key: string }
  | { readonly type: 'place'; readonly pane: number; readonly key: string }
  | { readonly type: 'close'; readonly pane: number }
  | { readonly type: 'activate'; readonly pane: number }
  /** To the viewport beside, above or below. */
  | { readonly type: 'move'; readonly across: -1 | 0 | 1; readonly down: -1 | 0 | 1 }
  /** `more`: items that may fill what is empty, in their order. */
  | { readonly type: 'arrange'; readonly rows: number; readonly columns: number; readonly more: readonly string[] }
  | { readonly type: 'hang'; readonly grid: ViewportGrid }
  | { readonly type: 'alone'; readonly pane: number }
  | { readonly type: 'tool'; readonly kind: PaneItem['kind']; readonly tool: Tool }
  | { readonly type: 'brush'; readonly brush: Brush }
  | { readonly type: 'select'; readonly id: string | null }
  /** One more beside what is selected, or one less. */
  | { readonly type: 'select-more'; readonly id: string }
  | { readonly type: 'author'; readonly id: string }
  | { readonly type: 'lock'; readonly id: string }
  | { readonly type: 'colour'; readonly byClass: boolean }
  | { readonly type: 'class'; readonly key: string }
  | { readonly type: 'tab'; readonly tab: PanelTab }
  | { readonly type: 'tray'; readonly open: boolean }
  | { readonly type: 'panel'; readonly open: boolean }
  | { readonly type: 'drawn'; readonly id: string }
  | { readonly type: 'finding'; readonly id: string };

/** The state a page begins with. */
export function initialReading(grid: ViewportGrid, wide: boolean, tab: PanelTab): ReadingState {
  return {
    grid,
    tools: FIRST_TOOL,
    brush: FIRST_BRUSH,
    selectedId: null,
    alsoSelected: new Set(),
    hiddenAuthors: new Set(),
    lockedAuthors: new Set(),
    colourByClass: true,
    hiddenClasses: new Set(),
    tab,
    trayOpen: wide,
    panelOpen: wide,
    focusFindingId: null,
  };
}

/** The next state. Pure. */
export function reading(state: ReadingState, event: ReadingEvent): ReadingState {
  switch (event.type) {
    case 'open':
      return { ...state, grid: opened(state.grid, event.key) };
    case 'open-beside':
      return { ...state, grid: openedBeside(state.grid, event.key) };
    case 'place':
      return { ...state, grid: placed(state.grid, event.pane, event.key) };
    case 'close':
      return { ...state, grid: closed(state.grid, event.pane) };
    case 'activate':
      return onGrid(state, activated(state.grid, event.pane));
    case 'move':
      return onGrid(state, moved(state.grid, event.across, event.down));
    case 'arrange':
      return { ...state, grid: arranged(state.grid, event.rows, event.columns, event.more) };
    case 'hang':
      return { ...state, grid: event.grid };
    case 'alone':
      return onGrid(state, toggledAlone(state.grid, event.pane));
    case 'tool':
      return { ...state, tools: { ...state.tools, [event.kind]: event.tool } };
    case 'brush':
      return { ...state, brush: event.brush };
    case 'select':
      return event.id === state.selectedId && state.alsoSelected.size === 0
        ? state
        : { ...state, selectedId: event.id, alsoSelected: new Set() };
    case 'select-more':
      return selectedMore(state, event.id);
    case 'author':
      return { ...state, hiddenAuthors: toggled(state.hiddenAuthors, event.id) };
    case 'lock':
      return { ...state, lockedAuthors: toggled(state.lockedAuthors, event.id) };
    case 'colour':
      return { ...state, colourByClass: event.byClass };
    case 'class':
      return { ...state, hiddenClasses: toggled(state.hiddenClasses, event.key) };
    case 'tab':
      return { ...state, tab: event.tab, panelOpen: true, focusFindingId: null };
    case 'tray':
      return { ...state, trayOpen: event.open };
    case 'panel':
      return { ...state, panelOpen: event.open };
    case 'drawn':
      return { ...state, selectedId: event.id, alsoSelected: new Set(), tab: 'annotations' };
    case 'finding':
      return { ...state, tab: 'findings', panelOpen: true, focusFindingId: event.id };
  }
}

function selectedMore(state: ReadingState, id: string): ReadingState {
  if (state.selectedId === null) return { ...state, selectedId: id };
  if (state.selectedId !== id) return { ...state, alsoSelected: toggled(state.alsoSelected, id) };
  const [next = null, ...rest] = state.alsoSelected;
  return { ...state, selectedId: next, alsoSelected: new Set(rest) };
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

function onGrid(state: ReadingState, grid: ViewportGrid): ReadingState {
  return grid === state.grid ? state : { ...state, grid };
}
