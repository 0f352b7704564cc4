import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { listMaterialOf, listOutcomes, listSlides, readSlide } from '#server/domain/list-material.ts';
import { readDocument, streamBlob } from '#server/domain/read-document.ts';
import { instanceReach } from '#server/domain/search-reach.ts';
import { principalOf } from '#server/http/access-control.ts';
import { immutable } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { failureSchema } from '#shared/api/failure.ts';
import {
  documentIdSchema,
  materialPaths,
  materialSchema,
  slideSummarySchema,
  slidesSchema,
  uploadOutcomesSchema,
} from '#shared/api/material.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';

const READ_COALESCE_MS = 60_000;
const ofConsultation = z.object({ consultationId: consultationIdSchema });
/** What a browser shows by itself without running anything of it. */
const SHOWN_INLINE = new Set(['application/pdf', 'image/jpeg', 'image/png']);

/** What consultations hold: lists, slides' facts and documents. */
export function materialRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      materialPaths.material(':consultationId'),
      {
        schema: {
          tags: ['material'],
          summary: 'Studies, slides and documents of a consultation',
          params: ofConsultation,
          response: { 200: materialSchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'consultation', action: 'material.read', by: 'consultation', param: 'consultationId' },
          audit: { action: 'material.list', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) =>
        listMaterialOf(
          { db: services.db, displaySets: services.material.displaySets },
          request.params.consultationId,
          instanceReach(principalOf(request).role, request.standings),
        ),
    );

    app.get(
      materialPaths.outcomes(':consultationId'),
      {
        schema: {
          tags: ['material'],
          summary: 'What became of each upload, newest first',
          params: ofConsultation,
          response: { 200: uploadOutcomesSchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'consultation', action: 'material.read', by: 'consultation', param: 'consultationId' },
          audit: { action: 'material.list', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) => ({ outcomes: await listOutcomes(services, request.params.consultationId) }),
    );

    app.get(
      materialPaths.slides,
      {
        schema: {
          tags: ['slides'],
          summary: 'Every slide the caller may see',
          response: { 200: slidesSchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'general', action: 'material.search' },
          audit: { action: 'slide.list', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) => ({ slides: await listSlides(services, principalOf(request)) }),
    );

    app.get(
      materialPaths.slide(':slideId'),
      {
        schema: {
          tags: ['slides'],
          summary: 'One slide: size, levels, resolution, associated images',
          params: z.object({ slideId: slideIdSchema }),
          response: { 200: slideSummarySchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'consultation', action: 'material.read', by: 'slide', param: 'slideId' },
          audit: { action: 'slide.read', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) =>
        readSlide(services, request.params.slideId, instanceReach(principalOf(request).role, request.standings)),
    );

    app.get(
      materialPaths.document(':documentId'),
      {
        schema: {
          tags: ['material'],
          summary: 'A document as it was sent; ?inline shows PDF, JPEG and PNG in the browser',
          params: z.object({ documentId: documentIdSchema }),
          querystring: z.object({ inline: z.string().optional() }),
        },
        config: {
          access: { kind: 'consultation', action: 'material.read', by: 'document', param: 'documentId' },
          audit: { action: 'document.read', coalesceMs: 0 },
        },
      },
      async (request, reply) => {
        const document = await readDocument(services, request.params.documentId);
        const inline = request.query.inline !== undefined && SHOWN_INLINE.has(document.mediaType);
        void reply
          .type(document.mediaType)
          .header('content-disposition', disposition(inline ? 'inline' : 'attachment', document.name))
          .header('x-content-type-options', 'nosniff')
          // A page of its own without rights, framed by our pages alone.
          .header(
            'content-security-policy',
            `sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'`,
          )
          .header('x-frame-options', 'SAMEORIGIN');
        if (immutable(request, reply, `"${document.sha256}"`)) return reply.send();
        const { sizeBytes, chunks } = await streamBlob(services, document.sha256, request.signal);
        return reply.header('content-length', sizeBytes).send(Readable.from(chunks, { objectMode: false }));
      },
    );
  };
}

/** RFC 6266: a plain name for old readers, the real one percent-encoded. */
function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
