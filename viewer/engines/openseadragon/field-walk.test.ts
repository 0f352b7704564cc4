import { describe, expect, test } from 'vitest';
import type { Point } from '#shared/annotation/geometry.ts';
import { nextField } from './field-walk.ts';

const SLIDE = { width: 1000, height: 600 };
const VIEW = { width: 250, height: 250 };
const anywhere = (): boolean => true;
const around = ([x, y]: Point) => ({ x: x - VIEW.width / 2, y: y - VIEW.height / 2, ...VIEW });

function walk(from: Point, step: 1 | -1, hasTissue: Parameters<typeof nextField>[3] = anywhere): Point[] {
  const places: Point[] = [from];
  for (let at: Point | null = from; ; ) {
    at = nextField(SLIDE, around(at), step, hasTissue);
    if (at === null) return places;
    places.push(at);
  }
}

describe('walking field by field', () => {
  test('goes there and back, and every place of the slide is in one of the fields', () => {
    const places = walk([100, 100], 1);
    expect(places).toHaveLength(15);
    expect(places.slice(0, 7).map(([x]) => x)).toEqual([100, 300, 500, 700, 900, 900, 700]);
    for (let x = 0; x <= SLIDE.width; x += 10) {
      for (let y = 0; y <= SLIDE.height; y += 10) {
        const isSeen = places.some(
          ([cx, cy]) => Math.abs(cx - x) <= VIEW.width / 2 && Math.abs(cy - y) <= VIEW.height / 2,
        );
        expect(isSeen, `${x}, ${y}`).toBe(true);
      }
    }
  });
  test('backwards is the same way', () => {
    const places = walk([100, 100], 1);
    const last = places.at(-1);
    if (last === undefined) throw new Error('no way');
    expect(walk(last, -1)).toEqual(places.toReversed());
  });
  test('fields without tissue are passed over', () => {
    const right = walk([100, 100], 1, ({ x }) => x >= 800);
    expect(right.slice(1)).toEqual([
      [900, 100],
      [900, 300],
      [900, 500],
    ]);
  });
  test('a view larger than the slide has nowhere to go', () => {
    expect(nextField(SLIDE, { x: -500, y: -500, width: 2000, height: 2000 }, 1, anywhere)).toBeNull();
  });
});
