import * as z from 'zod';

/** The body of every answer from 400 up. `current` carries the stored record when a revision was stale. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  current: z.unknown().optional(),
});
export type Failure = z.infer<typeof failureSchema>;
