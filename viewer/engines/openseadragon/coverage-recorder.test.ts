import { describe, expect, test } from 'vitest';
import { nothingSeen } from '#shared/imaging/slide-coverage.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import { createCoverageRecorder } from './coverage-recorder.ts';

/** Cells of 10 px, 256 × 128. */
const SLIDE = { width: 2560, height: 1280 };
const SCREEN = { width: 800, height: 400 };
const view = (x: number, y: number, change: Partial<SlideView> = {}): SlideView => ({
  kind: 'slide',
  visible: { x, y, width: 800, height: 400 },
  rotation: 0,
  ...change,
});
const cellsSeen = (seen: Uint8Array, bit: number): number => seen.filter((bits) => (bits & bit) !== 0).length;

describe('what a reader has seen', () => {
  test('counts after the third sample, and only cells that are wholly on the screen', () => {
    const recorder = createCoverageRecorder(SLIDE, nothingSeen(SLIDE));
    expect(recorder.sample(view(105, 0), SCREEN, 10)).toBe(false);
    expect(recorder.sample(view(105, 0), SCREEN, 10)).toBe(false);
    expect(recorder.sample(view(105, 0), SCREEN, 10)).toBe(true);
    const { seen } = recorder.coverage();
    expect(cellsSeen(seen, 2)).toBe(79 * 40);
    expect([seen[10], seen[11], seen[89], seen[90]]).toEqual([0, 3, 3, 0]);
    expect(recorder.sample(view(105, 0), SCREEN, 10)).toBe(false);
  });
  test('samples with breaks add up; a look at low magnification is none at a high one', () => {
    const recorder = createCoverageRecorder(SLIDE, nothingSeen(SLIDE));
    for (let at = 0; at < 3; at++) {
      recorder.sample(view(0, 0), SCREEN, 20);
      recorder.sample(view(1700, 800), SCREEN, 2.5);
    }
    recorder.sample(view(800, 400), SCREEN, 1);
    const { seen } = recorder.coverage();
    expect(cellsSeen(seen, 4)).toBe(80 * 40);
    expect(cellsSeen(seen, 1)).toBe(2 * 80 * 40);
  });
  test.each([
    [{ visible: { x: 100, y: 0, width: 400, height: 800 }, rotation: 90 }, 40 * 80],
    [{ flipped: true }, 80 * 40],
    // What an upright square inside the turned screen holds, and no corner of the box around it.
    [{ visible: { x: 400, y: 400, width: 800, height: 400 }, rotation: 45 }, null],
  ] as const)('holds for turned and flipped views: %o', (change, expected) => {
    const recorder = createCoverageRecorder(SLIDE, nothingSeen(SLIDE));
    for (let at = 0; at < 3; at++) recorder.sample(view(0, 0, change), SCREEN, 10);
    const count = cellsSeen(recorder.coverage().seen, 1);
    if (expected === null) {
      expect(count).toBeGreaterThan(0.9 * 80 * 40);
      expect(count).toBeLessThan(80 * 40);
    } else expect(count).toBe(expected);
  });
  test('what was seen before and elsewhere stays', () => {
    const before = nothingSeen(SLIDE);
    before.seen[5] = 7;
    const recorder = createCoverageRecorder(SLIDE, before);
    const elsewhere = nothingSeen(SLIDE);
    elsewhere.seen[6] = 1;
    recorder.merge(elsewhere);
    expect([...recorder.coverage().seen.subarray(4, 8)]).toEqual([0, 7, 1, 0]);
  });
});
