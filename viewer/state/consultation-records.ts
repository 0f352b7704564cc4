import {
  type Annotation,
  type AnnotationDraft,
  annotationSchema,
  type Finding,
  type FindingDraft,
  findingSchema,
} from '#shared/annotation/annotation.ts';
import { type KeyImage, type KeyImageDraft, keyImageSchema } from '#shared/annotation/key-image.ts';
import type { Person } from '#shared/consultation/consultation.ts';
import type { AnnotationId, ConsultationId, FindingId, KeyImageId, SegmentId } from '#shared/ids.ts';
import { type Segment, type SegmentDraft, segmentSchema } from '#shared/segmentation/segment.ts';
import {
  currentRecord,
  deleteAnnotation,
  deleteFinding,
  loadRecords,
  putAnnotation,
  putFinding,
} from '#viewer/api/annotations.ts';
import { ApiFailure, sentenceOf } from '#viewer/api/client.ts';
import {
  deleteKeyImage,
  deleteSegment,
  loadKeyImages,
  loadSegments,
  putKeyImage,
  putSegment,
} from '#viewer/api/segments.ts';
import { createRecordStore, type Failure, type RecordBackend, type RecordStore } from './record-store.ts';

export type AnnotationStore = RecordStore<AnnotationDraft, Annotation>;
export type FindingStore = RecordStore<FindingDraft, Finding>;
export type SegmentStore = RecordStore<SegmentDraft, Segment>;
export type KeyImageStore = RecordStore<KeyImageDraft, KeyImage>;

/** What experts made in one consultation, live in this page. */
export interface ConsultationRecords {
  readonly annotations: AnnotationStore;
  readonly findings: FindingStore;
  readonly segments: SegmentStore;
  readonly keyImages: KeyImageStore;
  /** All of them, for what is the same for each. */
  readonly stores: readonly (AnnotationStore | FindingStore | SegmentStore | KeyImageStore)[];
  /** Reads all from the server. */
  reload(signal?: AbortSignal): Promise<void>;
  dispose(): void;
}

const STALE = 'Somebody saved a newer version of this; it is shown now, and your change was not kept.';

/** Nothing was decided: no answer, a server in trouble, too many requests, or a session that ended. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof ApiFailure && (error.status === 0 || error.status >= 500 || [401, 408, 429].includes(error.status))
  );
}

/** What a failed save means; `read` finds the stored record in the answer to a stale revision. */
export function judgeFailure<Stored>(error: unknown, read: (current: unknown) => Stored | null): Failure<Stored> {
  if (isPassing(error)) return { kind: 'retry', sentence: 'Not saved yet. Trying again.' };
  if (error instanceof ApiFailure && error.code === 'REVISION_STALE') {
    return { kind: 'stale', current: read(error.current), sentence: STALE };
  }
  return { kind: 'refused', sentence: sentenceOf(error) };
}

/** Ids, clock and timers of the page. */
export const browserWorld = {
  newId: () => crypto.randomUUID(),
  now: () => Date.now(),
  later(work: () => void, ms: number) {
    const timer = window.setTimeout(work, ms);
    return () => window.clearTimeout(timer);
  },
};

/** The part of an annotation that its author edits. */
export function draftOfAnnotation(annotation: Annotation): AnnotationDraft {
  const { target, geometry, label, concept, calibration, view, measurements } = annotation;
  return {
    ...{ target, geometry, label, view, measurements },
    ...(concept && { concept }),
    ...(calibration && { calibration }),
  };
}

/** The part of a segment that its author edits. */
export function draftOfSegment(segment: Segment): SegmentDraft {
  const { target, label, color, category, type, drawn, locked, columns, rows, frames, measurements } = segment;
  return { target, label, color, category, type, drawn, locked, columns, rows, frames, measurements };
}

/** Opens the records of a consultation for `me`, who is the author of everything made here. */
export function createConsultationRecords(consultationId: ConsultationId, me: Person): ConsultationRecords {
  const begun = new Map<string, string>();
  /** When a record was first made here: the same however often it is asked before the server has answered. */
  const madeAt = (id: string): string => {
    const known = begun.get(id) ?? new Date().toISOString();
    begun.set(id, known);
    return known;
  };
  const unsaved = (id: string) => {
    const at = madeAt(id);
    return { consultationId, revision: 0, author: me, createdAt: at, updatedAt: at };
  };
  const annotations: RecordBackend<AnnotationDraft, Annotation> = {
    ...browserWorld,
    put: (id, revision, draft) => putAnnotation(consultationId, id, revision, draft),
    remove: (id, revision) => deleteAnnotation(consultationId, id, revision),
    draftOf: draftOfAnnotation,
    provisional: (id, draft) => ({ ...draft, id: id as AnnotationId, ...unsaved(id) }),
    judge: (error) => judgeFailure(error, (current) => currentRecord(annotationSchema, current)),
  };
  const findings: RecordBackend<FindingDraft, Finding> = {
    ...browserWorld,
    put: (id, revision, draft) => putFinding(consultationId, id, revision, draft),
    remove: (id, revision) => deleteFinding(consultationId, id, revision),
    draftOf: ({ text, annotationIds }) => ({ text, annotationIds }),
    provisional: (id, draft) => ({ ...draft, id: id as FindingId, ...unsaved(id) }),
    judge: (error) => judgeFailure(error, (current) => currentRecord(findingSchema, current)),
  };
  const segments: RecordBackend<SegmentDraft, Segment> = {
    ...browserWorld,
    // Every stroke is a step of its own.
    mergeMs: 0,
    put: (id, revision, draft) => putSegment(consultationId, id, revision, draft),
    remove: (id, revision) => deleteSegment(consultationId, id, revision),
    draftOf: draftOfSegment,
    provisional: (id, draft) => ({ ...draft, id: id as SegmentId, refusals: [], ...unsaved(id) }),
    judge: (error) => judgeFailure(error, (current) => currentRecord(segmentSchema, current)),
  };
  const keyImages: RecordBackend<KeyImageDraft, KeyImage> = {
    ...browserWorld,
    put: (id, revision, draft) => putKeyImage(consultationId, id, revision, draft),
    remove: (id, revision) => deleteKeyImage(consultationId, id, revision),
    draftOf: ({ target, purpose, note, view }) => ({ target, purpose, note, view }),
    provisional: (id, draft) => ({ ...draft, id: id as KeyImageId, ...unsaved(id) }),
    judge: (error) => judgeFailure(error, (current) => currentRecord(keyImageSchema, current)),
  };
  const own = {
    annotations: createRecordStore(annotations),
    findings: createRecordStore(findings),
    segments: createRecordStore(segments),
    keyImages: createRecordStore(keyImages),
  };
  const stores = [own.annotations, own.findings, own.segments, own.keyImages];
  return {
    ...own,
    stores,
    async reload(signal) {
      const [loaded, segmentRecords, keyImageRecords] = await Promise.all([
        loadRecords(consultationId, signal),
        loadSegments(consultationId, signal),
        loadKeyImages(consultationId, signal),
      ]);
      own.annotations.load(loaded.annotations);
      own.findings.load(loaded.findings);
      own.segments.load(segmentRecords);
      own.keyImages.load(keyImageRecords);
    },
    dispose() {
      for (const store of stores) store.dispose();
    },
  };
}
