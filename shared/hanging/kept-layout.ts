import * as z from 'zod';
import { linkedSchema } from './hanging-protocol.ts';

/** The viewports as a reader left them in one consultation. */
export const keptLayoutSchema = z
  .object({
    rows: z.int().min(1).max(8),
    columns: z.int().min(1).max(8),
    /** Names of display sets and slides, row by row; null is an empty viewport. */
    slots: z.array(z.string().max(200).nullable()).min(1).max(64),
    active: z.int().min(0).max(63),
    linked: linkedSchema,
  })
  .refine(({ rows, columns, slots, active }) => slots.length === rows * columns && active < slots.length);
export type KeptLayout = z.infer<typeof keptLayoutSchema>;
