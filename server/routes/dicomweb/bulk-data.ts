import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { findBulkData } from '#server/domain/read-bulk-data.ts';
import type { AuditRule } from '#server/http/access.ts';
import { answerRange } from '#server/http/byte-range.ts';
import { immutable } from '#server/http/immutable.ts';
import { sendChunks } from '#server/http/send-chunks.ts';
import type { Services } from '#server/services.ts';
import { acceptOf, chooseForm, type Form } from './accept.ts';
import { multipart } from './multipart.ts';
import { bySeries, INSTANCE_PATH, instanceParams, instancesWithin } from './places.ts';

const audit: AuditRule = { action: 'dicom.view', coalesceMs: 600_000 };
const OCTETS = 'application/octet-stream';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const ALONE: Form = { multipart: false, mediaType: OCTETS, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN };
const IN_PARTS: Form = { ...ALONE, multipart: true };

/** A tag, and below sequences the item's number and the next tag. */
const bulkDataParams = instanceParams.extend({
  '*': z.string().regex(/^[0-9A-F]{8}(\/[1-9]\d{0,6}\/[0-9A-F]{8}){0,32}$/i, 'is not tag or tag/item/tag'),
});

/** WADO-RS bulk data (PS3.18 section 10.4.1.1.5): the values our metadata leaves out, with ranges. */
export function bulkDataRoutes({ material, blobs }: Services): FastifyPluginAsyncZod {
  const needs = {
    directory: material.frames.directory,
    blobs,
    bulkData: material.bulkData,
    staging: material.ingest.staging,
  };

  return async (app) => {
    app.get(
      `${INSTANCE_PATH}/bulkdata/*`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'A value the metadata names by BulkDataURI (WADO-RS); answers Range',
          params: bulkDataParams,
        },
        // Pixels go as stored: packing them anew for every reader costs more than it saves, and hides their length.
        compress: false,
        config: { access: bySeries, audit },
      },
      async (request, reply) => {
        // A client that asks for a part means the value itself, not a wrapping of it.
        const forms = request.headers.range === undefined ? [IN_PARTS, ALONE] : [ALONE, IN_PARTS];
        const form = chooseForm(acceptOf(request), forms);
        const { signal } = request;
        const element = request.params['*'].toUpperCase();
        const value = await findBulkData(needs, instancesWithin(request), request.params, element, signal);
        const etag = `"${value.version}.${form.multipart ? 'm' : 's'}"`;
        void reply.header('vary', 'accept');
        if (immutable(request, reply, etag)) return reply.send();
        if (form.multipart) {
          const { contentType, partHead, tail } = multipart(OCTETS, EXPLICIT_LITTLE_ENDIAN);
          async function* parts(): AsyncGenerator<Uint8Array> {
            yield partHead;
            yield* value.read(0, value.sizeBytes, signal);
            yield tail;
          }
          void reply
            .type(contentType)
            .header('content-length', partHead.byteLength + value.sizeBytes + tail.byteLength);
          return sendChunks(request, reply, parts);
        }
        const { offsetBytes, lengthBytes } = answerRange(request, reply, etag, value.sizeBytes);
        void reply.type(OCTETS).header('content-length', lengthBytes);
        return sendChunks(request, reply, () => value.read(offsetBytes, lengthBytes, signal));
      },
    );
  };
}
