import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { deleteAnnotation, deleteFinding } from '#server/domain/delete-annotation.ts';
import { saveAnnotation } from '#server/domain/save-annotation.ts';
import { saveFinding } from '#server/domain/save-finding.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import { callerGone } from '#server/http/caller-gone.ts';
import type { Services } from '#server/services.ts';
import { annotationIdSchema, annotationSchema, findingIdSchema, findingSchema } from '#shared/annotation/annotation.ts';
import {
  annotationPaths,
  annotationsSchema,
  deleteQuerySchema,
  findingsSchema,
  putAnnotationSchema,
  putFindingSchema,
} from '#shared/api/annotations.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';

/** What the shapes of a consultation are read for, once a minute in the audit trail for one person. */
const READ_AUDIT_MS = 60_000;

const ofConsultation = z.object({ consultationId: consultationIdSchema });
const oneAnnotation = ofConsultation.extend({ annotationId: annotationIdSchema });
const oneFinding = ofConsultation.extend({ findingId: findingIdSchema });
const failures = { '4xx': failureSchema };

function within(action: ConsultationAction): Access {
  return { kind: 'consultation', action, by: 'consultation', param: 'consultationId' };
}

/** Annotations and findings of a consultation. */
export function annotationRoutes(services: Pick<Services, 'db' | 'clock' | 'reports'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      annotationPaths.list(':consultationId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Every annotation of the consultation, oldest first',
          params: ofConsultation,
          response: { 200: annotationsSchema, ...failures },
        },
        config: {
          access: within('annotation.read'),
          audit: { action: 'annotation.list', coalesceMs: READ_AUDIT_MS },
        },
      },
      async ({ params }) => ({ annotations: await services.db.annotations.list(params.consultationId) }),
    );

    app.put(
      annotationPaths.one(':consultationId', ':annotationId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Make or change an annotation of one’s own',
          params: oneAnnotation,
          body: putAnnotationSchema,
          response: { 200: annotationSchema, ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request, reply) =>
        saveAnnotation(
          { ...services, pixels: services.reports.pixels },
          {
            principal: principalOf(request),
            consultationId: request.params.consultationId,
            id: request.params.annotationId,
            revision: request.body.revision,
            draft: request.body.annotation,
            signal: callerGone(reply),
          },
        ),
    );

    app.delete(
      annotationPaths.one(':consultationId', ':annotationId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Delete an annotation of one’s own',
          params: oneAnnotation,
          querystring: deleteQuerySchema,
          response: { 204: z.null(), ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request, reply) => {
        await deleteAnnotation(services, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          id: request.params.annotationId,
          revision: request.query.revision,
        });
        return reply.status(204).send(null);
      },
    );

    app.get(
      annotationPaths.findings(':consultationId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Every finding of the consultation, oldest first',
          params: ofConsultation,
          response: { 200: findingsSchema, ...failures },
        },
        config: { access: within('annotation.read'), audit: { action: 'finding.list', coalesceMs: READ_AUDIT_MS } },
      },
      async ({ params }) => ({ findings: await services.db.annotations.findings.list(params.consultationId) }),
    );

    app.put(
      annotationPaths.finding(':consultationId', ':findingId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Make or change a finding of one’s own',
          params: oneFinding,
          body: putFindingSchema,
          response: { 200: findingSchema, ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request) =>
        saveFinding(services, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          id: request.params.findingId,
          revision: request.body.revision,
          draft: request.body.finding,
        }),
    );

    app.delete(
      annotationPaths.finding(':consultationId', ':findingId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Delete a finding of one’s own',
          params: oneFinding,
          querystring: deleteQuerySchema,
          response: { 204: z.null(), ...failures },
        },
        config: { access: within('annotation.write'), audit: null },
      },
      async (request, reply) => {
        await deleteFinding(services, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          id: request.params.findingId,
          revision: request.query.revision,
        });
        return reply.status(204).send(null);
      },
    );
  };
}
