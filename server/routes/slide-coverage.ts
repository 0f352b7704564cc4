import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { addCoverage, readCoverageOf } from '#server/domain/slide-coverage.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { addCoverageSchema, slideCoveragePath, slideCoverageSchema } from '#shared/api/slide-coverage.ts';

const params = z.object({ slideId: slideIdSchema });
const response = { 200: slideCoverageSchema, '4xx': failureSchema };

/** How much of a slide the caller has seen: the reader's own, shown to nobody else. */
export function slideCoverageRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      slideCoveragePath(':slideId'),
      {
        schema: { tags: ['slides'], summary: 'What the caller has seen of the slide', params, response },
        config: {
          access: { kind: 'consultation', action: 'annotation.read', by: 'slide', param: 'slideId' },
          audit: null,
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'private, no-store');
        return readCoverageOf(services.db, principalOf(request), request.params.slideId);
      },
    );

    app.put(
      slideCoveragePath(':slideId'),
      {
        schema: {
          tags: ['slides'],
          summary: 'Add to what the caller has seen of the slide; nothing is ever taken away',
          params,
          body: addCoverageSchema,
          response,
        },
        config: {
          access: { kind: 'consultation', action: 'annotation.write', by: 'slide', param: 'slideId' },
          audit: null,
        },
      },
      async (request) =>
        addCoverage(services, {
          principal: principalOf(request),
          slideId: request.params.slideId,
          seen: request.body.seen,
        }),
    );
  };
}
