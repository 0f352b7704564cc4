import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import { changePreferences, readPreferences } from '#server/domain/preferences.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { changePreferencesSchema, preferencesPath, storedPreferencesSchema } from '#shared/api/preferences.ts';

const failures = { '4xx': failureSchema };
const config = { access: { kind: 'general', action: 'preferences.manage' }, audit: null } as const;

/** How the caller likes to see images: hanging protocols, keys, corner texts, layouts he left. */
export function preferenceRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      preferencesPath,
      {
        schema: {
          tags: ['account'],
          summary: 'What the caller likes',
          response: { 200: storedPreferencesSchema, ...failures },
        },
        config,
      },
      async (request) => await readPreferences(services, principalOf(request).userId),
    );

    app.put(
      preferencesPath,
      {
        schema: {
          tags: ['account'],
          summary: 'Change what the caller likes: what is named is written over, null takes it back',
          body: changePreferencesSchema,
          response: { 200: storedPreferencesSchema, ...failures },
        },
        config,
      },
      async (request) => await changePreferences(services, principalOf(request).userId, request.body),
    );
  };
}
