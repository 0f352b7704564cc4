import { describe, expect, it } from 'vitest';
import { redoAcross, undoAcross } from './undo-across.ts';

function store(past: number[], future: number[] = []) {
  return {
    past,
    future,
    undoAt: () => past.at(-1) ?? null,
    redoAt: () => future.at(-1) ?? null,
    undo() {
      const at = past.pop();
      if (at !== undefined) future.push(at);
      return at !== undefined;
    },
    redo() {
      const at = future.pop();
      if (at !== undefined) past.push(at);
      return at !== undefined;
    },
  };
}

describe('undo across several stores', () => {
  it('takes back the newest change, whichever store made it, and makes them again in the old order', () => {
    const a = store([1, 4]);
    const b = store([2, 3]);
    const order: string[] = [];
    while (undoAcross([a, b])) order.push(`${a.past} | ${b.past}`);
    expect(order).toEqual(['1 | 2,3', '1 | 2', '1 | ', ' | ']);
    while (redoAcross([a, b]));
    expect([a.past, b.past]).toEqual([
      [1, 4],
      [2, 3],
    ]);
  });

  it('says when there is nothing', () => {
    expect(undoAcross([store([]), store([])])).toBe(false);
    expect(redoAcross([])).toBe(false);
  });
});
