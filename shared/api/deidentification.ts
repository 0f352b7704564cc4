import * as z from 'zod';
import type { DeidentificationOptions, PixelRectangle } from '#shared/dicom/deidentification/options.ts';
import { AppError } from '#shared/errors.ts';

export const deidentificationPaths = {
  archive: (consultationId: string) => `/api/consultations/${consultationId}/deidentified.zip`,
} as const;

/** What the caller wants beyond the Basic Profile; an absent member leaves the option out. */
export const deidentificationQuerySchema = z.object({
  /** Retain Longitudinal Temporal Information, Modified Dates. */
  dates: z.literal('moved').optional(),
  /** Retain Device Identity. */
  device: z.literal('kept').optional(),
  /** Clean Descriptors. */
  descriptors: z.literal('cleaned').optional(),
  /** Clean Pixel Data: `x,y,width,height` in pixels, `seriesUid:` before it for one series alone. */
  blank: z.union([z.string(), z.array(z.string())]).optional(),
});
export type DeidentificationQuery = z.infer<typeof deidentificationQuerySchema>;

const MAX_RECTANGLES = 64;
const RECTANGLE = /^(?:([0-9.]{1,64}):)?(\d{1,5}),(\d{1,5}),([1-9]\d{0,4}),([1-9]\d{0,4})$/;

/** The options of PS3.15 E.3 a query asks for. */
export function optionsOf({ dates, device, descriptors }: DeidentificationQuery): DeidentificationOptions {
  return {
    retainLongitudinal: dates !== undefined,
    retainDevice: device !== undefined,
    cleanDescriptors: descriptors !== undefined,
  };
}

/** Reads rectangles. @throws AppError REQUEST_INVALID naming `where` */
export function parseRectangles(texts: readonly string[], where: string): PixelRectangle[] {
  if (texts.length > MAX_RECTANGLES) {
    throw new AppError('REQUEST_INVALID', { where, reason: `may be given ${MAX_RECTANGLES} times` });
  }
  return texts.map((text) => {
    const match = RECTANGLE.exec(text);
    if (match === null) throw new AppError('REQUEST_INVALID', { where, reason: 'must be x,y,width,height in pixels' });
    const [, seriesUid, x, y, width, height] = match;
    return { seriesUid: seriesUid ?? null, x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
  });
}
