import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import type { Services } from '#server/services.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { AppError } from '#shared/errors.ts';

const answer = z.object({ status: z.literal('ok') });

/** Whether the process lives, and whether it can do its work. */
export function healthRoutes({ ready }: Pick<Services, 'ready'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/healthz',
      {
        schema: { tags: ['operation'], summary: 'The process answers', response: { 200: answer } },
        config: { access: { kind: 'public' }, audit: null },
      },
      async () => ({ status: 'ok' as const }),
    );
    app.get(
      '/readyz',
      {
        schema: {
          tags: ['operation'],
          summary: 'Database and storage answer',
          response: { 200: answer, 503: failureSchema },
        },
        config: { access: { kind: 'public' }, audit: null },
      },
      async () => {
        if (!(await ready())) throw new AppError('NOT_READY');
        return { status: 'ok' as const };
      },
    );
  };
}
