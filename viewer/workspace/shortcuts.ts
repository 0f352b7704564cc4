import type { Tool } from '#viewer/engines/image-engine.ts';
import { AREA_CHOICES, type AreaChoice } from './area-choices.ts';
import { COUNT_KEYS } from './count-keys.ts';
import type { PaneItem } from './pane-item.ts';
import { TOOL_CHOICES, type ToolChoice } from './tool-choices.ts';

/** Something a key stands for. `where` says in which viewports; keys of both kinds stand for one action in both. */
export interface ShortcutAction {
  readonly id: string;
  readonly name: string;
  readonly where: PaneItem['kind'] | 'both';
  /** The keys it comes with, as KeyboardEvent.key names them, letters in upper case. */
  readonly keys: readonly string[];
}

/** Keys the reader chose, by action; null for none. What is absent is as it comes. */
export type Shortcuts = Readonly<Record<string, string | null>>;

const SERIES: readonly (readonly [id: string, name: string, ...keys: string[]])[] = [
  ['first', 'First image', 'Home'],
  ['last', 'Last image', 'End'],
  ['ten-back', 'Ten images back', 'PageUp'],
  ['ten-on', 'Ten images on', 'PageDown'],
  ['previous', 'Previous image', '['],
  ['next', 'Next image', ']'],
  ['actual-size', 'One image pixel a screen pixel', 'X'],
  ['true-size', 'True size in mm', 'K'],
  ['mirror', 'Mirror', 'H'],
  ['invert', 'Invert', 'I'],
  ['region-window', 'Window from the selected region', 'J'],
  ['overlays', 'Overlays of the file', 'Y'],
  ['shutter', 'Shutter of the file', 'U'],
  ['play', 'Play, pause', "'"],
  ['magnifier', 'Magnifier on, off', '#'],
  ['copy-back', 'Copy the selected annotation to the previous image', '{'],
  ['copy-on', 'Copy the selected annotation to the next image', '}'],
];
const SLIDES: typeof SERIES = [
  ['plane-below', 'Focal plane below', '['],
  ['plane-above', 'Focal plane above', ']'],
  ['colour-profile', 'Colour profile of the slide on, off', 'I'],
  ['flip', 'Exchange left and right', 'X'],
  ['next-field', 'Next field with tissue, row by row', 'PageDown'],
  ['previous-field', 'Previous field with tissue', 'PageUp'],
];
const BOTH: typeof SERIES = [
  ['fit', 'Fit the image', '0', 'F'],
  ['zoom-in', 'Zoom in', '+', '='],
  ['zoom-out', 'Zoom out', '-'],
  ['turn-left', 'Turn left', ','],
  ['turn-right', 'Turn right', '.'],
];

/** A tool that has one key on slices and on slides is one action; with two keys it is two. */
function toolActions(): ShortcutAction[] {
  const [series, slides] = [TOOL_CHOICES.series.flat(), TOOL_CHOICES.slide.flat()];
  const isOne = (one: ToolChoice, others: readonly ToolChoice[]) =>
    others.some(({ tool, key }) => tool === one.tool && key === one.key);
  return [
    ...series.map((one): ShortcutAction => {
      const where = isOne(one, slides) ? 'both' : 'series';
      return { id: `tool.${one.tool}`, name: one.name, where, keys: [one.key] };
    }),
    ...slides
      .filter((one) => !isOne(one, series))
      .map(({ tool, name, key }): ShortcutAction => ({ id: `slide-tool.${tool}`, name, where: 'slide', keys: [key] })),
  ];
}

/** The action of a key that combines areas of a slide. */
export function areaAction({ operation }: Pick<AreaChoice, 'operation'>): string {
  return `slide.area-${operation}`;
}

const AREAS = AREA_CHOICES.map((choice): ShortcutAction => {
  const keys = choice.key === null ? [] : [choice.key];
  return { id: areaAction(choice), name: `${choice.name} (areas)`, where: 'slide', keys };
});

const COUNTS = COUNT_KEYS.map(
  ({ action, key, name }): ShortcutAction => ({ id: action, name, where: 'slide', keys: [key] }),
);

const actionsIn = (where: ShortcutAction['where'], list: typeof SERIES): ShortcutAction[] =>
  list.map(([id, name, ...keys]) => ({ id: where === 'both' ? id : `${where}.${id}`, name, where, keys }));

