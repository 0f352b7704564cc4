import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import { streamBlob } from '#server/domain/read-document.ts';
import { immutable } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { AppError } from '#shared/errors.ts';
import { chooseSending, parseAccept } from './accept.ts';
import { multipart } from './multipart.ts';
import { allowedConsultations, bySeries, INSTANCE_PATH, instanceParams } from './places.ts';

/** WADO-RS retrieval of a whole instance (PS3.18 section 10.4.1.1.1), bit for bit as it was sent. */
export function retrieveRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      INSTANCE_PATH,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'An instance as it was sent (WADO-RS)',
          params: instanceParams,
        },
        config: { access: bySeries, audit: { action: 'dicom.retrieve', coalesceMs: 0 } },
      },
      async (request, reply) => {
        const place = request.params;
        const { directory } = services.material.frames;
        const { sha256, transferSyntaxUid } = await directory.find(allowedConsultations(request), place);
        const stored = { mediaType: 'application/dicom', transferSyntaxUid };
        const sending = chooseSending(parseAccept(request.headers.accept), stored, true);
        if (sending === null) {
          throw new AppError('MEDIA_TYPE_UNAVAILABLE', { available: `application/dicom in ${transferSyntaxUid}` });
        }
        void reply.header('vary', 'accept');
        if (immutable(request, reply, `"${sha256}.${sending.multipart ? 'm' : 's'}"`)) return reply.send();
        const { sizeBytes, chunks } = await streamBlob(services, sha256, request.signal);
        if (!sending.multipart) {
          return reply
            .type(`application/dicom; transfer-syntax=${transferSyntaxUid}`)
            .header('content-disposition', `attachment; filename="${place.sopInstanceUid}.dcm"`)
            .header('content-length', sizeBytes)
            .send(Readable.from(chunks, { objectMode: false }));
        }
        const { contentType, partHead, tail } = multipart('application/dicom', transferSyntaxUid);
        async function* body(): AsyncGenerator<Uint8Array> {
          yield partHead;
          yield* chunks;
          yield tail;
        }
        return reply.type(contentType).send(Readable.from(body(), { objectMode: false }));
      },
    );
  };
}
