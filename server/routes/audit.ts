import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { Services } from '#server/services.ts';
import { auditPageSchema, auditPaths, auditQuerySchema } from '#shared/api/audit.ts';
import { failureSchema } from '#shared/api/failure.ts';

const DEFAULT_ROWS = 100;

/** The audit trail, for auditors: who did what to which thing, never what the thing says. */
export function auditRoutes({ db }: Pick<Services, 'db'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      auditPaths.list,
      {
        schema: {
          tags: ['audit'],
          summary: 'The audit trail, newest first',
          querystring: auditQuerySchema,
          response: { 200: auditPageSchema, '4xx': failureSchema },
        },
        config: {
          access: { kind: 'general', action: 'audit.read' },
          audit: { action: 'audit.read', coalesceMs: 0 },
        },
      },
      async (request) => {
        const { consultationId, before, limit } = request.query;
        const filter = {
          limit: limit ?? DEFAULT_ROWS,
          ...(consultationId === undefined ? {} : { consultationId }),
          ...(before === undefined ? {} : { before }),
        };
        return { rows: await db.audit.page(filter) };
      },
    );
  };
}