/** The action that takes a tool in hand in viewports of a kind. */
export function toolAction(kind: PaneItem['kind'], tool: Tool): string {
  const own = `slide-tool.${tool}`;
  return kind === 'slide' && SHORTCUT_ACTIONS.some(({ id }) => id === own) ? own : `tool.${tool}`;
}

export const SHORTCUT_ACTIONS: readonly ShortcutAction[] = [
  ...toolActions(),
  ...actionsIn('both', BOTH),
  ...actionsIn('series', SERIES),
  ...actionsIn('slide', SLIDES),
  ...AREAS,
  ...COUNTS,
];

/** What can be no shortcut, with the reason. */
const TAKEN: readonly (readonly [keys: RegExp, sentence: string])[] = [
  [/^[1-9]$/, '1 to 9 choose windows and magnifications.'],
  [/^Arrow/, 'The arrows move through images and over slides.'],
  [/^(Enter|Escape|Delete|Backspace|Tab| )$/, 'This key ends, gives up or deletes what is being drawn.'],
  [/^\?$/, '? shows the keys.'],
  [
    /^(Shift|Control|Alt|AltGraph|Meta|CapsLock|Dead|Process|F\d+|Unidentified|Fn|ContextMenu)$/,
    'This key cannot be used alone.',
  ],
];

/** The name of a key as shortcuts know it. */
export function keyName(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key;
}

/** The keys of an action now. */
export function keysOf(action: ShortcutAction, chosen: Shortcuts | undefined): readonly string[] {
  const own = chosen?.[action.id];
  if (own === undefined) return action.keys.filter((key) => !isChosenElsewhere(key, action, chosen));
  return own === null ? [] : [own];
}

/** The first key of an action, to be written beside its name; empty without one. */
export function keyText(id: string, chosen: Shortcuts | undefined): string {
  const action = SHORTCUT_ACTIONS.find((one) => one.id === id);
  return (action && keysOf(action, chosen)[0]) ?? '';
}

const meet = (a: ShortcutAction, b: ShortcutAction): boolean =>
  a.where === b.where || a.where === 'both' || b.where === 'both';

/** What the reader chose wins over what a later version comes with. */
function isChosenElsewhere(key: string, action: ShortcutAction, chosen: Shortcuts | undefined): boolean {
  if (chosen === undefined) return false;
  return SHORTCUT_ACTIONS.some((other) => other.id !== action.id && meet(other, action) && chosen[other.id] === key);
}

/** The action of a key in a viewport of this kind; null when it means nothing there. */
export function actionOfKey(kind: PaneItem['kind'], key: string, chosen: Shortcuts | undefined): string | null {
  const wanted = keyName(key);
  const found = SHORTCUT_ACTIONS.find(
    (action) => (action.where === kind || action.where === 'both') && keysOf(action, chosen).includes(wanted),
  );
  return found?.id ?? null;
}

/** The tool of a key in a viewport of this kind. */
export function toolOfKey(kind: PaneItem['kind'], key: string, chosen: Shortcuts | undefined): Tool | null {
  const action = actionOfKey(kind, key, chosen);
  return TOOL_CHOICES[kind].flat().find(({ tool }) => toolAction(kind, tool) === action)?.tool ?? null;
}

/** Why an action cannot have this key, one sentence; null when it can. */
export function refusalOf(id: string, key: string, chosen: Shortcuts | undefined): string | null {
  const wanted = keyName(key);
  const action = SHORTCUT_ACTIONS.find((one) => one.id === id);
  if (action === undefined) return 'There is no such action.';
  const reason = TAKEN.find(([keys]) => keys.test(key))?.[1];
  if (reason !== undefined) return reason;
  const other = SHORTCUT_ACTIONS.find(
    (one) => one.id !== id && meet(one, action) && keysOf(one, chosen).includes(wanted),
  );
  if (other === undefined) return null;
  const where = other.where === 'slide' ? ' on slides' : other.where === 'series' ? ' on slices' : '';
  return `${shownKey(wanted)} already stands for “${other.name}”${where}.`;
}

/** A key as it is written on keyboards. */
export function shownKey(key: string): string {
  return key.replace('PageUp', 'Page ↑').replace('PageDown', 'Page ↓');
}

interface Modifiers {
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  getModifierState?(key: string): boolean;
}

/** A key without Ctrl, Alt or Meta. AltGr, by which some keyboards write brackets, is none of them. */
export function isPlainKey(event: Modifiers): boolean {
  return event.getModifierState?.('AltGraph') === true || !(event.altKey || event.ctrlKey || event.metaKey);
}
