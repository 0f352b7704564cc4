import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { createToken, listTokens, revokeToken } from '#server/domain/api-tokens.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Principals } from '#server/http/principals.ts';
import type { Services } from '#server/services.ts';
import {
  accountPaths,
  createdTokenSchema,
  createTokenSchema,
  demoSchema,
  meSchema,
  tokensSchema,
} from '#shared/api/account.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { AppError } from '#shared/errors.ts';

const failures = { '4xx': failureSchema };

/** The caller himself, his API tokens, and the demonstration accounts. */
export function accountRoutes(services: Services, principals: Principals): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      accountPaths.me,
      {
        schema: { tags: ['account'], summary: 'The caller', response: { 200: meSchema, ...failures } },
        config: { access: { kind: 'general', action: 'self.read' }, audit: null },
      },
      async (request) => {
        const account = await services.db.users.byId(principalOf(request).userId);
        if (account === null) throw new AppError('NOT_SIGNED_IN');
        return account;
      },
    );

    app.get(
      accountPaths.demo,
      {
        schema: { tags: ['account'], summary: 'The demonstration accounts', response: { 200: demoSchema } },
        config: { access: { kind: 'public' }, audit: null },
      },
      async () => ({ accounts: [...services.demoAccounts] }),
    );

    app.get(
      accountPaths.tokens,
      {
        schema: {
          tags: ['account'],
          summary: 'The API tokens of the caller',
          response: { 200: tokensSchema, ...failures },
        },
        config: { access: { kind: 'general', action: 'token.manage' }, audit: null },
      },
      async (request) => ({ tokens: await listTokens(services, principalOf(request)) }),
    );

    app.post(
      accountPaths.tokens,
      {
        schema: {
          tags: ['account'],
          summary: 'Make an API token; its text is shown this once',
          body: createTokenSchema,
          response: { 201: createdTokenSchema, ...failures },
        },
        config: { access: { kind: 'general', action: 'token.manage' }, audit: null },
      },
      async (request, reply) => {
        const principal = principalOf(request);
        // A token that could make tokens would outlive its own revocation.
        if (principal.via === 'token') throw new AppError('NOT_ALLOWED');
        const { name } = request.body;
        return reply.code(201).send(await createToken(services, { owner: principal.userId, actor: principal, name }));
      },
    );

    app.delete(
      accountPaths.token(':tokenId'),
      {
        schema: {
          tags: ['account'],
          summary: 'End an API token',
          params: z.object({ tokenId: z.string().max(64) }),
          response: { 204: z.null(), ...failures },
        },
        config: { access: { kind: 'general', action: 'token.manage' }, audit: null },
      },
      async (request, reply) => {
        await revokeToken(services, principalOf(request), request.params.tokenId);
        principals.forget();
        return reply.code(204).send(null);
      },
    );
  };
}
