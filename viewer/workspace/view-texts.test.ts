import { describe, expect, it } from 'vitest';
import type { FrameStatus } from '#viewer/engines/image-engine.ts';
import { viewTexts } from './view-texts.ts';

const frame = {
  ...{ index: 4, count: 12, positionMm: -92, windowCenter: 40, windowWidth: 400, windowName: null, colorMap: null },
  ...{ scaleNote: null, pet: null, fusion: null },
  fidelity: [{ text: 'Lossy 12:1', from: '', level: 'attention' }],
} as unknown as FrameStatus;
const facts = { frame, inverted: true, what: '2 Mar 2026\nCT · Chest', origin: 'consilium.test, 3 Mar 2026' };

describe('viewTexts', () => {
  it('says how the image is shown and that it is not for diagnosis, and names nobody unless asked to', () => {
    expect(viewTexts({ ...facts, who: null })).toEqual([
      '2 Mar 2026 · CT · Chest',
      'Slice 5/12 at −92.0 mm · W 400 L 40 · Inverted · Lossy 12:1',
      'Not for primary diagnosis · consilium.test, 3 Mar 2026',
    ]);
    expect(viewTexts({ ...facts, who: 'T.T.\n4711' })[0]).toBe('T.T. · 4711');
  });

  it('rule 2: gives the window in what values are read as, and names what lies over the image with its unit', () => {
    const pet = { kind: 'bw', factor: 0.01, choices: [] } as const;
    const over = { name: 'PT · FDG', colors: 'hot-iron', opacity: 0.6, factor: 0.001, unit: 'g/ml SUVbw' } as const;
    const fusion = { ...over, window: { center: 3500, width: 7000 }, windows: [] };
    const [, how, laid] = viewTexts({ ...facts, who: null, frame: { ...frame, pet, fusion } });
    expect(how).toContain('W 4 L 0.4 SUVbw');
    expect(laid).toBe('Over it PT · FDG: Hot iron 0 to 7 g/ml SUVbw, 60 %');
  });
});
