import * as z from 'zod';
import { consultationIdSchema, personSchema, prose } from '#shared/consultation/consultation.ts';
import { uidSchema, uuidSchema } from '#shared/id-schemas.ts';
import type { KeyImageId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { frameViewSchema } from '#shared/imaging/view-state.ts';
import type { CodedConcept } from './coded-concept.ts';

export const keyImageIdSchema = uuidSchema<KeyImageId>();

/** Why an image is marked: document titles of PS3.16 CID 7010, the ones of a second opinion. */
export const KEY_IMAGE_PURPOSES = ['of-interest', 'for-referring-provider', 'for-surgery', 'for-conference'] as const;
export type KeyImagePurpose = (typeof KEY_IMAGE_PURPOSES)[number];

const TITLES: Readonly<Record<KeyImagePurpose, CodedConcept>> = {
  'of-interest': { value: '113000', scheme: 'DCM', meaning: 'Of Interest' },
  'for-referring-provider': { value: '113002', scheme: 'DCM', meaning: 'For Referring Provider' },
  'for-surgery': { value: '113003', scheme: 'DCM', meaning: 'For Surgery' },
  'for-conference': { value: '113005', scheme: 'DCM', meaning: 'For Conference' },
};

/** The document title of a purpose. */
export function titleOfPurpose(purpose: KeyImagePurpose): CodedConcept {
  return TITLES[purpose];
}

/** What a viewer sends when a frame is marked as a key image: one record a frame and author. */
export const keyImageDraftSchema = z.object({
  target: z.object({
    kind: z.literal('frame'),
    studyUid: uidSchema<StudyUid>(),
    seriesUid: uidSchema<SeriesUid>(),
    sopInstanceUid: uidSchema<SopInstanceUid>(),
    frameNumber: z.int().min(1).max(100_000),
  }),
  purpose: z.enum(KEY_IMAGE_PURPOSES),
  note: prose(500),
  /** As it was seen when it was marked; leaves as a presentation state beside the selection. */
  view: frameViewSchema,
});
export type KeyImageDraft = z.infer<typeof keyImageDraftSchema>;

/** A key image as stored: one author, a revision that grows by one with every change. */
export const keyImageSchema = keyImageDraftSchema.extend({
  id: keyImageIdSchema,
  consultationId: consultationIdSchema,
  revision: z.int().min(1),
  author: personSchema,
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type KeyImage = z.infer<typeof keyImageSchema>;
