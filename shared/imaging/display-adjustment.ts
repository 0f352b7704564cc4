import * as z from 'zod';

/** How a slide is shown brighter, steeper or bent; it changes what is seen, never the pixels. */
export const displayAdjustmentSchema = z.object({
  /** Added to every value, in parts of the whole range. */
  brightness: z.number().min(-0.5).max(0.5),
  /** Steepness about the middle of the range. */
  contrast: z.number().min(0.25).max(4),
  /** Above 1 lifts the dark values, below 1 lowers them. */
  gamma: z.number().min(0.25).max(4),
});
export type DisplayAdjustment = z.infer<typeof displayAdjustmentSchema>;

export const AS_STORED: DisplayAdjustment = { brightness: 0, contrast: 1, gamma: 1 };

export function isAsStored({ brightness, contrast, gamma }: DisplayAdjustment): boolean {
  return brightness === 0 && contrast === 1 && gamma === 1;
}

/** The value shown for one of 0 to 1: gamma first, then contrast about the middle, then brightness; held in 0 to 1. */
export function adjusted(value: number, { brightness, contrast, gamma }: DisplayAdjustment): number {
  const bent = value ** (1 / gamma);
  return Math.min(1, Math.max(0, (bent - 0.5) * contrast + 0.5 + brightness));
}
