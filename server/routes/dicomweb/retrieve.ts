import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InstanceScope } from '#server/domain/material-ports.ts';
import { streamBlob } from '#server/domain/read-document.ts';
import { instanceFilesOf, streamInstances } from '#server/domain/retrieve-instances.ts';
import type { AuditRule } from '#server/http/access.ts';
import { immutable } from '#server/http/immutable.ts';
import { sendChunks } from '#server/http/send-chunks.ts';
import type { Services } from '#server/services.ts';
import { acceptOf, chooseForm, DICOM, objectForms } from './accept.ts';
import { multipart, multipartOf } from './multipart.ts';
import {
  allowedConsultations,
  bySeries,
  byStudy,
  INSTANCE_PATH,
  instanceParams,
  SERIES_PATH,
  STUDY_PATH,
  seriesParams,
  studyParams,
} from './places.ts';

const audit: AuditRule = { action: 'dicom.retrieve', coalesceMs: 0 };

/** WADO-RS retrieval of objects (PS3.18 section 10.4.1.1.1), bit for bit as they were sent. */
export function retrieveRoutes(services: Services): FastifyPluginAsyncZod {
  /** All objects in the scope, one part each, never more than a chunk of one in memory. */
  async function sendAll(request: FastifyRequest, reply: FastifyReply, scope: InstanceScope): Promise<FastifyReply> {
    const files = await instanceFilesOf(services, allowedConsultations(request), scope);
    const accepted = acceptOf(request);
    for (const transferSyntaxUid of new Set(files.map((file) => file.transferSyntaxUid))) {
      chooseForm(accepted, objectForms([transferSyntaxUid], false));
    }
    const { contentType, partHead, tail } = multipartOf(DICOM);
    const heads = files.map(({ transferSyntaxUid }) => partHead(transferSyntaxUid));
    const lengthBytes = files.reduce((sum, { sizeBytes }, at) => sum + (heads[at]?.byteLength ?? 0) + sizeBytes, 0);
    async function* body(): AsyncGenerator<Uint8Array> {
      let at = 0;
      for await (const chunks of streamInstances(services, files, request.signal)) {
        yield heads[at++] ?? tail;
        yield* chunks;
      }
      yield tail;
    }
    // More instances may come: this answer holds for now.
    void reply
      .type(contentType)
      .header('cache-control', 'private, no-cache')
      .header('vary', 'accept, cookie, authorization')
      .header('content-length', lengthBytes + tail.byteLength);
    return sendChunks(request, reply, body);
  }

  return async (app) => {
    app.get(
      STUDY_PATH,
      {
        schema: { tags: ['dicomweb'], summary: 'The instances of a study (WADO-RS)', params: studyParams },
        config: { access: byStudy, audit },
      },
      (request, reply) => sendAll(request, reply, request.params),
    );
    app.get(
      SERIES_PATH,
      {
        schema: { tags: ['dicomweb'], summary: 'The instances of a series (WADO-RS)', params: seriesParams },
        config: { access: bySeries, audit },
      },
      (request, reply) => sendAll(request, reply, request.params),
    );
    app.get(
      INSTANCE_PATH,
      {
        schema: { tags: ['dicomweb'], summary: 'An instance as it was sent (WADO-RS)', params: instanceParams },
        config: { access: bySeries, audit },
      },
      async (request, reply) => {
        const place = request.params;
        const { directory } = services.material.frames;
        const { sha256, sizeBytes, transferSyntaxUid } = await directory.find(allowedConsultations(request), place);
        const form = chooseForm(acceptOf(request), objectForms([transferSyntaxUid], true));
        void reply.header('vary', 'accept');
        if (immutable(request, reply, `"${sha256}.${form.multipart ? 'm' : 's'}"`)) return reply.send();
        const { contentType, partHead, tail } = multipart(DICOM, transferSyntaxUid);
        if (form.multipart) {
          void reply.type(contentType).header('content-length', partHead.byteLength + sizeBytes + tail.byteLength);
        } else {
          void reply
            .type(`${DICOM}; transfer-syntax=${transferSyntaxUid}`)
            .header('content-disposition', `attachment; filename="${place.sopInstanceUid}.dcm"`)
            .header('content-length', sizeBytes);
        }
        if (request.method === 'HEAD') return reply.send();
        const { chunks } = await streamBlob(services, sha256, request.signal);
        async function* inPart(): AsyncGenerator<Uint8Array> {
          yield partHead;
          yield* chunks;
          yield tail;
        }
        return sendChunks(request, reply, form.multipart ? inPart : () => chunks);
      },
    );
  };
}
