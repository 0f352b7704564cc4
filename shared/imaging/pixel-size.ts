import type { SlideDescription } from './pyramid.ts';
import type { PixelSizeVerdict } from './quality-card.ts';

/** µm per px × objective power: 10 for a camera of 10 µm pixels; scanners in use lie between these. */
const LEAST_PRODUCT = 3.5;
const MOST_PRODUCT = 16;
/** Without an objective: the finest and the coarsest that slides are scanned at. */
const LEAST_MPP = 0.04;
const MOST_MPP = 20;
/** Pixels of scanners are square. */
const MOST_STRETCH = 1.02;

/** Whether the pixel size a file states can be: against other statements in it, its objective, and what scanners do. */
export function judgePixelSize(
  slide: Pick<SlideDescription, 'mppX' | 'mppY' | 'objectivePower' | 'statedMpps' | 'mppsDisagree'>,
): PixelSizeVerdict {
  const { mppX, mppY, objectivePower, statedMpps } = slide;
  if (mppX === null || mppY === null) {
    return { verdict: 'unknown', sentence: 'The file states no pixel size: lengths are in px' };
  }
  if (slide.mppsDisagree) {
    const stated = statedMpps.map(({ x }) => number(x)).join(' and ');
    return { verdict: 'disagree', sentence: `The file states different pixel sizes: ${stated} µm` };
  }
  const size = `${number(mppX)} µm per px`;
  if (Math.max(mppX, mppY) / Math.min(mppX, mppY) > MOST_STRETCH) {
    return { verdict: 'implausible', sentence: `Pixels are not square: ${number(mppX)} × ${number(mppY)} µm` };
  }
  if (mppX < LEAST_MPP || mppX > MOST_MPP) {
    return { verdict: 'implausible', sentence: `${size} is no resolution of a slide scanner` };
  }
  if (objectivePower !== null) {
    const product = mppX * objectivePower;
    if (product < LEAST_PRODUCT || product > MOST_PRODUCT) {
      return { verdict: 'implausible', sentence: `${size} does not fit the objective of ${objectivePower}×` };
    }
    return { verdict: 'plausible', sentence: `${size}, as expected of ${objectivePower}×` };
  }
  return { verdict: 'plausible', sentence: `${size}, objective not stated` };
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}
