import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { exportMeasurementReports } from '#server/domain/export-measurement-reports.ts';
import type { Services } from '#server/services.ts';
import { annotationPaths, measurementReportsQuerySchema } from '#shared/api/annotations.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';

/** Annotations as DICOM structured reports. */
export function measurementReportRoutes(
  services: Pick<Services, 'db' | 'clock' | 'deidentification'>,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      annotationPaths.measurementReports(':consultationId'),
      {
        schema: {
          tags: ['annotations'],
          summary:
            'The annotations on DICOM images as measurement reports (SR, TID 1500), one a study and author, in a .zip',
          params: z.object({ consultationId: consultationIdSchema }),
          querystring: measurementReportsQuerySchema,
        },
        config: {
          access: { kind: 'consultation', action: 'annotation.read', by: 'consultation', param: 'consultationId' },
          audit: { action: 'annotation.export', coalesceMs: 0 },
        },
      },
      async ({ params, query }, reply) => {
        const files = await exportMeasurementReports(services, { ...params, ...query });
        return reply
          .type('application/zip')
          .header('content-disposition', 'attachment; filename="measurements-dicom-sr.zip"')
          .header('cache-control', 'private, no-store')
          .send(Readable.from(services.deidentification.pack(Readable.from(files)), { objectMode: false }));
      },
    );
  };
}
