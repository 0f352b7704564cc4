import { expect, it } from 'vitest';
import { CORNER_LINES, CORNERS, cornerLayoutSchema, cornersFor, DEFAULT_CORNERS, withLine } from './corner-texts.ts';

it('moves a line and hides it, and a line stands in one corner only', () => {
  expect(CORNERS.flatMap((corner) => DEFAULT_CORNERS[corner]).sort()).toEqual([...CORNER_LINES].sort());
  const moved = withLine(DEFAULT_CORNERS, 'zoom', 'top-left');
  expect([moved['top-left'], moved['bottom-right']]).toEqual([['zoom'], ['window', 'fidelity']]);
  const hidden = withLine(moved, 'zoom', null);
  expect(CORNERS.flatMap((corner) => hidden[corner])).not.toContain('zoom');
  for (const layout of [moved, hidden]) expect(cornerLayoutSchema.parse(layout)).toEqual(layout);
  expect(cornerLayoutSchema.safeParse({ ...moved, 'bottom-left': ['zoom'] }).success).toBe(false);
  expect(cornersFor({ slices: hidden }, 'MR')).toBe(hidden);
  expect(cornersFor({ slices: hidden }, 'MG')).toBe(DEFAULT_CORNERS);
});
