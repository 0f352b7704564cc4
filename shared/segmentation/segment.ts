import * as z from 'zod';
import { measurementSchema } from '#shared/annotation/measurement.ts';
import { consultationIdSchema, personSchema, prose } from '#shared/consultation/consultation.ts';
import { uidSchema, uuidSchema } from '#shared/id-schemas.ts';
import type { SegmentId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { countInside } from './mask-runs.ts';

export const segmentIdSchema = uuidSchema<SegmentId>();

/** A code of PS3.3 section 8.8. */
const conceptSchema = z.object({
  value: z.string().min(1).max(16),
  scheme: z.string().min(1).max(16),
  meaning: z.string().min(1).max(64),
});

/** The part of a segment on one frame. A frame without any is left out. */
export const segmentFrameSchema = z.object({
  sopInstanceUid: uidSchema<SopInstanceUid>(),
  /** From 1. */
  frameNumber: z.int().min(1).max(100_000),
  /** As `encodeMask` writes it; never empty. */
  runs: z.string().min(1).max(700_000),
});
export type SegmentFrame = z.infer<typeof segmentFrameSchema>;

/** What a viewer sends: one segment of one series. Segments are records of their own, so any two may overlap. */
export const segmentDraftSchema = z.object({
  target: z.object({ studyUid: uidSchema<StudyUid>(), seriesUid: uidSchema<SeriesUid>() }),
  label: prose(64).min(1),
  /** `#rrggbb`. */
  color: z.string().regex(/^#[0-9a-f]{6}$/),
  /** What it is (PS3.16 CID 7150 and the groups it names). */
  category: conceptSchema,
  type: conceptSchema,
  /** Drawn by hand alone, or with a threshold, by growing or between slices (Segment Algorithm Type). */
  drawn: z.enum(['by-hand', 'half-automatic']),
  /** Tools leave it alone until its author unlocks it. */
  locked: z.boolean(),
  /** Columns and rows of every frame it lies on. */
  columns: z.int().min(1).max(65_535),
  rows: z.int().min(1).max(65_535),
  frames: z.array(segmentFrameSchema).max(10_000),
  /** Its volume as the viewer counted it; the server counts again, adds statistics, and refuses a mismatch. */
  measurements: z.array(measurementSchema).max(20),
});
export type SegmentDraft = z.infer<typeof segmentDraftSchema>;

/** A segment as stored: one author, a revision that grows by one with every change. */
export const segmentSchema = segmentDraftSchema.extend({
  id: segmentIdSchema,
  consultationId: consultationIdSchema,
  revision: z.int().min(1),
  author: personSchema,
  createdAt: z.string(),
  updatedAt: z.string(),
  /** What could not be measured and why, in sentences. */
  refusals: z.array(z.string()),
});
export type Segment = z.infer<typeof segmentSchema>;

/** The segment with other pixels on one frame; without any the frame is left out. The rest is shared, not copied. */
export function withFrame<T extends Pick<SegmentDraft, 'frames'>>(segment: T, frame: SegmentFrame): T {
  const isIt = (one: SegmentFrame): boolean =>
    one.sopInstanceUid === frame.sopInstanceUid && one.frameNumber === frame.frameNumber;
  const others = segment.frames.filter((one) => !isIt(one));
  return { ...segment, frames: frame.runs === '' ? others : [...others, frame] };
}

/** The runs of a segment on one frame; empty where it has none there. */
export function runsOn({ frames }: Pick<SegmentDraft, 'frames'>, sopInstanceUid: string, frameNumber: number): string {
  return frames.find((one) => one.sopInstanceUid === sopInstanceUid && one.frameNumber === frameNumber)?.runs ?? '';
}

/** The frame with the largest part of the segment, to show it by; null where nothing is drawn. */
export function largestFrame({ frames, columns, rows }: Pick<SegmentDraft, 'frames' | 'columns' | 'rows'>) {
  let found: { readonly frame: SegmentFrame; readonly inside: number } | null = null;
  for (const frame of frames) {
    const inside = countInside(frame.runs, columns * rows) ?? 0;
    if (found === null || inside > found.inside) found = { frame, inside };
  }
  if (found === null) return null;
  const { sopInstanceUid, frameNumber } = found.frame;
  return { sopInstanceUid, frameNumber };
}
