import { describe, expect, it } from 'vitest';
import { initialReading, type ReadingEvent, type ReadingState, reading } from './reading-state.ts';
import { singleViewport } from './viewport-grid.ts';

const start = initialReading(singleViewport('series.1'), true, 'findings');
const led = (state: ReadingState, ...events: ReadingEvent[]) => events.reduce(reading, state);

describe('what the reading page remembers', () => {
  it('opens, arranges and moves among viewports', () => {
    const two = led(start, { type: 'open-beside', key: 'slide.1' });
    expect(two.grid).toMatchObject({ slots: ['series.1', 'slide.1'], active: 1 });
    const four = led(two, { type: 'arrange', rows: 2, columns: 2, more: ['x'] }, { type: 'move', across: -1, down: 0 });
    expect(four.grid).toMatchObject({ slots: ['series.1', 'slide.1', 'x', null], active: 0 });
    expect(led(four, { type: 'place', pane: 3, key: 'y' }, { type: 'alone', pane: 3 }).grid).toMatchObject({
      slots: ['series.1', 'slide.1', 'x', 'y'],
      active: 3,
      alone: true,
    });
    expect(led(two, { type: 'close', pane: 0 }).grid.slots).toEqual(['slide.1']);
  });

  it('keeps a tool for each kind of image', () => {
    const drawing = led(start, { type: 'tool', kind: 'slide', tool: 'polygon' });
    expect(drawing.tools).toEqual({ series: 'window', slide: 'polygon' });
  });

  it('hides an author and shows him again without touching the earlier state', () => {
    const hidden = led(start, { type: 'author', id: 'u1' });
    expect([...hidden.hiddenAuthors]).toEqual(['u1']);
    expect(start.hiddenAuthors.size).toBe(0);
    expect(led(hidden, { type: 'author', id: 'u1' }).hiddenAuthors.size).toBe(0);
  });

  it('selects what was drawn, and a new finding takes the cursor until another tab is opened', () => {
    expect(led(start, { type: 'drawn', id: 'a1' })).toMatchObject({ selectedId: 'a1', tab: 'annotations' });
    const finding = led(start, { type: 'panel', open: false }, { type: 'finding', id: 'f1' });
    expect(finding).toMatchObject({ tab: 'findings', panelOpen: true, focusFindingId: 'f1' });
    expect(led(finding, { type: 'tab', tab: 'report' }).focusFindingId).toBeNull();
  });

  it('is the same object when nothing changes', () => {
    expect(led(start, { type: 'activate', pane: 0 })).toBe(start);
    expect(led(start, { type: 'select', id: null })).toBe(start);
  });
});
