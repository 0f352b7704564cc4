import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

interface OpenApi {
  openapi: string;
  paths: Record<
    string,
    Record<string, { parameters?: { name: string; in: string; schema: object }[]; requestBody?: object }>
  >;
}

describe('description of the API', () => {
  let server: TestServer;
  let api: OpenApi;
  beforeAll(async () => {
    server = await startTestServer();
    const answer = await server.anonymous({ method: 'GET', url: '/api/openapi.json' });
    expect(answer.statusCode).toBe(200);
    api = answer.json();
  });
  afterAll(() => server.close());

  it('tells of every route that is not a page', () => {
    const described = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+|\*)\}/g, ':$1')}`),
    );
    const hidden = ['/*', '/api/docs', '/api/docs/page.css', '/api/docs/page.js', '/api/openapi.json'];
    for (const { method, url } of server.app.declaredRoutes) {
      if (method === 'HEAD' || hidden.includes(url)) continue;
      expect(described).toContain(`${method} ${url.replace(/\*$/, ':*')}`);
    }
  });

  it('gives the exact form of bodies and parameters', () => {
    const create = api.paths['/api/consultations']!.post!;
    expect(JSON.stringify(create.requestBody)).toContain('"workingDiagnosis"');
    const one = api.paths['/api/consultations/{consultationId}']!.get!;
    const parameter = one.parameters!.find(({ name }) => name === 'consultationId')!;
    expect(parameter).toMatchObject({
      in: 'path',
      required: true,
      schema: { type: 'string', pattern: expect.any(String) },
    });
    for (const methods of Object.values(api.paths)) {
      for (const operation of Object.values(methods)) {
        for (const { name, schema } of operation.parameters ?? []) {
          expect(Object.keys(schema).length, `the schema of ${name} says nothing`).toBeGreaterThan(0);
        }
      }
    }
  });

  it('has a page for people that loads its script and style from us', async () => {
    const page = await server.anonymous({ method: 'GET', url: '/api/docs' });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.body).not.toMatch(/<script(?![^>]*src=)|style="|onload=/);
    for (const [url, type] of [
      ['/api/docs/page.js', /^text\/javascript/],
      ['/api/docs/page.css', /^text\/css/],
    ] as const) {
      const file = await server.anonymous({ method: 'GET', url });
      expect(file.statusCode).toBe(200);
      expect(file.headers['content-type']).toMatch(type);
    }
  });
});
