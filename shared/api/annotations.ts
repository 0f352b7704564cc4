import * as z from 'zod';
import {
  annotationDraftSchema,
  annotationSchema,
  findingDraftSchema,
  findingSchema,
} from '#shared/annotation/annotation.ts';
import { uidSchema } from '#shared/id-schemas.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';

export const annotationPaths = {
  list: (consultationId: string) => `/api/consultations/${consultationId}/annotations`,
  one: (consultationId: string, annotationId: string) =>
    `/api/consultations/${consultationId}/annotations/${annotationId}`,
  measurementReports: (consultationId: string) => `/api/consultations/${consultationId}/measurement-reports`,
  findings: (consultationId: string) => `/api/consultations/${consultationId}/findings`,
  finding: (consultationId: string, findingId: string) => `/api/consultations/${consultationId}/findings/${findingId}`,
} as const;

/** GET …/annotations: all authors', oldest first. */
export const annotationsSchema = z.object({ annotations: z.array(annotationSchema) });

/**
 * PUT …/annotations/{id} → 200 with the annotation. The viewer makes the id, so that a repeated request does no
 * harm; `revision` is the one it changes, 0 for a new annotation. 409 REVISION_STALE otherwise.
 */
export const putAnnotationSchema = z.object({ revision: z.int().min(0), annotation: annotationDraftSchema });

/** DELETE …/annotations/{id}?revision=n → 204. Same query for findings. */
export const deleteQuerySchema = z.object({ revision: z.coerce.number().int().min(1) });

/** GET …/measurement-reports → a .zip of DICOM SR documents (TID 1500), of one study or series when they are named. */
export const measurementReportsQuerySchema = z.object({
  studyUid: uidSchema<StudyUid>().optional(),
  seriesUid: uidSchema<SeriesUid>().optional(),
});

/** GET …/findings: all authors', oldest first. */
export const findingsSchema = z.object({ findings: z.array(findingSchema) });

/** PUT …/findings/{id} → 200 with the finding; ids and revisions as for annotations. */
export const putFindingSchema = z.object({ revision: z.int().min(0), finding: findingDraftSchema });
