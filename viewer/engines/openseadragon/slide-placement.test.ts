import { describe, expect, test } from 'vitest';
import { applied, appliedBack } from '#shared/imaging/affine.ts';
import {
  affineOf,
  fitted,
  MAX_SCALE,
  mirrored,
  panned,
  placementOfView,
  type SlidePlacement,
  scaledAbout,
  turned,
  viewOf,
  visibleRectangle,
} from './slide-placement.ts';

const SLIDE = { width: 2220, height: 2967 };
const SCREEN = { width: 1440, height: 900 };
const QUARTERS = [0, 90, 180, 270];
const at = (rotation: number, flipped = false): SlidePlacement => ({
  ...{ center: [700.25, 1300.5], scale: 0.37 },
  ...{ rotation, flipped },
});
/** Every quarter turn, also seen from the other side. */
const WAYS = QUARTERS.flatMap((rotation) => [at(rotation), at(rotation, true)]);

describe('affine', () => {
  test.each([...WAYS, at(33), at(33, true)])('screen and slide are inverse: $rotation°, flipped $flipped', (way) => {
    const affine = affineOf(way, SCREEN);
    const there = applied(affine, [123.5, 456.75]);
    const back = appliedBack(affine, there);
    expect(back[0]).toBeCloseTo(123.5, 9);
    expect(back[1]).toBeCloseTo(456.75, 9);
  });
  test('the centre lies in the middle of the screen', () => {
    const [x, y] = applied(affineOf(at(270), SCREEN), [700.25, 1300.5]);
    expect(x).toBeCloseTo(720, 9);
    expect(y).toBeCloseTo(450, 9);
  });
  test('rotation is clockwise: what was above comes to the right', () => {
    const [x, y] = applied(affineOf({ center: [0, 0], scale: 1, rotation: 90, flipped: false }, SCREEN), [0, -100]);
    expect([x, y]).toEqual([820, 450]);
  });
  test.each([...WAYS, at(33)])('a flip exchanges left and right on the screen: $rotation°, flipped $flipped', (way) => {
    const [x, y] = applied(affineOf(way, SCREEN), [640, 1400]);
    const [flippedX, flippedY] = applied(affineOf(mirrored(way), SCREEN), [640, 1400]);
    expect(flippedX).toBeCloseTo(SCREEN.width - x, 9);
    expect(flippedY).toBeCloseTo(y, 9);
    const twice = mirrored(mirrored(way));
    expect(twice).toEqual(way);
  });
  test('quarter turns are exact, without a trace of the other axis', () => {
    const { a, d } = affineOf(at(90), SCREEN);
    expect([Math.abs(a), Math.abs(d)]).toEqual([0, 0]);
  });
});

describe('views', () => {
  test.each(WAYS)('a view shown again is the same placement: $rotation°, flipped $flipped', (way) => {
    const shown = placementOfView(viewOf(way, SCREEN), SCREEN);
    expect(shown.scale).toBeCloseTo(0.37, 12);
    expect(shown.center[0]).toBeCloseTo(700.25, 9);
    expect(shown.center[1]).toBeCloseTo(1300.5, 9);
    expect([shown.rotation, shown.flipped]).toEqual([way.rotation, way.flipped]);
  });
  test.each(QUARTERS)('a screen of another shape shows at least the visible part at %i degrees', (rotation) => {
    const view = viewOf(at(rotation), SCREEN);
    const phone = { width: 390, height: 844 };
    const seen = visibleRectangle(placementOfView(view, phone), phone);
    expect(seen.x).toBeLessThanOrEqual(view.visible.x + 1e-9);
    expect(seen.y).toBeLessThanOrEqual(view.visible.y + 1e-9);
    expect(seen.x + seen.width).toBeGreaterThanOrEqual(view.visible.x + view.visible.width - 1e-9);
    expect(seen.y + seen.height).toBeGreaterThanOrEqual(view.visible.y + view.visible.height - 1e-9);
  });
  test('the visible part of a slide on its side has its sides exchanged', () => {
    const { width, height } = visibleRectangle({ center: [0, 0], scale: 2, rotation: 90, flipped: false }, SCREEN);
    expect([width, height]).toEqual([450, 720]);
  });
});

describe('moving', () => {
  test('fitting shows the whole slide and nothing larger than eight pixels', () => {
    expect(fitted(SLIDE, SCREEN).scale).toBeCloseTo(900 / 2967, 12);
    expect(fitted(SLIDE, SCREEN, { rotation: 90, flipped: false }).scale).toBeCloseTo(900 / 2220, 12);
    expect(fitted({ width: 10, height: 10 }, SCREEN).scale).toBe(MAX_SCALE);
  });
  test.each(WAYS)('a pan moves what is under the hand with it: $rotation°, flipped $flipped', (way) => {
    const grabbed = appliedBack(affineOf(way, SCREEN), [600, 300]);
    const [x, y] = applied(affineOf(panned(way, SLIDE, 35, -20), SCREEN), grabbed);
    expect(x).toBeCloseTo(635, 9);
    expect(y).toBeCloseTo(280, 9);
  });
  test('the slide cannot be pushed off the screen', () => {
    expect(panned(at(0), SLIDE, 1e6, 1e6).center).toEqual([0, 0]);
    expect(panned(at(0), SLIDE, -1e6, -1e6).center).toEqual([2220, 2967]);
  });
  test.each([...WAYS, at(33, true)])('zooming keeps what is under the pointer: $rotation°, flipped $flipped', (way) => {
    const before = appliedBack(affineOf(way, SCREEN), [800, 400]);
    const zoomed = scaledAbout(way, SLIDE, SCREEN, 1.9, [800, 400]);
    const after = appliedBack(affineOf(zoomed, SCREEN), [800, 400]);
    expect(after[0]).toBeCloseTo(before[0], 8);
    expect(after[1]).toBeCloseTo(before[1], 8);
  });
  test('zooming ends at half of the whole slide and at eight pixels', () => {
    const middle = [720, 450] as const;
    expect(scaledAbout(at(0), SLIDE, SCREEN, 1e9, middle).scale).toBe(MAX_SCALE);
    expect(scaledAbout(at(0), SLIDE, SCREEN, 1e-9, middle).scale).toBeCloseTo(450 / 2967, 12);
  });
  test('turning goes round', () => {
    expect(turned(at(270), 90).rotation).toBe(0);
    expect(turned(at(0), -90).rotation).toBe(270);
  });
});
