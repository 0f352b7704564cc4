import { describe, expect, test } from 'vitest';
import type { LyingSlide } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import type { SlidePlacement } from '#viewer/engines/openseadragon/slide-placement.ts';
import { createSlideSync } from './slide-sync.ts';

function slide(slideId: string, mpp: number | null, placement: SlidePlacement) {
  const state = { now: placement };
  return {
    state,
    lying: (): LyingSlide => ({ slideId, mpp, placement: state.now }),
    lieAs(next: SlidePlacement) {
      state.now = next;
    },
  };
}
const at = (center: readonly [number, number], scale: number, rotation = 0, flipped = false): SlidePlacement => ({
  ...{ center, scale, rotation, flipped },
});
function pair(
  first: SlidePlacement,
  second: SlidePlacement,
  mpps: readonly [number | null, number | null] = [0.5, 0.25],
) {
  const sync = createSlideSync();
  const [a, b] = [slide('a', mpps[0], first), slide('b', mpps[1], second)];
  sync.takeEngine(0, a);
  sync.takeEngine(1, b);
  sync.lead(0);
  return { sync, a, b };
}
const near = ({ center, scale, rotation, flipped }: SlidePlacement) => ({
  center: center.map((value) => expect.closeTo(value, 4)),
  scale: expect.closeTo(scale, 6),
  rotation: expect.closeTo(rotation, 4),
  flipped,
});

describe('slides side by side', () => {
  test('attached, they show as much tissue and move as many micrometres', () => {
    const { sync, a, b } = pair(at([1000, 1000], 1), at([5000, 3000], 2));
    sync.attach();
    expect(b.state.now).toEqual(near(at([5000, 3000], 0.5)));
    a.state.now = at([1200, 900], 2);
    sync.moved(0);
    // 100 µm to the right and 50 up; four screen pixels a micrometre.
    expect(b.state.now).toEqual(near(at([5400, 2800], 1)));
  });
  test('a turn is a turn of both, also of one that lay turned or flipped before', () => {
    const { sync, a, b } = pair(at([0, 0], 1), at([0, 0], 0.5, 90, true));
    sync.attach();
    a.state.now = at([0, 0], 1, 30);
    sync.moved(0);
    expect(b.state.now).toEqual(near(at([0, 0], 0.5, 120, true)));
    a.state.now = at([100, 0], 1, 0);
    sync.moved(0);
    // To the right on the screen is up on a slide turned clockwise by a quarter.
    const screen = b.state.now;
    expect(screen.center).toEqual([expect.closeTo(0, 4), expect.closeTo(-200, 4)]);
  });
  test('without a scale the zooms keep their ratio', () => {
    const { sync, a, b } = pair(at([0, 0], 1), at([0, 0], 3), [0.5, null]);
    sync.attach();
    a.state.now = at([0, 0], 2);
    sync.moved(0);
    expect(b.state.now.scale).toBeCloseTo(6, 6);
  });
  test('either leads, and detached nobody follows', () => {
    const { sync, a, b } = pair(at([1000, 1000], 1), at([5000, 3000], 0.5));
    sync.attach();
    sync.lead(1);
    b.state.now = at([5400, 2800], 1);
    sync.moved(1);
    expect(a.state.now).toEqual(near(at([1200, 900], 2)));
    sync.detach();
    b.state.now = at([0, 0], 1);
    sync.moved(1);
    expect(a.state.now).toEqual(near(at([1200, 900], 2)));
  });
  test('a registration says what lies where, both ways', () => {
    const { sync, a, b } = pair(at([1000, 1000], 1), at([0, 0], 1));
    sync.attach();
    sync.register('a', 'b', { a: 2, b: 0, c: 0, d: 2, e: 70, f: -30 });
    expect(b.state.now).toEqual(near(at([2070, 1970], 0.5)));
    sync.lead(1);
    b.state.now = at([270, 170], 1, 90);
    sync.moved(1);
    expect(a.state.now).toEqual(near(at([100, 100], 2, 90)));
  });
  test('another slide in a viewport joins as it lies', () => {
    const { sync, a } = pair(at([1000, 1000], 1), at([0, 0], 1));
    sync.attach();
    const c = slide('c', 0.5, at([50, 60], 4));
    sync.takeEngine(1, c);
    sync.moved(1);
    expect(c.state.now).toEqual(near(at([50, 60], 1)));
    a.state.now = at([1010, 1000], 1);
    sync.moved(0);
    expect(c.state.now).toEqual(near(at([60, 60], 1)));
  });
});
