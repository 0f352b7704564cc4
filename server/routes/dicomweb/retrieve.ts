import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { archiveOf } from '#server/domain/archive-instances.ts';
import { closingChunks } from '#server/domain/closing-chunks.ts';
import type { InstanceScope } from '#server/domain/material-ports.ts';
import { type RetrieveNeeds, retrievableObjects } from '#server/domain/retrieve-instances.ts';
import type { AuditRule } from '#server/http/access.ts';
import { sendChunks } from '#server/http/send-chunks.ts';
import type { Services } from '#server/services.ts';
import { acceptOf, DICOM, ZIP } from './accept.ts';
import { multipartOf } from './multipart.ts';
import { type Planned, planForms } from './object-forms.ts';
import {
  bySeries,
  byStudy,
  INSTANCE_PATH,
  instanceParams,
  instancesWithin,
  SERIES_PATH,
  STUDY_PATH,
  seriesParams,
  studyParams,
} from './places.ts';
import { sendObject } from './send-object.ts';

const audit: AuditRule = { action: 'dicom.retrieve', coalesceMs: 0 };
/**
 * WADO-RS retrieval of objects (PS3.18 section 10.4.1.1.1): as they were sent behind a safe preamble, or in another
 * transfer syntax; as parts, alone, or as an archive with a DICOMDIR.
 */
export function retrieveRoutes(services: Services): FastifyPluginAsyncZod {
  const { directory, derived } = services.material.frames;
  const { headers, pack } = services.deidentification;
  const needs: RetrieveNeeds = { db: services.db, blobs: services.blobs, directory, derived, headers };

  /** All objects in the scope, never more than a chunk of one in memory. */
  async function sendAll(request: FastifyRequest, reply: FastifyReply, scope: InstanceScope): Promise<FastifyReply> {
    const objects = await retrievableObjects(needs, instancesWithin(request), scope);
    const planned = await planForms(acceptOf(request), objects, false);
    // More instances may come: this answer holds for now.
    void reply.header('cache-control', 'private, no-cache').header('vary', 'accept, cookie, authorization');
    return planned[0]?.form.mediaType === ZIP
      ? sendArchive(request, reply, planned, 'seriesUid' in scope ? 'series' : 'study')
      : sendParts(request, reply, planned);
  }

  async function sendParts(request: FastifyRequest, reply: FastifyReply, planned: readonly Planned[]) {
    const { contentType, partHead, tail } = multipartOf(DICOM);
    const { signal } = request;
    void reply.type(contentType);
    if (request.method === 'HEAD') return reply.send();
    const open = ({ object, form }: Planned) => object.open(form.transferSyntaxUid, signal);
    const [first, ...others] = planned;
    // What is wrong with the first object can still be said with a status.
    const opened = first && (await open(first));
    async function* body(): AsyncGenerator<Uint8Array, void> {
      if (opened !== undefined) {
        yield partHead(opened.transferSyntaxUid);
        yield* opened.chunks;
      }
      for (const one of others) {
        const { transferSyntaxUid, chunks } = await open(one);
        yield partHead(transferSyntaxUid);
        yield* chunks;
      }
      yield tail;
    }
    return sendChunks(request, reply, () =>
      closingChunks(body(), async () => {
        await opened?.chunks.return();
      }),
    );
  }

  function sendArchive(request: FastifyRequest, reply: FastifyReply, planned: readonly Planned[], name: string) {
    const { signal } = request;
    const objects = planned.map(({ object, form: { transferSyntaxUid } }) => ({
      ...{ file: object.file, transferSyntaxUid },
      open: () => object.open(transferSyntaxUid, signal),
    }));
    void reply.type(ZIP).header('content-disposition', `attachment; filename="${name}.zip"`);
    return sendChunks(request, reply, () => pack(archiveOf(services, objects, signal)));
  }

  return async (app) => {
    app.get(
      STUDY_PATH,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'The instances of a study (WADO-RS): multipart, or application/zip with a DICOMDIR',
          params: studyParams,
        },
        // Packed objects do not get smaller, and the others go as fast as they are.
        compress: false,
        config: { access: byStudy, audit },
      },
      (request, reply) => sendAll(request, reply, request.params),
    );
    app.get(
      SERIES_PATH,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'The instances of a series (WADO-RS): multipart, or application/zip with a DICOMDIR',
          params: seriesParams,
        },
        compress: false,
        config: { access: bySeries, audit },
      },
      (request, reply) => sendAll(request, reply, request.params),
    );
    app.get(
      INSTANCE_PATH,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'An instance as it was sent, or in the transfer syntax Accept asks for (WADO-RS)',
          params: instanceParams,
        },
        compress: false,
        config: { access: bySeries, audit },
      },
      async (request, reply) => {
        const objects = await retrievableObjects(needs, instancesWithin(request), request.params);
        const planned = await planForms(acceptOf(request), objects, true);
        const [only] = planned;
        if (only === undefined || only.form.mediaType === ZIP) {
          void reply.header('cache-control', 'private, no-cache').header('vary', 'accept, cookie, authorization');
          return sendArchive(request, reply, planned, 'instance');
        }
        return sendObject(needs, request, reply, only);
      },
    );
  };
}
