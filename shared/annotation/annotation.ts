import * as z from 'zod';
import { consultationIdSchema, personSchema, prose } from '#shared/consultation/consultation.ts';
import { uidSchema, uuidSchema } from '#shared/id-schemas.ts';
import type { AnnotationId, FindingId, SeriesUid, SlideId, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { viewStateSchema } from '#shared/imaging/view-state.ts';
import { codedConceptSchema } from './coded-concept.ts';
import { geometrySchema } from './geometry.ts';
import { measurementSchema } from './measurement.ts';
import { userCalibrationSchema } from './user-calibration.ts';

export const annotationIdSchema = uuidSchema<AnnotationId>();
export const findingIdSchema = uuidSchema<FindingId>();
export const slideIdSchema = uuidSchema<SlideId>();

/** The one image an annotation lies on. A frame number counts from 1, as in DICOM. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('frame'),
    studyUid: uidSchema<StudyUid>(),
    seriesUid: uidSchema<SeriesUid>(),
    sopInstanceUid: uidSchema<SopInstanceUid>(),
    frameNumber: z.int().min(1).max(100_000),
  }),
  z.object({ kind: z.literal('slide'), slideId: slideIdSchema }),
]);
export type Target = z.infer<typeof targetSchema>;

/** What a viewer sends when an annotation is drawn or changed. */
export const annotationDraftSchema = z.object({
  target: targetSchema,
  geometry: geometrySchema,
  label: prose(500),
  /** What it is, as a coded term; see annotation-class.ts. Absent where nobody said. */
  concept: codedConceptSchema.optional(),
  /** The known length it is measured by; absent where the scale is the file's. */
  calibration: userCalibrationSchema.optional(),
  /** The view in which it was last drawn or changed; "show me" restores it. */
  view: viewStateSchema,
  /** As the viewer computed them; the server computes them again and refuses a mismatch. */
  measurements: z.array(measurementSchema).max(20),
});
export type AnnotationDraft = z.infer<typeof annotationDraftSchema>;

/** An annotation as stored: one author, a revision that grows by one with every change. */
export const annotationSchema = annotationDraftSchema.extend({
  id: annotationIdSchema,
  consultationId: consultationIdSchema,
  revision: z.int().min(1),
  author: personSchema,
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Of the image, as its file states it; absent where it states none. */
  frameOfReferenceUid: z.string().max(64).optional(),
});
export type Annotation = z.infer<typeof annotationSchema>;

/** What an annotation means, in words; it belongs to one expert and may rest on several annotations. */
export const findingDraftSchema = z.object({ text: prose(4000), annotationIds: z.array(annotationIdSchema).max(50) });
export type FindingDraft = z.infer<typeof findingDraftSchema>;

export const findingSchema = findingDraftSchema.extend({
  id: findingIdSchema,
  consultationId: consultationIdSchema,
  revision: z.int().min(1),
  author: personSchema,
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

/** True when two targets are the same image. */
export function sameTarget(a: Target, b: Target): boolean {
  if (a.kind === 'slide') return b.kind === 'slide' && a.slideId === b.slideId;
  return b.kind === 'frame' && a.sopInstanceUid === b.sopInstanceUid && a.frameNumber === b.frameNumber;
}
