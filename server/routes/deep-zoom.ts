import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import type { Access, AuditRule } from '#server/http/access.ts';
import { revalidated } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { slideImagePaths } from '#shared/api/slide-images.ts';
import { deepZoomDocument } from '#shared/imaging/deep-zoom.ts';

/** As for our own tiles: one row tells of hundreds. */
const looking: AuditRule = { action: 'slide.view', coalesceMs: 600_000 };
const access: Access = { kind: 'consultation', action: 'material.read', by: 'slide', param: 'slideId' };
const index = z.coerce.number().int().min(0).max(10_000_000);
const tileName = z
  .string()
  .regex(/^\d{1,7}_\d{1,7}\.jpeg$/)
  .describe('{column}_{row}.jpeg');
/** Raised whenever the bytes made of a slide change. */
const FORM = 'dz1';

/** Slides as Deep Zoom images, for OpenSeadragon and whatever else reads them. */
export function deepZoomRoutes({ material }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      slideImagePaths.deepZoom(':slideId'),
      {
        schema: {
          tags: ['slides'],
          summary: 'The Deep Zoom document of the slide',
          params: z.object({ slideId: slideIdSchema }),
        },
        config: { access, audit: looking },
      },
      async (request, reply) => {
        const { slideId } = request.params;
        const { description, version } = await material.slideRegions.describe(slideId, request.signal);
        if (revalidated(request, reply, `"${slideId}.${FORM}.${version}"`)) return reply.send();
        return reply.type('application/xml; charset=utf-8').send(deepZoomDocument(description));
      },
    );

    app.get(
      slideImagePaths.deepZoomTile(':slideId', ':level', ':tile'),
      {
        schema: {
          tags: ['slides'],
          summary: 'A tile of the Deep Zoom pyramid; level 0 is one pixel, the last level full resolution',
          params: z.object({ slideId: slideIdSchema, level: index, tile: tileName }),
        },
        config: { access, audit: looking },
      },
      async (request, reply) => {
        const { slideId, level, tile: name } = request.params;
        const [column = 0, row = 0] = name.replace('.jpeg', '').split('_').map(Number);
        const place = { level, column, row };
        const { version } = await material.slideRegions.describe(slideId, request.signal);
        const etag = `"${slideId}.${FORM}.${version}.${level}.${column}.${row}"`;
        if (revalidated(request, reply, etag)) return reply.send();
        const tile = await material.slideRegions.deepZoomTile(slideId, place, request.signal);
        return reply.type(tile.mediaType).send(tile.bytes);
      },
    );
  };
}
