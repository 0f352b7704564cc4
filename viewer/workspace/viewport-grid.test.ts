import { describe, expect, it } from 'vitest';
import {
  activeKey,
  arranged,
  closed,
  moved,
  opened,
  openedBeside,
  openKeys,
  placed,
  singleViewport,
  toggledAlone,
  type ViewportGrid,
} from './viewport-grid.ts';

const one = singleViewport('a');
const four: ViewportGrid = { rows: 2, columns: 2, slots: ['a', 'b', 'c', null], active: 1, alone: false };

describe('the grid of viewports', () => {
  it('opens an item in the active viewport, and goes to it when it is open already', () => {
    expect(opened(four, 'x').slots).toEqual(['a', 'x', 'c', null]);
    expect(opened(four, 'c')).toMatchObject({ slots: four.slots, active: 2 });
  });

  it('opens beside: in an empty viewport, in a second column, else in the last', () => {
    expect(openedBeside(four, 'x')).toMatchObject({ slots: ['a', 'b', 'c', 'x'], active: 3 });
    expect(openedBeside(one, 'b')).toMatchObject({ rows: 1, columns: 2, slots: ['a', 'b'], active: 1 });
    expect(openedBeside(openedBeside(one, 'b'), 'c').slots).toEqual(['a', 'c']);
    expect(openedBeside(openedBeside(one, 'b'), 'a')).toMatchObject({ slots: ['a', 'b'], active: 0 });
    expect(openedBeside(singleViewport(null), 'a')).toMatchObject({ columns: 1, slots: ['a'] });
  });

  it('shows an item twice when it is put there', () => {
    expect(placed(four, 3, 'a')).toMatchObject({ slots: ['a', 'b', 'c', 'a'], active: 3 });
    expect(placed(four, 9, 'a')).toBe(four);
  });

  it('gives the page to the last item when the others are closed', () => {
    const two = closed(four, 0);
    expect(two).toMatchObject({ slots: [null, 'b', 'c', null], active: 1 });
    expect(closed(two, 1)).toEqual(singleViewport('c'));
    expect(closed(one, 0)).toEqual(singleViewport(null));
  });

  it('takes another shape without losing the active item, and fills what is empty', () => {
    expect(arranged(one, 2, 2, ['a', 'b', 'c'])).toMatchObject({ slots: ['a', 'b', 'c', null], active: 0 });
    expect(arranged({ ...four, active: 2 }, 1, 2, [])).toMatchObject({ slots: ['a', 'c'], active: 1 });
    expect(arranged({ ...four, active: 2 }, 1, 1, [])).toMatchObject({ slots: ['c'], active: 0 });
    expect(arranged(one, 40, 0, []).slots).toHaveLength(8);
  });

  it('moves the focus to a neighbour and stops at the edges', () => {
    expect(moved(four, -1, 0).active).toBe(0);
    expect(moved(four, 0, 1).active).toBe(3);
    expect(moved(four, 1, 0)).toBe(four);
  });

  it('shows one alone and all again', () => {
    const alone = toggledAlone(four, 2);
    expect(alone).toMatchObject({ active: 2, alone: true });
    expect(toggledAlone(alone, 2).alone).toBe(false);
    expect(toggledAlone(one, 0)).toBe(one);
  });

  it('names what is open, the active one first and each once', () => {
    expect(openKeys(placed(four, 3, 'a'))).toEqual(['a', 'b', 'c']);
    expect(activeKey(four)).toBe('b');
    expect(openKeys(singleViewport(null))).toEqual([]);
  });
});
