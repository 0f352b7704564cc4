import * as z from 'zod';
import { uidSchema } from '#shared/id-schemas.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { segmentDraftSchema, segmentSchema } from '#shared/segmentation/segment.ts';

export const segmentPaths = {
  list: (consultationId: string) => `/api/consultations/${consultationId}/segments`,
  one: (consultationId: string, segmentId: string) => `/api/consultations/${consultationId}/segments/${segmentId}`,
  segmentations: (consultationId: string) => `/api/consultations/${consultationId}/segmentations`,
} as const;

/** GET …/segments: all authors', oldest first. */
export const segmentsSchema = z.object({ segments: z.array(segmentSchema) });

/** PUT …/segments/{id} → 200 with the segment as measured; ids and revisions as for annotations. */
export const putSegmentSchema = z.object({ revision: z.int().min(0), segment: segmentDraftSchema });

/** GET …/segmentations → a .zip of DICOM segmentations (SEG), of one study or series when they are named. */
export const segmentationsQuerySchema = z.object({
  studyUid: uidSchema<StudyUid>().optional(),
  seriesUid: uidSchema<SeriesUid>().optional(),
});
