import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Access, AuditRule } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { ExpressRoute } from '#server/http/express-lane.ts';
import { immutable, knownTags, revalidated } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { materialPaths } from '#shared/api/material.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideId } from '#shared/ids.ts';
import {
  CHANNELS_PATTERN,
  MOST_FOCAL_PLANES,
  type PlaneSelection,
  parseChannels,
} from '#shared/imaging/plane-selection.ts';
import { TILE_VERSION_PATTERN } from '#shared/imaging/tile-version.ts';

/** Looking at a slide is hundreds of tiles; one row tells it. */
const LOOKING_COALESCE_MS = 600_000;
const THUMBNAIL_SIDE = 512;
const index = z.coerce.number().int().min(0).max(10_000_000);
/** What the slide shows first, without them. */
const planeQuery = z.object({
  focalPlane: z.coerce
    .number()
    .int()
    .min(0)
    .max(MOST_FOCAL_PLANES - 1)
    .optional()
    .describe('Index in focalPlanes'),
  channels: z
    .string()
    .max(2048)
    .regex(CHANNELS_PATTERN)
    .optional()
    .describe('Indexes in channels, each with colour and window if wanted: 0,2:ff8000,3::10.5:400'),
});
const tileQuery = planeQuery.extend({
  icc: z.enum(['0', '1']).optional().describe("1 puts the slide's colour profile into the tile"),
  v: z
    .string()
    .regex(TILE_VERSION_PATTERN)
    .optional()
    .describe('tileVersion of the slide: the answer then holds for ever, and levels are counted as they were with it'),
});
const tileParams = z.object({ slideId: slideIdSchema, level: index, column: index, row: index });

const bySlide = (action: ConsultationAction): Extract<Access, { kind: 'consultation' }> => ({
  kind: 'consultation',
  action,
  by: 'slide',
  param: 'slideId',
});
const looking: NonNullable<AuditRule> = { action: 'slide.view', coalesceMs: LOOKING_COALESCE_MS };

/** Tiles of what a slide shows first, by addresses as the viewer makes them, without what the route has found out already. */
export function expressTiles({ material }: Services): ExpressRoute {
  const address =
    /^\/api\/slides\/([0-9a-f-]{36})\/levels\/(\d{1,2})\/tiles\/(\d{1,6})\/(\d{1,6})\?v=([0-9a-z]{1,8}-[0-9a-f]{1,16})(&icc=1)?$/;
  return {
    ...{ access: bySlide('material.read'), audit: looking },
    find(url) {
      const found = address.exec(url);
      if (found === null) return null;
      const [, slideId = '', level, column, row, version = '', icc] = found;
      const place = { level: Number(level), column: Number(column), row: Number(row), icc: icc !== undefined };
      return {
        subjectId: slideId,
        answer() {
          const stored = material.slideImages.stored(slideId as SlideId, place, version);
          return stored && { etag: etagOf(slideId as SlideId, stored.version), read: stored.read };
        },
      };
    },
  };
}

/** Tiles, thumbnails and associated images of slides. */
export function slideImageRoutes({ material }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/slides/:slideId/levels/:level/tiles/:column/:row',
      {
        schema: {
          tags: ['slides'],
          summary: 'A tile at full tile size, as the scanner stored it where that can be; level 0 is full resolution',
          params: tileParams,
          querystring: tileQuery,
        },
        config: { access: bySlide('material.read'), audit: looking },
      },
      async (request, reply) => {
        const { slideId, ...place } = request.params;
        const { icc, v } = request.query;
        const selection = selectionOf(request.query);
        const { version, tile, isForEver } = await material.slideImages.tile(
          slideId,
          { ...place, icc: icc === '1', ...(selection === null ? {} : { selection }) },
          {
            caller: principalOf(request).userId,
            slideVersion: v ?? null,
            knownVersion: knownVersion(request, slideId),
          },
          request.signal,
        );
        const isKnown = (isForEver ? immutable : revalidated)(request, reply, etagOf(slideId, version));
        if (isKnown || tile === null) return reply.send();
        return reply.type(tile.mediaType).send(tile.bytes);
      },
    );

    app.get(
      materialPaths.slideThumbnail(':slideId'),
      {
        schema: {
          tags: ['slides'],
          summary: `The whole slide as a JPEG of at most ${THUMBNAIL_SIDE} px a side`,
          params: z.object({ slideId: slideIdSchema }),
        },
        config: { access: bySlide('material.read'), audit: looking },
      },
      async (request, reply) => {
        const { slideId } = request.params;
        if (immutable(request, reply, etagOf(slideId, 'thumbnail'))) return reply.send();
        const image = await material.slideImages.thumbnail(slideId, THUMBNAIL_SIDE, request.signal);
        return reply.type(image.mediaType).send(image.bytes);
      },
    );

    app.get(
      materialPaths.iccProfile(':slideId'),
      {
        schema: {
          tags: ['slides'],
          summary: 'The colour profile of the scanned image, as stored',
          params: z.object({ slideId: slideIdSchema }),
        },
        config: { access: bySlide('material.read'), audit: looking },
      },
      async (request, reply) => {
        const { slideId } = request.params;
        const profile = await material.slideImages.iccProfile(slideId, request.signal);
        if (immutable(request, reply, etagOf(slideId, 'icc-profile'))) return reply.send();
        return reply.type('application/vnd.iccprofile').send(profile);
      },
    );

    // Three addresses and not one with a name: the label and the macro image need a permission of their own.
    for (const name of ['label', 'macro', 'thumbnail'] as const) {
      app.get(
        materialPaths.associatedImage(':slideId', name),
        {
          schema: {
            tags: ['slides'],
            summary: `The ${name} image the scanner stored`,
            params: z.object({ slideId: slideIdSchema }),
          },
          config: {
            access: bySlide(name === 'thumbnail' ? 'material.read' : 'slide-label.read'),
            audit: { action: `slide.${name}.read`, coalesceMs: LOOKING_COALESCE_MS },
          },
        },
        async (request, reply) => {
          const { slideId } = request.params;
          if (immutable(request, reply, etagOf(slideId, name))) return reply.send();
          const image = await material.slideImages.associatedImage(slideId, name, request.signal);
          return reply.type(image.mediaType).send(image.bytes);
        },
      );
    }
  };
}

function selectionOf({ focalPlane, channels }: z.infer<typeof planeQuery>): PlaneSelection | null {
  if (focalPlane === undefined && channels === undefined) return null;
  const views = channels === undefined ? [] : parseChannels(channels);
  if ('refusal' in views) throw new AppError('REQUEST_INVALID', { where: 'channels', reason: views.refusal });
  return { focalPlane: focalPlane ?? null, channels: views };
}

function etagOf(slideId: SlideId, version: string): string {
  return `"${slideId}.${version}"`;
}

function knownVersion(request: FastifyRequest, slideId: SlideId): string | null {
  const prefix = `"${slideId}.`;
  const tag = knownTags(request).find((one) => one.startsWith(prefix));
  return tag === undefined ? null : tag.slice(prefix.length, -1);
}
