import * as z from 'zod';
import { SLAB_MODES } from './volume-sampling.ts';

const vectorSchema = z.tuple([z.number(), z.number(), z.number()]).readonly();
const axesSchema = z.object({ right: vectorSchema, down: vectorSchema });

/** How somebody looks at the planes through a volume, in patient coordinates, so that any screen can show it again. */
export const volumeViewSchema = z.object({
  /** Under the crosshair, patient mm. */
  point: vectorSchema,
  /** Unit vectors of each picture, to its right and down. */
  axes: z.object({ axial: axesSchema, coronal: axesSchema, sagittal: axesSchema }),
  zoom: z.number().min(0.5).max(16),
  slabMm: z.number().min(0).max(200),
  slabMode: z.enum(SLAB_MODES),
  windowCenter: z.number(),
  windowWidth: z.number().positive(),
  inverted: z.boolean(),
});
export type VolumeView = z.infer<typeof volumeViewSchema>;
