import * as z from 'zod';
import {
  CHANNELS_PATTERN,
  MOST_FOCAL_PLANES,
  type PlaneSelection,
  planeQuery,
} from '#shared/imaging/plane-selection.ts';
import type { PixelRectangle } from '#shared/imaging/pyramid.ts';

/** Addresses of slides in the protocols of others, and of parts that are taken along. */
export const slideImagePaths = {
  /** The .dzi document; its tiles lie at `deepzoom_files/{level}/{column}_{row}.jpeg` beside it. */
  deepZoom: (slideId: string) => `/api/slides/${slideId}/deepzoom.dzi`,
  deepZoomTile: (slideId: string, level: number | string, tile: string) =>
    `/api/slides/${slideId}/deepzoom_files/${level}/${tile}`,
  iiif: (slideId: string) => `/iiif/3/${slideId}`,
  region: (slideId: string) => `/api/slides/${slideId}/region`,
} as const;

export const exportFormatSchema = z.enum(['png', 'jpeg', 'tiff']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

const MOST_SIDE = 10_000_000;

/** GET /api/slides/{id}/region: level-0 px. */
export const regionQuerySchema = z.object({
  x: z.coerce.number().int().min(0).max(MOST_SIDE),
  y: z.coerce.number().int().min(0).max(MOST_SIDE),
  width: z.coerce.number().int().min(1).max(MOST_SIDE),
  height: z.coerce.number().int().min(1).max(MOST_SIDE),
  downsample: z.coerce
    .number()
    .min(1)
    .max(65_536)
    .optional()
    .describe('Level-0 px per px of the picture; 1 when absent'),
  format: exportFormatSchema.optional().describe('png when absent'),
  focalPlane: z.coerce
    .number()
    .int()
    .min(0)
    .max(MOST_FOCAL_PLANES - 1)
    .optional()
    .describe('Index in focalPlanes'),
  channels: z.string().max(2048).regex(CHANNELS_PATTERN).optional().describe('As for tiles: 0,2:ff8000,3::10.5:400'),
});

/** The address of an export. */
export function regionAddress(
  slideId: string,
  wish: {
    readonly rectangle: PixelRectangle;
    readonly downsample: number;
    readonly format: ExportFormat;
    readonly selection: PlaneSelection;
  },
): string {
  const { x, y, width, height } = wish.rectangle;
  const planes = planeQuery(wish.selection);
  const place = `x=${x}&y=${y}&width=${width}&height=${height}&downsample=${wish.downsample}&format=${wish.format}`;
  return `${slideImagePaths.region(slideId)}?${place}${planes === '' ? '' : `&${planes}`}`;
}
