import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { deidentifyConsultation } from '#server/domain/deidentify-consultation.ts';
import { instanceReach } from '#server/domain/search-reach.ts';
import { principalOf } from '#server/http/access-control.ts';
import { callerGone } from '#server/http/caller-gone.ts';
import type { Services } from '#server/services.ts';
import {
  deidentificationPaths,
  deidentificationQuerySchema,
  optionsOf,
  parseRectangles,
} from '#shared/api/deidentification.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';

/** The DICOM objects of a consultation without what identifies the patient. */
export function deidentificationRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      deidentificationPaths.archive(':consultationId'),
      {
        schema: {
          tags: ['material'],
          summary: 'Every DICOM object of a consultation, de-identified by PS3.15 Annex E, in one .zip',
          params: z.object({ consultationId: consultationIdSchema }),
          querystring: deidentificationQuerySchema,
        },
        config: {
          access: { kind: 'consultation', action: 'material.export', by: 'consultation', param: 'consultationId' },
          audit: { action: 'material.export', coalesceMs: 0 },
        },
      },
      async (request, reply) => {
        const { consultationId } = request.params;
        const rectangles = parseRectangles([request.query.blank ?? []].flat(), 'blank');
        const wanted = { options: optionsOf(request.query), rectangles };
        const files = await deidentifyConsultation(
          services.deidentification,
          { consultationId, reach: instanceReach(principalOf(request).role, request.standings) },
          wanted,
          callerGone(reply),
        );
        return reply
          .type('application/zip')
          .header('content-disposition', `attachment; filename="deidentified.zip"`)
          .header('cache-control', 'private, no-store')
          .send(Readable.from(services.deidentification.pack(files), { objectMode: false }));
      },
    );
  };
}
