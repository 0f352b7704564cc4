import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SegmentId } from '#shared/ids.ts';
import type { Segment, SegmentDraft } from '#shared/segmentation/segment.ts';
import { compareMeasurement } from './checked-measurements.ts';
import type { SegmentMeasurer } from './measure-segment.ts';
import { type RecordKind, saveOwnRecord } from './own-record.ts';
import type { Clock, Database, Principal } from './ports.ts';
import { sameJson } from './record-revision.ts';

/** Segments among the records of one author. */
export const SEGMENTS: RecordKind<Segment> = { name: 'segment', store: ({ segments }) => segments };

interface SaveSegment {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly id: SegmentId;
  /** The revision that is changed; 0 for a new segment. */
  readonly revision: number;
  readonly draft: SegmentDraft;
  readonly signal: AbortSignal;
}

/**
 * Stores a new segment or the next revision of one's own. Volume and statistics stored are the server's; what was sent
 * must agree with them. A request that is repeated with the same content answers as the first did.
 *
 * Throws ANNOTATION_TARGET_UNKNOWN, ANNOTATION_OUTSIDE_IMAGE, MEASUREMENT_MISMATCH, REQUEST_INVALID, REVISION_STALE,
 * NOT_FOUND, NOT_ALLOWED, REPORT_SIGNED.
 */
export async function saveSegment(
  { db, clock, measurer }: { db: Database; clock: Clock; measurer: SegmentMeasurer },
  { principal, consultationId, id, revision, draft, signal }: SaveSegment,
): Promise<Segment> {
  const measured = await measurer.measure(consultationId, draft, signal);
  for (const sent of draft.measurements) compareMeasurement(sent, measured.measurements);
  return saveOwnRecord<Segment>({ db, clock }, SEGMENTS, {
    ...{ principal, consultationId, id, revision },
    same: (record) => sameJson(drawn(record), drawn(draft)),
    make(own, previous) {
      if (previous !== null && !sameJson(previous.target, draft.target)) {
        throw new AppError('REQUEST_INVALID', { where: 'segment.target', reason: 'cannot change' });
      }
      return { ...draft, ...own, measurements: [...measured.measurements], refusals: [...measured.refusals] };
    },
  });
}

/** What the person drew, without what the server computed from it. */
function drawn(segment: SegmentDraft) {
  const { target, label, color, category, type, drawn: how, locked, columns, rows, frames } = segment;
  return { target, label, color, category, type, drawn: how, locked, columns, rows, frames };
}
