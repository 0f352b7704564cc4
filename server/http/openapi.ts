import { readFile } from 'node:fs/promises';
import swagger from '@fastify/swagger';
import { jsonSchemaTransform } from '@fastify/type-provider-zod';
import type { FastifyInstance } from 'fastify';

const VERSION = '0.1.0';
const FOLDER = new URL('./api-docs/', import.meta.url);
const PAGE = [
  { url: '/api/docs', file: 'page.html', type: 'text/html; charset=utf-8' },
  { url: '/api/docs/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { url: '/api/docs/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
];

/** Collects the schemas of the routes that are registered after it. */
export async function collectSchemas(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Consilium',
        version: VERSION,
        description:
          'Second opinions on medical images. Sign in with a session cookie (POST /api/auth/sign-in/email) or send an API token.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
}

/** GET /api/openapi.json and, for people, /api/docs. Public: it says what the product can do, not what it holds. */
export async function serveApiDescription(app: FastifyInstance): Promise<void> {
  const config = { access: { kind: 'public' }, audit: null } as const;
  app.get('/api/openapi.json', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  );
  for (const { url, file, type } of PAGE) {
    const content = await readFile(new URL(file, FOLDER));
    app.get(url, { config, schema: { hide: true } }, async (_request, reply) => reply.type(type).send(content));
  }
}
