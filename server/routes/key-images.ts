import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { exportKeyImages } from '#server/domain/export-key-images.ts';
import { deleteOwnRecord } from '#server/domain/own-record.ts';
import { KEY_IMAGES, saveKeyImage } from '#server/domain/save-key-image.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import { keyImageIdSchema, keyImageSchema } from '#shared/annotation/key-image.ts';
import { deleteQuerySchema } from '#shared/api/annotations.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { keyImagePaths, keyImagesSchema, putKeyImageSchema } from '#shared/api/key-images.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';

const READ_AUDIT_MS = 60_000;

const ofConsultation = z.object({ consultationId: consultationIdSchema });
const oneKeyImage = ofConsultation.extend({ keyImageId: keyImageIdSchema });
const failures = { '4xx': failureSchema };

function within(action: ConsultationAction): Access {
  return { kind: 'consultation', action, by: 'consultation', param: 'consultationId' };
}

/** Frames that experts marked as key images, and the DICOM objects made of them. */
export function keyImageRoutes(services: Pick<Services, 'db' | 'clock' | 'deidentification'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      keyImagePaths.list(':consultationId'),
      {
        schema: {
          tags: ['key images'],
          summary: 'Every key image of the consultation, oldest first',
          params: ofConsultation,
          response: { 200: keyImagesSchema, ...failures },
        },
        config: { access: within('annotation.read'), audit: { action: 'key-image.list', coalesceMs: READ_AUDIT_MS } },
      },
      async ({ params }) => ({ keyImages: await services.db.keyImages.list(params.consultationId) }),
    );

    app.put(
      keyImagePaths.one(':consultationId', ':keyImageId'),
      {
        schema: {
          tags: ['key images'],
          summary: 'Mark a frame as a key image, or change a mark of one’s own',
          params: oneKeyImage,
          body: putKeyImageSchema,
          response: { 200: keyImageSchema, ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request) =>
        saveKeyImage(services, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          id: request.params.keyImageId,
          revision: request.body.revision,
          draft: request.body.keyImage,
        }),
    );

    app.delete(
      keyImagePaths.one(':consultationId', ':keyImageId'),
      {
        schema: {
          tags: ['key images'],
          summary: 'Take back a mark of one’s own',
          params: oneKeyImage,
          querystring: deleteQuerySchema,
          response: { 204: z.null(), ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request, reply) => {
        await deleteOwnRecord(services, KEY_IMAGES, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          id: request.params.keyImageId,
          revision: request.query.revision,
        });
        return reply.status(204).send(null);
      },
    );

    app.get(
      keyImagePaths.selections(':consultationId'),
      {
        schema: {
          tags: ['key images'],
          summary:
            'The key images as DICOM: Key Object Selections, and a presentation state of each as it was seen, in a .zip',
          params: ofConsultation,
        },
        config: { access: within('annotation.read'), audit: { action: 'key-image.export', coalesceMs: 0 } },
      },
      async ({ params }, reply) => {
        const files = await exportKeyImages(services, params);
        return reply
          .type('application/zip')
          .header('content-disposition', 'attachment; filename="key-images-dicom.zip"')
          .header('cache-control', 'private, no-store')
          .send(Readable.from(services.deidentification.pack(Readable.from(files)), { objectMode: false }));
      },
    );
  };
}
