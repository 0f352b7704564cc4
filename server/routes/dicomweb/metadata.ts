import { gunzipSync } from 'node:zlib';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InstanceScope } from '#server/domain/material-ports.ts';
import type { AuditRule } from '#server/http/access.ts';
import { knownTags } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { withBulkDataBase } from '#shared/dicom/dicom-json.ts';
import {
  allowedConsultations,
  bySeries,
  byStudy,
  INSTANCE_PATH,
  instanceParams,
  SERIES_PATH,
  STUDY_PATH,
  seriesParams,
  serviceBase,
  studyParams,
} from './places.ts';

const audit: AuditRule = { action: 'dicom.metadata', coalesceMs: 600_000 };

/** WADO-RS metadata (PS3.18 section 10.4.1.1.2) as DICOM JSON, compressed once and kept. */
export function metadataRoutes({ material }: Services): FastifyPluginAsyncZod {
  async function answer(request: FastifyRequest, reply: FastifyReply, scope: InstanceScope) {
    const base = serviceBase(request);
    const { etag, gzipped } = await material.metadata.read(
      allowedConsultations(request),
      scope,
      knownTags(request)[0] ?? null,
      base,
      (json, place) => withBulkDataBase(json, `${base}/${place}/`),
    );
    // More instances may come: the browser asks again each time, and mostly hears that nothing changed.
    void reply.header('etag', etag).header('cache-control', 'private, no-cache').header('vary', 'accept-encoding');
    if (gzipped === null) return reply.code(304).send();
    void reply.type('application/dicom+json');
    if (!/\bgzip\b|\*/.test(request.headers['accept-encoding'] ?? '')) return reply.send(gunzipSync(gzipped));
    return reply.header('content-encoding', 'gzip').send(gzipped);
  }

  return async (app) => {
    app.get(
      `${STUDY_PATH}/metadata`,
      {
        schema: { tags: ['dicomweb'], summary: 'Metadata of a study (WADO-RS)', params: studyParams },
        config: { access: byStudy, audit },
      },
      (request, reply) => answer(request, reply, request.params),
    );
    app.get(
      `${SERIES_PATH}/metadata`,
      {
        schema: { tags: ['dicomweb'], summary: 'Metadata of a series (WADO-RS)', params: seriesParams },
        config: { access: bySeries, audit },
      },
      (request, reply) => answer(request, reply, request.params),
    );
    app.get(
      `${INSTANCE_PATH}/metadata`,
      {
        schema: { tags: ['dicomweb'], summary: 'Metadata of an instance (WADO-RS)', params: instanceParams },
        config: { access: bySeries, audit },
      },
      (request, reply) => answer(request, reply, request.params),
    );
  };
}
