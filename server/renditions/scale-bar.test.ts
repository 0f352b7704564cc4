import { describe, expect, it } from 'vitest';
import type { Calibration } from '#shared/imaging/calibration.ts';
import { scaleBar } from './scale-bar.ts';

const ct: Calibration = { kind: 'mm-per-pixel', rowMm: 0.78125, columnMm: 0.78125, source: 'PixelSpacing' };
const slide: Calibration = { kind: 'um-per-pixel', mppX: 0.499, mppY: 0.499, source: 'aperio-description' };

describe('the scale bar of a picture', () => {
  it('is the longest round length that fits, in cm, mm or µm', () => {
    expect(scaleBar(ct, 2, 300)).toEqual({ lengthPx: (100 / 0.78125) * 2, text: '10 cm' });
    expect(scaleBar(ct, 40, 300)?.text).toBe('5 mm');
    expect(scaleBar(slide, 1, 300)).toEqual({ lengthPx: 0.1 / (0.499 / 1000), text: '100 µm' });
    expect(scaleBar(slide, 0.01, 300)?.text).toBe('1 cm');
  });

  it('never grows beyond its room', () => {
    for (const scale of [0.001, 0.01, 0.1, 0.3, 1, 7, 40]) {
      const bar = scaleBar(slide, scale, 300);
      expect(bar?.lengthPx).toBeGreaterThan(300 / 2.6);
      expect(bar?.lengthPx).toBeLessThanOrEqual(300);
    }
  });

  it('rule 2: there is none without a calibration', () => {
    expect(scaleBar({ kind: 'none', reason: 'the file has no spacing' }, 1, 300)).toBeNull();
  });
});
