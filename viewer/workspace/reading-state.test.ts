import { describe, expect, it } from 'vitest';
import { initialReading, type ReadingEvent, type ReadingState, reading } from './reading-state.ts';

const start = initialReading(['series.1'], true, 'findings');
const led = (state: ReadingState, ...events: ReadingEvent[]) => events.reduce(reading, state);

describe('what the reading page remembers', () => {
  it('opens an item in the active viewport, and goes to it when it is open already', () => {
    const two = led(start, { type: 'open-beside', key: 'slide.1' });
    expect(two.open).toEqual(['series.1', 'slide.1']);
    expect(two.active).toBe(1);
    expect(led(two, { type: 'open', key: 'slide.2' }).open).toEqual(['series.1', 'slide.2']);
    expect(led(two, { type: 'open', key: 'series.1' })).toMatchObject({ open: ['series.1', 'slide.1'], active: 0 });
  });

  it('never shows more than two images, nor one of them twice', () => {
    const full = led(start, { type: 'open-beside', key: 'b' }, { type: 'open-beside', key: 'c' });
    expect(full.open).toEqual(['series.1', 'c']);
    expect(led(full, { type: 'open-beside', key: 'c' }).open).toEqual(['series.1', 'c']);
  });

  it('keeps a viewport active that exists after one is closed', () => {
    const closed = led(start, { type: 'open-beside', key: 'b' }, { type: 'close', pane: 0 });
    expect(closed).toMatchObject({ open: ['b'], active: 0 });
    expect(led(closed, { type: 'close', pane: 0 }).open).toEqual([]);
    expect(led(closed, { type: 'close', pane: 0 }, { type: 'open', key: 'x' }).open).toEqual(['x']);
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
