import type { Kysely } from 'kysely';
import type { AnnotationRepository } from '#server/domain/report-ports.ts';
import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import { createRecordStore } from './record-store.ts';
import type { Tables } from './tables.ts';

/** Annotations and the findings that rest on them. */
export function createAnnotationRepository(db: Kysely<Tables>): AnnotationRepository {
  return {
    ...createRecordStore<Annotation>(db, 'annotations', 'annotation'),
    findings: createRecordStore<Finding>(db, 'findings', 'finding'),
  };
}
