import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { listSlideQuality, readSlideQuality } from '#server/domain/read-slide-quality.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { qualitySummariesSchema, slideQualityPaths, slideQualitySchema } from '#shared/api/slide-quality.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';

const READ_COALESCE_MS = 60_000;

/** What was measured of slides when they came. */
export function slideQualityRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      slideQualityPaths.slide(':slideId'),
      {
        schema: {
          tags: ['slides'],
          summary:
            'Tissue, focus, pen marks, pixel size and unscanned tissue, with the maps; and the same bytes elsewhere',
          params: z.object({ slideId: slideIdSchema }),
          response: { 200: slideQualitySchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'consultation', action: 'material.read', by: 'slide', param: 'slideId' },
          audit: { action: 'slide.quality.read', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) => readSlideQuality(services, principalOf(request), request.params.slideId),
    );

    app.get(
      slideQualityPaths.consultation(':consultationId'),
      {
        schema: {
          tags: ['slides'],
          summary: 'What was measured of the slides of a consultation, in words',
          params: z.object({ consultationId: consultationIdSchema }),
          response: { 200: qualitySummariesSchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'consultation', action: 'material.read', by: 'consultation', param: 'consultationId' },
          audit: { action: 'material.list', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) => ({
        slides: await listSlideQuality(services, principalOf(request), request.params.consultationId),
      }),
    );
  };
}
