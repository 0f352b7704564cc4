import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type RenderPlace, renderFrame } from '#server/domain/render-frame.ts';
import type { AuditRule } from '#server/http/access.ts';
import type { Services } from '#server/services.ts';
import { AppError } from '#shared/errors.ts';
import { parseAccept } from './accept.ts';
import { allowedConsultations, bySeries, INSTANCE_PATH, instanceParams, SERIES_PATH, seriesParams } from './places.ts';

const audit: AuditRule = { action: 'dicom.view', coalesceMs: 600_000 };
const THUMBNAIL_SIDE = 128;
const MAX_SIDE = 4096;

/** PS3.18 section 8.3.5: a window as "center,width[,function]" and a size as "width,height". */
const querySchema = z.object({
  window: z
    .string()
    .regex(/^-?\d+(\.\d+)?,\d+(\.\d+)?(,linear)?$/i, 'is not "center,width"')
    .optional(),
  viewport: z
    .string()
    .regex(/^\d{1,5},\d{1,5}$/, 'is not "width,height"')
    .optional(),
});
type Query = z.infer<typeof querySchema>;

const oneFrame = instanceParams.extend({ frame: z.coerce.number().int().min(1).max(10_000_000) });

/** Rendered frames and thumbnails (PS3.18 sections 10.4.1.1.3 and 10.4.1.1.4), made in worker threads. */
export function renderedRoutes({ db, blobs, material }: Services): FastifyPluginAsyncZod {
  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    place: RenderPlace,
    query: Query,
    side: number | null,
  ) {
    const [center, width] = query.window?.split(',').map(Number) ?? [];
    const window = center === undefined || width === undefined || width === 0 ? null : { center, width };
    const sides = query.viewport?.split(',').map(Number) ?? [];
    const maxSide = sides.length === 0 ? side : Math.max(1, Math.min(...sides, MAX_SIDE));
    const wish = { window, maxSide, format: formatFor(request) };
    const needs = { db, blobs, renderer: material.renderer };
    const picture = await renderFrame(needs, allowedConsultations(request), place, wish, request.signal);
    return reply
      .type(picture.mediaType)
      .header('cache-control', 'private, max-age=86400')
      .header('vary', 'accept, cookie, authorization')
      .send(picture.bytes);
  }

  return async (app) => {
    for (const [name, side] of [
      ['rendered', null],
      ['thumbnail', THUMBNAIL_SIDE],
    ] as const) {
      app.get(
        `${SERIES_PATH}/${name}`,
        {
          schema: {
            tags: ['dicomweb'],
            summary: `The middle image of a series, ${name} (JPEG or PNG)`,
            params: seriesParams,
            querystring: querySchema,
          },
          config: { access: bySeries, audit },
        },
        (request, reply) => answer(request, reply, request.params, request.query, side),
      );
      app.get(
        `${INSTANCE_PATH}/${name}`,
        {
          schema: {
            tags: ['dicomweb'],
            summary: `The middle frame of an instance, ${name} (JPEG or PNG)`,
            params: instanceParams,
            querystring: querySchema,
          },
          config: { access: bySeries, audit },
        },
        (request, reply) => answer(request, reply, request.params, request.query, side),
      );
      app.get(
        `${INSTANCE_PATH}/frames/:frame/${name}`,
        {
          schema: {
            tags: ['dicomweb'],
            summary: `A frame, ${name} (JPEG or PNG)`,
            params: oneFrame,
            querystring: querySchema,
          },
          config: { access: bySeries, audit },
        },
        (request, reply) => {
          const { frame, ...instance } = request.params;
          return answer(request, reply, { ...instance, frameNumber: frame }, request.query, side);
        },
      );
    }
  };
}

/** JPEG unless the client asks for PNG and not for JPEG. */
function formatFor(request: FastifyRequest): 'jpeg' | 'png' {
  for (const { mediaType } of parseAccept(request.headers.accept)) {
    if (['image/jpeg', 'image/*', '*/*'].includes(mediaType)) return 'jpeg';
    if (mediaType === 'image/png') return 'png';
  }
  throw new AppError('MEDIA_TYPE_UNAVAILABLE', { available: 'image/jpeg and image/png' });
}
