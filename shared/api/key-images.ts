import * as z from 'zod';
import { keyImageDraftSchema, keyImageSchema } from '#shared/annotation/key-image.ts';

export const keyImagePaths = {
  list: (consultationId: string) => `/api/consultations/${consultationId}/key-images`,
  one: (consultationId: string, keyImageId: string) => `/api/consultations/${consultationId}/key-images/${keyImageId}`,
  selections: (consultationId: string) => `/api/consultations/${consultationId}/key-object-selections`,
} as const;

/** GET …/key-images: all authors', oldest first. */
export const keyImagesSchema = z.object({ keyImages: z.array(keyImageSchema) });

/** PUT …/key-images/{id} → 200 with the key image; ids and revisions as for annotations. */
export const putKeyImageSchema = z.object({ revision: z.int().min(0), keyImage: keyImageDraftSchema });
