import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import type { Services } from '#server/services.ts';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { regionQuerySchema, slideImagePaths } from '#shared/api/slide-images.ts';
import { AppError } from '#shared/errors.ts';
import { parseChannels } from '#shared/imaging/plane-selection.ts';

const ENDINGS = { png: 'png', jpeg: 'jpg', tiff: 'tif' } as const;

/** Parts of slides as pictures to be taken along. */
export function slideRegionRoutes({ material }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      slideImagePaths.region(':slideId'),
      {
        schema: {
          tags: ['slides'],
          summary: 'A rectangle of level-0 px as PNG, JPEG or TIFF, with resolution and colour profile embedded',
          params: z.object({ slideId: slideIdSchema }),
          querystring: regionQuerySchema,
        },
        config: {
          access: { kind: 'consultation', action: 'material.export', by: 'slide', param: 'slideId' },
          // What leaves is a row each time.
          audit: { action: 'slide.region.export', coalesceMs: 0 },
        },
      },
      async (request, reply) => {
        const { slideId } = request.params;
        const { x, y, width, height, downsample = 1, format = 'png', focalPlane, channels } = request.query;
        const views = channels === undefined ? [] : parseChannels(channels);
        if ('refusal' in views) throw new AppError('REQUEST_INVALID', { where: 'channels', reason: views.refusal });
        const picture = await material.slideRegions.exportRegion(
          slideId,
          {
            ...{ rectangle: { x, y, width, height }, downsample, format },
            selection: { focalPlane: focalPlane ?? null, channels: views },
          },
          request.signal,
        );
        const { mpp } = picture;
        // A name without the slide's own, which may be a patient's.
        const name = `slide-${slideId.slice(0, 8)}-x${x}-y${y}-${picture.width}x${picture.height}.${ENDINGS[format]}`;
        return reply
          .type(picture.mediaType)
          .header('content-disposition', `attachment; filename="${name}"`)
          .header('x-slide-mpp', mpp === null ? 'unknown' : `${decimal(mpp.x)} ${decimal(mpp.y)}`)
          .header('x-slide-mpp-source', mpp?.source ?? 'none')
          .send(picture.bytes);
      },
    );
  };
}

function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}
