import * as z from 'zod';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { qualityCardSchema } from '#shared/imaging/quality-card.ts';

export const slideQualityPaths = {
  slide: (slideId: string) => `/api/slides/${slideId}/quality`,
  consultation: (consultationId: string) => `/api/consultations/${consultationId}/slide-quality`,
} as const;

/** The same bytes elsewhere, as far as the caller may see them. */
export const duplicateSchema = z.object({
  slideId: slideIdSchema,
  consultationId: z.string(),
  name: z.string(),
});

/** GET /api/slides/{id}/quality. */
export const slideQualitySchema = z.object({
  slideId: slideIdSchema,
  /** `pending`: it is still being measured; `failed`: `refusal` says why it cannot be. */
  state: z.enum(['pending', 'measured', 'failed']),
  card: qualityCardSchema.nullable(),
  refusal: z.string().nullable(),
  duplicates: z.array(duplicateSchema),
});
export type SlideQuality = z.infer<typeof slideQualitySchema>;

/** One slide in a list: the words of its card. */
export const qualitySummarySchema = z.object({
  slideId: slideIdSchema,
  state: z.enum(['pending', 'measured', 'failed']),
  lines: z.array(
    z.object({
      what: z.enum(['focus', 'tissue', 'pen', 'scale', 'macro']),
      severity: z.enum(['good', 'attention', 'unknown']),
      words: z.string(),
    }),
  ),
  refusal: z.string().nullable(),
  duplicates: z.array(duplicateSchema),
});
export type QualitySummary = z.infer<typeof qualitySummarySchema>;

/** GET /api/consultations/{id}/slide-quality. */
export const qualitySummariesSchema = z.object({ slides: z.array(qualitySummarySchema) });
