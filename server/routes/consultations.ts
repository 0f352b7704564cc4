import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { assignExpert } from '#server/domain/assign-expert.ts';
import { createConsultation } from '#server/domain/create-consultation.ts';
import { describeConsultation } from '#server/domain/describe-consultation.ts';
import { editConsultation } from '#server/domain/edit-consultation.ts';
import { fireEvent } from '#server/domain/fire-event.ts';
import { listConsultations } from '#server/domain/list-consultations.ts';
import { listExperts, readConsultation } from '#server/domain/read-consultation.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import {
  assignSchema,
  consultationPaths,
  createConsultationSchema,
  editConsultationSchema,
  expertsSchema,
  fireEventSchema,
  worklistSchema,
} from '#shared/api/consultations.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { consultationIdSchema, consultationSchema } from '#shared/consultation/consultation.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';

/** A page that stays open asks again and again; once a minute is enough to know that it was open. */
const READ_COALESCE_MS = 60_000;

const params = z.object({ consultationId: consultationIdSchema });
const answers = { 200: consultationSchema, '4xx': failureSchema };
const on = (action: ConsultationAction): Access => ({
  kind: 'consultation',
  action,
  by: 'consultation',
  param: 'consultationId',
});

/** Consultations: the worklist, one of them, its events and its experts. */
export function consultationRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      consultationPaths.list,
      {
        schema: {
          tags: ['consultations'],
          summary: 'The worklist of the caller',
          response: { 200: worklistSchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'general', action: 'consultation.list' },
          audit: { action: 'consultation.list', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) => ({ items: await listConsultations(services, principalOf(request)) }),
    );

    app.post(
      consultationPaths.list,
      {
        schema: {
          tags: ['consultations'],
          summary: 'Open a draft',
          body: createConsultationSchema,
          response: { 201: consultationSchema, '4xx': failureSchema },
        },
        config: { access: { kind: 'general', action: 'consultation.create' }, audit: null },
      },
      async (request, reply) =>
        reply.code(201).send(await createConsultation(services, principalOf(request), request.body)),
    );

    app.get(
      consultationPaths.one(':consultationId'),
      {
        schema: { tags: ['consultations'], summary: 'One consultation', params, response: answers },
        config: {
          access: on('consultation.read'),
          audit: { action: 'consultation.read', coalesceMs: READ_COALESCE_MS },
        },
      },
      async (request) => readConsultation(services, principalOf(request), request.params.consultationId),
    );

    app.patch(
      consultationPaths.one(':consultationId'),
      {
        schema: {
          tags: ['consultations'],
          summary: 'Change what the referrer wrote',
          params,
          body: editConsultationSchema,
          response: answers,
        },
        config: { access: on('consultation.edit'), audit: null },
      },
      async (request) =>
        editConsultation(services, principalOf(request), { id: request.params.consultationId, ...request.body }),
    );

    app.post(
      consultationPaths.events(':consultationId'),
      {
        schema: {
          tags: ['consultations'],
          summary: 'Move the consultation by one event of its lifecycle',
          params,
          body: fireEventSchema,
          response: answers,
        },
        config: { access: on('consultation.transition'), audit: null },
      },
      async (request) => {
        const principal = principalOf(request);
        const { consultationId } = request.params;
        const moved = await fireEvent(services, { consultationId, actor: principal, ...request.body });
        return await describeConsultation(services.db, moved, principal);
      },
    );

    app.put(
      consultationPaths.assignments(':consultationId'),
      {
        schema: {
          tags: ['consultations'],
          summary: 'Set or clear the expert of one discipline',
          params,
          body: assignSchema,
          response: answers,
        },
        config: { access: on('assignment.write'), audit: null },
      },
      async (request) =>
        assignExpert(services, principalOf(request), {
          consultationId: request.params.consultationId,
          ...request.body,
        }),
    );

    app.get(
      consultationPaths.experts,
      {
        schema: {
          tags: ['consultations'],
          summary: 'The people a coordinator may assign',
          response: { 200: expertsSchema, '4xx': failureSchema },
        },
        config: { access: { kind: 'general', action: 'expert.list' }, audit: null },
      },
      async () => ({ experts: await listExperts(services) }),
    );
  };
}
