import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import { cutOffStalled } from '#server/http/stalled-body.ts';
import type { Services } from '#server/services.ts';
import { materialPaths } from '#shared/api/material.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import { uuidSchema } from '#shared/id-schemas.ts';
import type { ConsultationId } from '#shared/ids.ts';

const access: Access = { kind: 'consultation', action: 'material.add', by: 'consultation', param: 'consultationId' };
const oneUpload = z.object({ consultationId: consultationIdSchema, uploadId: uuidSchema<string>() });

/** Resumable uploads (tus 1.0). The protocol's own code answers; who may send what was decided before. */
export function uploadRoutes({ material }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    // The bytes go to the disk as they come; nothing here reads them.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    async function pass(request: FastifyRequest<{ Params: { consultationId: ConsultationId } }>, reply: FastifyReply) {
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.raw.setHeader('cache-control', 'no-store');
      const caller = { principal: principalOf(request), consultationId: request.params.consultationId };
      reply.hijack();
      cutOffStalled(request.raw, reply.raw);
      await material.uploads.handle(request.raw, reply.raw, caller);
    }

    app.route({
      method: ['POST', 'OPTIONS'],
      url: materialPaths.uploads(':consultationId'),
      schema: {
        tags: ['uploads'],
        summary: 'Begin an upload (tus 1.0, creation-with-upload); Upload-Metadata carries filename',
        params: z.object({ consultationId: consultationIdSchema }),
      },
      config: { access, audit: null },
      handler: pass,
    });

    app.route({
      method: ['HEAD', 'PATCH', 'DELETE'],
      url: `${materialPaths.uploads(':consultationId')}/:uploadId`,
      schema: { tags: ['uploads'], summary: 'Ask for, continue or give up an upload (tus 1.0)', params: oneUpload },
      config: { access, audit: null },
      handler: pass,
    });
  };
}
