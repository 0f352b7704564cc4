import { describe, expect, it } from 'vitest';
import type { SlideId } from '#shared/ids.ts';
import { type Place, readPlace, writePlace } from './view-address.ts';

const PLACE: Place = {
  target: { kind: 'slide', slideId: '0b7cbb1e-7a1f-4f57-9f0e-0d8e9a5d1c11' as SlideId },
  view: { kind: 'slide', visible: { x: -12.346, y: 20, width: 1200.5, height: 800 }, rotation: 90 },
};

describe('the view in the address', () => {
  it('comes back as it was, to a hundredth of a pixel', () => {
    const read = readPlace(writePlace(PLACE));
    expect(read).toEqual({ ...PLACE, view: { ...PLACE.view, visible: { ...PLACE.view.visible, x: -12.35 } } });
  });

  it('needs no escaping', () => {
    expect(encodeURIComponent(writePlace(PLACE))).toBe(writePlace(PLACE));
  });

  it.each([
    ['nothing', null],
    ['no base 64', '%%%'],
    ['no JSON', btoa('hello')],
    ['another shape', btoa(JSON.stringify({ target: PLACE.target }))],
    ['an impossible view', btoa(JSON.stringify({ ...PLACE, view: { ...PLACE.view, rotation: 400 } }))],
    ['an endless text', 'a'.repeat(4001)],
  ])('is ignored when it is %s', (_what, text) => {
    expect(readPlace(text)).toBeNull();
  });
});
