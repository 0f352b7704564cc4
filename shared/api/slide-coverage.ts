import * as z from 'zod';
import { slideIdSchema } from '#shared/annotation/annotation.ts';

export const slideCoveragePath = (slideId: string) => `/api/slides/${slideId}/coverage`;

/** Cells seen by the caller, as `writeCoverage` writes them. */
const seenSchema = z.base64().max(65_536);

/** PUT /api/slides/{id}/coverage: what was seen since, or all of it. */
export const addCoverageSchema = z.object({ seen: seenSchema });

/** GET and PUT /api/slides/{id}/coverage. */
export const slideCoverageSchema = z.object({ slideId: slideIdSchema, seen: seenSchema });
export type SlideCoverage = z.infer<typeof slideCoverageSchema>;
