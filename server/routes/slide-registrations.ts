import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { putRegistration } from '#server/domain/slide-registrations.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import { failureSchema } from '#shared/api/failure.ts';
import {
  putRegistrationSchema,
  slideRegistrationsPath,
  slideRegistrationsSchema,
} from '#shared/api/slide-registrations.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';

const params = z.object({ consultationId: consultationIdSchema });
const response = { 200: slideRegistrationsSchema, '4xx': failureSchema };

/** Places marked in two slides, by which they are laid on each other. */
export function slideRegistrationRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      slideRegistrationsPath(':consultationId'),
      {
        schema: { tags: ['slides'], summary: 'Places marked in pairs of slides, oldest first', params, response },
        config: {
          access: { kind: 'consultation', action: 'annotation.read', by: 'consultation', param: 'consultationId' },
          audit: null,
        },
      },
      async ({ params: { consultationId } }) => ({
        registrations: await services.db.registrations.list(consultationId),
      }),
    );

    app.put(
      slideRegistrationsPath(':consultationId'),
      {
        schema: {
          tags: ['slides'],
          summary: 'Keep the places the caller marked in two slides, in place of those before; none take them away',
          params,
          body: putRegistrationSchema,
          response,
        },
        config: {
          access: { kind: 'consultation', action: 'annotation.write', by: 'consultation', param: 'consultationId' },
          audit: null,
        },
      },
      async (request) => ({
        registrations: await putRegistration(services, {
          principal: principalOf(request),
          consultationId: request.params.consultationId,
          registration: request.body,
        }),
      }),
    );
  };
}
