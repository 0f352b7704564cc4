import {
  type Annotation,
  type AnnotationDraft,
  annotationSchema,
  type Finding,
  type FindingDraft,
  findingSchema,
} from '#shared/annotation/annotation.ts';
import type { Person } from '#shared/consultation/consultation.ts';
import type { AnnotationId, ConsultationId, FindingId } from '#shared/ids.ts';
import {
  currentRecord,
  deleteAnnotation,
  deleteFinding,
  loadRecords,
  putAnnotation,
  putFinding,
} from '#viewer/api/annotations.ts';
import { ApiFailure, sentenceOf } from '#viewer/api/client.ts';
import { createRecordStore, type Failure, type RecordBackend, type RecordStore } from './record-store.ts';

export type AnnotationStore = RecordStore<AnnotationDraft, Annotation>;
export type FindingStore = RecordStore<FindingDraft, Finding>;

/** The annotations and findings of one consultation, live in this page. */
export interface ConsultationRecords {
  readonly annotations: AnnotationStore;
  readonly findings: FindingStore;
  /** Reads both from the server. */
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
  const { target, geometry, label, calibration, view, measurements } = annotation;
  return { target, geometry, label, view, measurements, ...(calibration && { calibration }) };
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
  const annotations: RecordBackend<AnnotationDraft, Annotation> = {
    ...browserWorld,
    put: (id, revision, draft) => putAnnotation(consultationId, id, revision, draft),
    remove: (id, revision) => deleteAnnotation(consultationId, id, revision),
    draftOf: draftOfAnnotation,
    provisional: (id, draft) => ({
      ...draft,
      id: id as AnnotationId,
      consultationId,
      revision: 0,
      author: me,
      createdAt: madeAt(id),
      updatedAt: madeAt(id),
    }),
    judge: (error) => judgeFailure(error, (current) => currentRecord(annotationSchema, current)),
  };
  const findings: RecordBackend<FindingDraft, Finding> = {
    ...browserWorld,
    put: (id, revision, draft) => putFinding(consultationId, id, revision, draft),
    remove: (id, revision) => deleteFinding(consultationId, id, revision),
    draftOf: ({ text, annotationIds }) => ({ text, annotationIds }),
    provisional: (id, draft) => ({
      ...draft,
      id: id as FindingId,
      consultationId,
      revision: 0,
      author: me,
      createdAt: madeAt(id),
      updatedAt: madeAt(id),
    }),
    judge: (error) => judgeFailure(error, (current) => currentRecord(findingSchema, current)),
  };
  const annotationStore = createRecordStore(annotations);
  const findingStore = createRecordStore(findings);
  return {
    annotations: annotationStore,
    findings: findingStore,
    async reload(signal) {
      const loaded = await loadRecords(consultationId, signal);
      annotationStore.load(loaded.annotations);
      findingStore.load(loaded.findings);
    },
    dispose() {
      annotationStore.dispose();
      findingStore.dispose();
    },
  };
}
