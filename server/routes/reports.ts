import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { loadMyReport, saveMyReport } from '#server/domain/report-draft.ts';
import { signReport } from '#server/domain/sign-report.ts';
import { listSignedVersions, loadSignedVersion, readRendition } from '#server/domain/signed-versions.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import { callerGone } from '#server/http/caller-gone.ts';
import type { Services } from '#server/services.ts';
import { annotationIdSchema } from '#shared/annotation/annotation.ts';
import { failureSchema } from '#shared/api/failure.ts';
import {
  myReportSchema,
  putReportSchema,
  reportPaths,
  signedVersionsSchema,
  signReportSchema,
} from '#shared/api/reports.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';
import { shortReportId } from '#shared/report/blocks.ts';
import { reportIdSchema, signedVersionSchema } from '#shared/report/report.ts';

/** A page of the result shows several key images at once: one audit row a minute and figure. */
const KEY_IMAGE_AUDIT_MS = 60_000;
const REPORT_AUDIT_MS = 10_000;

const ofConsultation = z.object({ consultationId: consultationIdSchema });
const oneVersion = z.object({ reportId: reportIdSchema, version: z.coerce.number().int().min(1).max(10_000) });
const oneKeyImage = oneVersion.extend({ annotationId: annotationIdSchema });
const failures = { '4xx': failureSchema };
const IMMUTABLE = 'private, max-age=31536000, immutable';

function within(action: ConsultationAction): Access {
  return { kind: 'consultation', action, by: 'consultation', param: 'consultationId' };
}

const byReport: Access = { kind: 'consultation', action: 'report.read', by: 'report', param: 'reportId' };

/** The expert's own part, its signature, and signed versions with their files. */
export function reportRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      reportPaths.list(':consultationId'),
      {
        schema: {
          tags: ['reports'],
          summary: 'Signed versions, newest first',
          params: ofConsultation,
          response: { 200: signedVersionsSchema, ...failures },
        },
        config: { access: within('report.read'), audit: { action: 'report.list', coalesceMs: REPORT_AUDIT_MS } },
      },
      async ({ params }) => ({ versions: await listSignedVersions(services, params.consultationId) }),
    );

    app.get(
      reportPaths.mine(':consultationId'),
      {
        schema: {
          tags: ['reports'],
          summary: 'The caller’s own part',
          params: ofConsultation,
          response: { 200: myReportSchema, ...failures },
        },
        config: { access: within('report.read'), audit: { action: 'report.mine', coalesceMs: REPORT_AUDIT_MS } },
      },
      async (request) =>
        loadMyReport(services, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
        }),
    );

    app.put(
      reportPaths.mine(':consultationId'),
      {
        schema: {
          tags: ['reports'],
          summary: 'Save the caller’s own part',
          params: ofConsultation,
          body: putReportSchema,
          response: { 200: myReportSchema, ...failures },
        },
        config: { access: within('report.write'), audit: null },
      },
      async (request) =>
        saveMyReport(services, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          ...request.body,
        }),
    );

    app.post(
      reportPaths.sign(':consultationId'),
      {
        schema: {
          tags: ['reports'],
          summary: 'Sign the caller’s own part',
          params: ofConsultation,
          body: signReportSchema,
          response: { 201: signedVersionSchema, ...failures },
        },
        config: { access: within('report.read'), audit: null },
      },
      async (request, reply) => {
        const version = await signReport(
          { ...services, wakeJobs: services.reports.wakeJobs },
          {
            principal: principalOf(request),
            consultationId: request.params.consultationId,
            ...request.body,
          },
        );
        return reply.status(201).send(version);
      },
    );

    app.get(
      reportPaths.version(':reportId', ':version' as unknown as number),
      {
        schema: {
          tags: ['reports'],
          summary: 'One signed version',
          params: oneVersion,
          response: { 200: signedVersionSchema, ...failures },
        },
        config: { access: byReport, audit: { action: 'report.read', coalesceMs: REPORT_AUDIT_MS } },
      },
      async ({ params }) => loadSignedVersion(services, params),
    );

    app.get(
      reportPaths.pdf(':reportId', ':version' as unknown as number),
      {
        schema: {
          tags: ['reports'],
          summary: 'The signed version as PDF',
          params: oneVersion,
          response: { 200: z.unknown().describe('The PDF file'), ...failures },
        },
        config: { access: byReport, audit: { action: 'report.pdf', coalesceMs: 0 } },
      },
      async ({ params }, reply) => {
        const { bytes, rendition } = await readRendition(
          services,
          { ...params, kind: 'pdf', name: '' },
          callerGone(reply),
        );
        const name = `report-${shortReportId(params.reportId)}-v${params.version}.pdf`;
        return reply
          .header('content-disposition', `attachment; filename="${name}"`)
          .header('cache-control', 'private, no-cache')
          .header('etag', `"${rendition.sha256}"`)
          .header('x-content-type-options', 'nosniff')
          .type(rendition.mediaType)
          .send(bytes);
      },
    );

    app.get(
      reportPaths.keyImage(':reportId', ':version' as unknown as number, ':annotationId'),
      {
        schema: {
          tags: ['reports'],
          summary: 'The picture of a cited annotation',
          params: oneKeyImage,
          response: { 200: z.unknown().describe('The picture, PNG'), ...failures },
        },
        config: { access: byReport, audit: { action: 'report.key-image', coalesceMs: KEY_IMAGE_AUDIT_MS } },
      },
      async ({ params }, reply) => {
        const wanted = { ...params, kind: 'key-image', name: params.annotationId } as const;
        const { bytes, rendition } = await readRendition(services, wanted, callerGone(reply));
        return reply
          .header('cache-control', IMMUTABLE)
          .header('etag', `"${rendition.sha256}"`)
          .header('x-content-type-options', 'nosniff')
          .type(rendition.mediaType)
          .send(bytes);
      },
    );
  };
}
