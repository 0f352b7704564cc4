import { describe, expect, it } from 'vitest';
import { actionOfKey, keyText, refusalOf, SHORTCUT_ACTIONS, toolOfKey } from './shortcuts.ts';
import { TOOL_CHOICES } from './tool-choices.ts';

describe('keys', () => {
  it('as they come stand for one thing in each kind of viewport', () => {
    for (const kind of ['series', 'slide'] as const) {
      const keys = SHORTCUT_ACTIONS.filter(({ where }) => where === kind || where === 'both').flatMap(
        (one) => one.keys,
      );
      expect(new Set(keys).size).toBe(keys.length);
      for (const { tool, key } of TOOL_CHOICES[kind].flat()) expect(toolOfKey(kind, key, undefined)).toBe(tool);
    }
    for (const { id, keys } of SHORTCUT_ACTIONS) {
      for (const key of keys) expect(refusalOf(id, key, undefined)).toBeNull();
    }
  });

  it('brackets go through the depth, on slices as on slides; copying needs Shift', () => {
    expect([actionOfKey('series', ']', undefined), actionOfKey('slide', ']', undefined)]).toEqual([
      'series.next',
      'slide.plane-above',
    ]);
    expect(actionOfKey('series', '}', undefined)).toBe('series.copy-on');
  });

  it('the reader chooses win over those that come, and those are free then', () => {
    const chosen = { 'tool.line': 'M', 'tool.pan': null };
    expect([toolOfKey('series', 'm', chosen), toolOfKey('slide', 'm', chosen)]).toEqual(['line', 'line']);
    expect(actionOfKey('series', 'l', chosen)).toBeNull();
    expect([keyText('tool.line', chosen), keyText('tool.pan', chosen)]).toEqual(['M', '']);
    // Even when both would have it: a later version may come with the key the reader chose.
    expect(actionOfKey('series', 'm', { 'tool.line': 'M' })).toBe('tool.line');
    expect(keyText('tool.pan', { 'tool.line': 'M' })).toBe('');
  });

  it.each([
    ['tool.line', 'e', undefined, /E already stands for “Ellipse”/],
    ['tool.line', 'i', undefined, /“Invert” on slices/],
    ['slide.plane-above', 'L', undefined, /“Length”/],
    ['tool.line', 'ArrowUp', undefined, /arrows/],
    ['tool.line', '3', undefined, /1 to 9/],
    ['tool.line', '?', undefined, /shows the keys/],
    ['tool.line', 'Shift', undefined, /alone/],
    ['tool.line', 'l', undefined, null],
    ['series.invert', 'm', { 'tool.pan': null }, null],
    ['slide.plane-above', 'X', undefined, /“Exchange left and right” on slides/],
    ['slide.plane-above', '}', undefined, null],
  ])('%s may have %s: %s %s', (id, key, chosen, sentence) => {
    const refusal = refusalOf(id, key, chosen);
    if (sentence === null) expect(refusal).toBeNull();
    else expect(refusal).toMatch(sentence);
  });
});
