import * as z from 'zod';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { landmarkPairSchema, registrationModelSchema } from '#shared/imaging/slide-registration.ts';

export const slideRegistrationsPath = (consultationId: string) =>
  `/api/consultations/${consultationId}/slide-registrations`;

/** PUT: the author's marked places for these two slides, in place of those before; none take it away. */
export const putRegistrationSchema = z.object({
  fromId: slideIdSchema,
  toId: slideIdSchema,
  model: registrationModelSchema,
  pairs: z.array(landmarkPairSchema).max(100),
});
export type PutRegistration = z.infer<typeof putRegistrationSchema>;

export const slideRegistrationSchema = putRegistrationSchema.extend({ authorId: z.string(), updatedAt: z.string() });
export type SlideRegistration = z.infer<typeof slideRegistrationSchema>;

/** GET and PUT: all of the consultation, oldest first. */
export const slideRegistrationsSchema = z.object({ registrations: z.array(slideRegistrationSchema) });
