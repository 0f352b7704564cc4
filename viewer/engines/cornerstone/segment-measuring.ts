import type { Measurement } from '#shared/annotation/measurement.ts';
import { countInside } from '#shared/segmentation/mask-runs.ts';
import type { SegmentFrame } from '#shared/segmentation/segment.ts';
import { segmentVolume } from '#shared/segmentation/segment-volume.ts';
import type { FrameStack } from './frame-stack.ts';

/** What the page can say of a segment by itself: its volume. Nothing where part of it lies outside of the stack. */
export function measureSegment(stack: FrameStack, frames: readonly SegmentFrame[]): Measurement[] {
  const counts = new Map<string, number>();
  for (const { sopInstanceUid, frameNumber, runs } of frames) {
    counts.set(`${sopInstanceUid} ${frameNumber}`, countInside(runs, Number.MAX_SAFE_INTEGER) ?? 0);
  }
  const slices = stack.frames.map(({ sopInstanceUid, frameNumber, description }) => ({
    ...description,
    inside: counts.get(`${sopInstanceUid} ${frameNumber}`) ?? 0,
  }));
  if (slices.filter(({ inside }) => inside > 0).length < counts.size) return [];
  const volume = segmentVolume(slices);
  return 'measurement' in volume ? [volume.measurement] : [];
}
