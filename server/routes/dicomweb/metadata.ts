import { gunzipSync } from 'node:zlib';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InstanceScope } from '#server/domain/material-ports.ts';
import type { AuditRule } from '#server/http/access.ts';
import { callerGone } from '#server/http/caller-gone.ts';
import { acceptsGzip } from '#server/http/gzip-coding.ts';
import { knownTags } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { toNativeXml } from '#shared/dicom/dicom-xml.ts';
import { acceptOf, chooseForm, type Form } from './accept.ts';
import { multipartOf } from './multipart.ts';
import {
  bySeries,
  byStudy,
  INSTANCE_PATH,
  instanceParams,
  instancesWithin,
  SERIES_PATH,
  STUDY_PATH,
  seriesParams,
  serviceBase,
  studyParams,
} from './places.ts';

const audit: AuditRule = { action: 'dicom.metadata', coalesceMs: 600_000 };

const JSON_FORMS: readonly Form[] = ['application/dicom+json', 'application/json'].map((mediaType) => ({
  ...{ multipart: false, mediaType, transferSyntaxUid: null },
}));
const XML: Form = { multipart: true, mediaType: 'application/dicom+xml', transferSyntaxUid: null };

/** WADO-RS metadata (PS3.18 section 10.4.1.1.2) as DICOM JSON, compressed once and kept, and as XML made of that. */
export function metadataRoutes({ material }: Services): FastifyPluginAsyncZod {
  async function answer(request: FastifyRequest, reply: FastifyReply, scope: InstanceScope) {
    const form = chooseForm(acceptOf(request), [...JSON_FORMS, XML]);
    // Each representation has a tag of its own (RFC 9110 section 8.8.3.3), made of the one of the instances.
    const packed = form !== XML && acceptsGzip(request.headers['accept-encoding']);
    const ending = `${form === XML ? '.xml' : packed ? '.gz' : ''}"`;
    const known = knownTags(request).flatMap((tag) => (tag.endsWith(ending) ? `${tag.slice(0, -ending.length)}"` : []));
    const { etag, gzipped } = await material.metadata.read(
      instancesWithin(request),
      scope,
      known,
      serviceBase(request),
      callerGone(reply),
    );
    // More instances may come: the browser asks again each time, and mostly hears that nothing changed.
    void reply
      .header('cache-control', 'private, no-cache')
      .header('vary', 'accept, accept-encoding')
      .header('etag', etag.replace(/"$/, ending));
    if (gzipped === null) return reply.code(304).send();
    if (form === XML) return asXml(reply, gzipped);
    void reply.type(form.mediaType);
    if (!packed) return reply.send(gunzipSync(gzipped));
    return reply.header('content-encoding', 'gzip').send(gzipped);
  }

  /** One part per instance (PS3.18 section 8.7.3.2). */
  function asXml(reply: FastifyReply, gzipped: Uint8Array): FastifyReply {
    // Written by ourselves from values of this type.
    const datasets = JSON.parse(gunzipSync(gzipped).toString()) as DicomJsonDataset[];
    const { contentType, partHead, tail } = multipartOf(XML.mediaType);
    const head = partHead(null);
    const parts = datasets.flatMap((dataset) => [head, Buffer.from(toNativeXml(dataset))]);
    return reply.type(contentType).send(Buffer.concat([...parts, tail]));
  }

  return async (app) => {
    app.get(
      `${STUDY_PATH}/metadata`,
      {
        schema: { tags: ['dicomweb'], summary: 'Metadata of a study (WADO-RS)', params: studyParams },
        // Packed here, once for all who ask.
        compress: false,
        config: { access: byStudy, audit },
      },
      (request, reply) => answer(request, reply, request.params),
    );
    app.get(
      `${SERIES_PATH}/metadata`,
      {
        schema: { tags: ['dicomweb'], summary: 'Metadata of a series (WADO-RS)', params: seriesParams },
        // Packed here, once for all who ask.
        compress: false,
        config: { access: bySeries, audit },
      },
      (request, reply) => answer(request, reply, request.params),
    );
    app.get(
      `${INSTANCE_PATH}/metadata`,
      {
        schema: { tags: ['dicomweb'], summary: 'Metadata of an instance (WADO-RS)', params: instanceParams },
        // Packed here, once for all who ask.
        compress: false,
        config: { access: bySeries, audit },
      },
      (request, reply) => answer(request, reply, request.params),
    );
  };
}
