import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { exportSegmentations } from '#server/domain/export-segmentations.ts';
import { SegmentMeasurer } from '#server/domain/measure-segment.ts';
import { deleteOwnRecord } from '#server/domain/own-record.ts';
import { SEGMENTS, saveSegment } from '#server/domain/save-segment.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import { callerGone } from '#server/http/caller-gone.ts';
import type { Services } from '#server/services.ts';
import { deleteQuerySchema } from '#shared/api/annotations.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { putSegmentSchema, segmentationsQuerySchema, segmentPaths, segmentsSchema } from '#shared/api/segments.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';
import { segmentIdSchema, segmentSchema } from '#shared/segmentation/segment.ts';

/** A segment through two thousand frames of ragged outlines; usual ones take some kilobytes. */
const LARGEST_SEGMENT_BYTES = 16 * 1024 * 1024;
const READ_AUDIT_MS = 60_000;

const ofConsultation = z.object({ consultationId: consultationIdSchema });
const oneSegment = ofConsultation.extend({ segmentId: segmentIdSchema });
const failures = { '4xx': failureSchema };

function within(action: ConsultationAction): Access {
  return { kind: 'consultation', action, by: 'consultation', param: 'consultationId' };
}

/** Segments of series, and the DICOM segmentations made of them. */
export function segmentRoutes(
  services: Pick<Services, 'db' | 'clock' | 'reports' | 'deidentification'>,
): FastifyPluginAsyncZod {
  const measurer = new SegmentMeasurer(services.db, services.reports.pixels);
  return async (app) => {
    app.get(
      segmentPaths.list(':consultationId'),
      {
        schema: {
          tags: ['segments'],
          summary: 'Every segment of the consultation, oldest first',
          params: ofConsultation,
          response: { 200: segmentsSchema, ...failures },
        },
        config: { access: within('annotation.read'), audit: { action: 'segment.list', coalesceMs: READ_AUDIT_MS } },
      },
      async ({ params }) => ({ segments: await services.db.segments.list(params.consultationId) }),
    );

    app.put(
      segmentPaths.one(':consultationId', ':segmentId'),
      {
        bodyLimit: LARGEST_SEGMENT_BYTES,
        schema: {
          tags: ['segments'],
          summary: 'Make or change a segment of one’s own; volume and statistics are computed here',
          params: oneSegment,
          body: putSegmentSchema,
          response: { 200: segmentSchema, ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request, reply) =>
        saveSegment(
          { ...services, measurer },
          {
            principal: principalOf(request),
            consultationId: request.params.consultationId,
            id: request.params.segmentId,
            revision: request.body.revision,
            draft: request.body.segment,
            signal: callerGone(reply),
          },
        ),
    );

    app.delete(
      segmentPaths.one(':consultationId', ':segmentId'),
      {
        schema: {
          tags: ['segments'],
          summary: 'Delete a segment of one’s own',
          params: oneSegment,
          querystring: deleteQuerySchema,
          response: { 204: z.null(), ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request, reply) => {
        await deleteOwnRecord(services, SEGMENTS, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          id: request.params.segmentId,
          revision: request.query.revision,
        });
        return reply.status(204).send(null);
      },
    );

    app.get(
      segmentPaths.segmentations(':consultationId'),
      {
        schema: {
          tags: ['segments'],
          summary: 'The segments as DICOM segmentations (SEG), one a series and author, in a .zip',
          params: ofConsultation,
          querystring: segmentationsQuerySchema,
        },
        config: { access: within('annotation.read'), audit: { action: 'segment.export', coalesceMs: 0 } },
      },
      async ({ params, query }, reply) => {
        const files = await exportSegmentations(services, { ...params, ...query });
        return reply
          .type('application/zip')
          .header('content-disposition', 'attachment; filename="segmentations-dicom-seg.zip"')
          .header('cache-control', 'private, no-store')
          .send(Readable.from(services.deidentification.pack(Readable.from(files)), { objectMode: false }));
      },
    );
  };
}
