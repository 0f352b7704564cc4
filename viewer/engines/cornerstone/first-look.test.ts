import { expect, it } from 'vitest';
import { hasFirstLook, levelsToLeave } from './first-look.ts';
import type { FrameDescription } from './frame-description.ts';

it('leaves out as many resolutions as make a small picture, five at most', () => {
  expect(levelsToLeave(512, 512)).toBe(2);
  expect(levelsToLeave(2394, 3062)).toBe(4);
  expect(levelsToLeave(200, 100)).toBe(0);
  expect(levelsToLeave(100_000, 100_000)).toBe(5);
});

it('has first looks of grey frames that are worth one', () => {
  const ct = {
    ...{ samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2', bitsAllocated: 16, bitsStored: 12 },
    ...{ signed: false, rows: 512, columns: 512, display: { shutter: null } },
  } as unknown as FrameDescription;
  expect(hasFirstLook(ct)).toBe(true);
  expect(hasFirstLook({ ...ct, rows: 64, columns: 64 })).toBe(false);
  expect(hasFirstLook({ ...ct, samplesPerPixel: 3, photometricInterpretation: 'RGB' })).toBe(false);
  expect(hasFirstLook({ ...ct, bitsAllocated: 32 })).toBe(false);
  expect(hasFirstLook({ ...ct, bitsAllocated: 8, bitsStored: 8, signed: true })).toBe(false);
});
