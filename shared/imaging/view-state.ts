import * as z from 'zod';
import { displayAdjustmentSchema } from './display-adjustment.ts';
import { planeSelectionSchema } from './plane-selection.ts';

/**
 * A view as a value: what a person saw, in image coordinates, so that any screen can show it again.
 * `visible` is the part of the image that was on screen, in pixels of the frame or of level 0; a screen of
 * another shape shows at least that part, centred on it.
 */
const visibleSchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
});
export type VisibleRectangle = z.infer<typeof visibleSchema>;

export const frameViewSchema = z.object({
  kind: z.literal('frame'),
  visible: visibleSchema,
  windowCenter: z.number(),
  windowWidth: z.number().positive(),
  inverted: z.boolean(),
  /** Missing is LINEAR (PS3.3 C.11.2.1.2). */
  voiFunction: z.enum(['LINEAR', 'LINEAR_EXACT', 'SIGMOID']).optional(),
  /** Which table of VOI LUT Sequence, from 0, in place of the window. */
  voiLut: z.int().min(0).max(255).optional(),
  /** Colours in place of greys; one of `COLOR_MAPS`. */
  colorMap: z.string().max(32).optional(),
  /** What values of PET were read as; missing elsewhere. */
  petValues: z.enum(['modality', 'bw', 'lbm', 'bsa']).optional(),
  /** Clockwise, degrees. */
  rotation: z.number().min(0).lt(360),
  flippedHorizontally: z.boolean(),
  flippedVertically: z.boolean(),
});
export type FrameView = z.infer<typeof frameViewSchema>;

export const slideViewSchema = z.object({
  kind: z.literal('slide'),
  visible: visibleSchema,
  /** Clockwise, degrees. */
  rotation: z.number().min(0).lt(360),
  /** Left and right are exchanged, before the rotation. */
  flipped: z.boolean().optional(),
  /** Absent: the colours as they come. */
  display: displayAdjustmentSchema.optional(),
  /** Focal plane and channels; absent for slides that have one of each. */
  planes: planeSelectionSchema.optional(),
});
export type SlideView = z.infer<typeof slideViewSchema>;

export const viewStateSchema = z.discriminatedUnion('kind', [frameViewSchema, slideViewSchema]);
export type ViewState = z.infer<typeof viewStateSchema>;
