import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { SearchLevel } from '#server/domain/dicom-attributes.ts';
import type { InstanceScope } from '#server/domain/material-ports.ts';
import { filtersOf, searchDicom } from '#server/domain/search-dicom.ts';
import { consultationsWithMaterialFor } from '#server/domain/visible-consultations.ts';
import type { Access, AuditRule } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import type { ConsultationId } from '#shared/ids.ts';
import {
  allowedConsultations,
  bySeries,
  byStudy,
  DICOMWEB,
  SERIES_PATH,
  STUDY_PATH,
  seriesParams,
  serviceBase,
  studyParams,
} from './places.ts';

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;
const audit: AuditRule = { action: 'dicom.search', coalesceMs: 60_000 };
const anywhere: Access = { kind: 'general', action: 'material.search' };

/** Values of a repeated parameter join as the list PS3.18 section 8.3.4 also writes with a comma. */
const querySchema = z
  .record(z.string().max(128), z.union([z.string().max(4096), z.array(z.string().max(4096)).max(100)]))
  .refine((query) => Object.keys(query).length <= 64, 'has too many parameters');
type Query = z.infer<typeof querySchema>;

/** QIDO-RS: studies, series and instances within what the caller may see (PS3.18 section 10.6). */
export function searchRoutes(services: Services): FastifyPluginAsyncZod {
  async function answer(
    request: FastifyRequest<{ Querystring: Query }>,
    consultationIds: readonly ConsultationId[],
    level: SearchLevel,
    scope: InstanceScope,
  ) {
    const parameters = Object.fromEntries(
      Object.entries(request.query).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
    );
    const limit = Math.min(number(parameters.limit, DEFAULT_LIMIT), MAX_LIMIT);
    const offset = number(parameters.offset, 0);
    const query = { level, scope, filters: filtersOf(parameters), limit, offset };
    return JSON.stringify(await searchDicom(services, consultationIds, query, serviceBase(request)));
  }
  const visible = (request: FastifyRequest) => consultationsWithMaterialFor(services, principalOf(request));

  return async (app) => {
    app.addHook('onSend', async (_request, reply) => {
      if (reply.statusCode === 200) void reply.type('application/dicom+json');
    });
    for (const level of ['study', 'series', 'instance'] as const) {
      const collection = { study: 'studies', series: 'series', instance: 'instances' }[level];
      app.get(
        `${DICOMWEB}/${collection}`,
        {
          schema: { tags: ['dicomweb'], summary: `Search for ${collection} (QIDO-RS)`, querystring: querySchema },
          config: { access: anywhere, audit },
        },
        async (request) => answer(request, await visible(request), level, {}),
      );
    }
    for (const level of ['series', 'instance'] as const) {
      app.get(
        `${STUDY_PATH}/${level === 'series' ? 'series' : 'instances'}`,
        {
          schema: {
            tags: ['dicomweb'],
            summary: `The ${level === 'series' ? 'series' : 'instances'} of a study (QIDO-RS)`,
            params: studyParams,
            querystring: querySchema,
          },
          config: { access: byStudy, audit },
        },
        async (request) => answer(request, allowedConsultations(request), level, request.params),
      );
    }
    app.get(
      `${SERIES_PATH}/instances`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'The instances of a series (QIDO-RS)',
          params: seriesParams,
          querystring: querySchema,
        },
        config: { access: bySeries, audit },
      },
      async (request) => answer(request, allowedConsultations(request), 'instance', request.params),
    );
  };
}

function number(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : fallback;
}
