import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountPaths } from '#shared/api/account.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { AppError } from '#shared/errors.ts';
import { startTestServer, TEST_INTAKE, type TestServer } from './test-server.ts';

describe('RULE 6: a refusal is a sentence', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    server.app.log.level = 'silent';
  });
  afterAll(() => server.close());

  it.each([
    ['a missing field', { ...TEST_INTAKE, title: undefined }, /body\.title is missing/],
    ['an empty field', { ...TEST_INTAKE, title: '' }, /body\.title is too small/],
    ['a wrong choice', { ...TEST_INTAKE, urgency: 'soon' }, /body\.urgency is an invalid option/],
    ['a nested field', { ...TEST_INTAKE, questions: [{ text: 3 }] }, /body\.questions\.0\.text is an invalid input/],
    ['a NUL character', { ...TEST_INTAKE, history: 'a\u0000b' }, /body\.history/],
    ['a list instead of an object', [], /body/],
  ])('names the field and the reason of %s, never the value', async (_name, payload, sentence) => {
    const answer = await (await server.as('referrer')).post(consultationPaths.list, payload);
    expect(answer.statusCode).toBe(400);
    const failure = failureSchema.parse(answer.json());
    expect(failure.code).toBe('REQUEST_INVALID');
    expect(failure.message).toMatch(sentence);
    expect(failure.message).not.toContain('soon');
  });

  it.each([
    ['broken JSON', '{"a":', 'application/json', 400, 'REQUEST_INVALID'],
    ['no body', '', 'application/json', 400, 'REQUEST_INVALID'],
    ['another media type', 'a=1', 'application/x-www-form-urlencoded', 400, 'REQUEST_INVALID'],
    ['a form of text', '{}', 'text/plain', 400, 'REQUEST_INVALID'],
    ['a poisoned prototype', '{"__proto__":{"role":"admin"}}', 'application/json', 400, 'REQUEST_INVALID'],
    ['too much', JSON.stringify({ a: 'x'.repeat(1_100_000) }), 'application/json', 413, 'BODY_TOO_LARGE'],
  ])('answers %s in the same form', async (_name, payload, type, status, code) => {
    const answer = await (await server.as('referrer')).inject({
      method: 'POST',
      url: consultationPaths.list,
      headers: { 'content-type': type },
      payload,
    });
    expect(answer.statusCode).toBe(status);
    expect(failureSchema.parse(answer.json()).code).toBe(code);
    expect(answer.body).not.toMatch(/FST_|node_modules|\bat \w+ \(/);
  });

  it('tells nothing of the inside when something breaks', async () => {
    const { db } = server.services;
    const original = db.consultations.list;
    const secret = 'connection to 10.0.0.7 as consilium failed for patient X';
    db.consultations.list = () => Promise.reject(new Error(secret));
    try {
      const answer = await (await server.as('referrer')).get(consultationPaths.list);
      expect(answer.statusCode).toBe(500);
      expect(failureSchema.parse(answer.json())).toEqual({
        code: 'INTERNAL',
        message: new AppError('INTERNAL').message,
        params: {},
      });
      expect(answer.body).not.toContain('10.0.0.7');
    } finally {
      db.consultations.list = original;
    }
  });

  it('refuses an answer that does not fit its schema instead of sending it', async () => {
    const { db } = server.services;
    const original = db.users.byId;
    db.users.byId = async (id) => {
      const account = await original(id);
      return account === null ? null : { ...account, role: 'wizard' as 'admin' };
    };
    try {
      const answer = await (await server.as('referrer')).get(accountPaths.me);
      expect(answer.statusCode).toBe(500);
      expect(answer.body).not.toContain('wizard');
    } finally {
      db.users.byId = original;
    }
  });

  it('sends the stored record with a stale revision', async () => {
    const consultation = await server.draft();
    const owner = await server.as('referrer');
    const url = consultationPaths.one(consultation.id);
    const intake = { ...TEST_INTAKE, title: 'First' };
    const first = await owner.inject({ method: 'PATCH', url, payload: { revision: 1, intake } });
    expect(first.statusCode).toBe(200);
    const second = await owner.inject({ method: 'PATCH', url, payload: { revision: 1, intake } });
    expect(second.statusCode).toBe(409);
    expect(second.json()).toMatchObject({
      code: 'REVISION_STALE',
      params: { current: 2, sent: 1 },
      current: { id: consultation.id, revision: 2, title: 'First' },
    });
  });
});
