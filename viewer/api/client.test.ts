import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { ApiFailure, nothing, request } from './client.ts';
import { isSessionLost, sessionEnded, sessionEstablished } from './session.ts';

const answers: (() => Response | Promise<Response>)[] = [];
const sent: { path: string; init: RequestInit }[] = [];

function json(status: number, body: unknown): () => Response {
  return () => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

const signedOut = json(401, { code: 'NOT_SIGNED_IN', message: 'Sign in to continue.', params: {} });

beforeEach(() => {
  answers.length = 0;
  sent.length = 0;
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push({ path, init });
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('no server');
    return answer();
  });
});
afterEach(() => {
  sessionEstablished();
  sessionEnded();
  vi.unstubAllGlobals();
});

async function failureOf(promise: Promise<unknown>): Promise<ApiFailure> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiFailure);
  return error as ApiFailure;
}

describe('a request to the server', () => {
  test('parses the answer with the schema and sends the cookie of this site only', async () => {
    answers.push(json(200, { a: 1 }));
    expect(await request(z.object({ a: z.int() }), 'POST', '/api/x', { b: 2 })).toEqual({ a: 1 });
    expect(sent[0]).toMatchObject({ path: '/api/x', init: { credentials: 'same-origin', body: '{"b":2}' } });
  });

  test('takes an answer without a body', async () => {
    answers.push(() => new Response(null, { status: 204 }));
    expect(await request(nothing, 'DELETE', '/api/x')).toBeUndefined();
  });

  test('carries code, sentence, parameters and the current record of a refusal', async () => {
    answers.push(
      json(409, { code: 'REVISION_STALE', message: 'Newer.', params: { sent: 1 }, current: { revision: 2 } }),
    );
    const failure = await failureOf(request(nothing, 'PUT', '/api/x', {}));
    expect(failure).toMatchObject({ status: 409, code: 'REVISION_STALE', message: 'Newer.', current: { revision: 2 } });
  });

  test('says offline when nobody answers', async () => {
    expect(await failureOf(request(nothing, 'GET', '/api/x'))).toMatchObject({ status: 0, code: 'OFFLINE' });
  });

  test('turns the page of a proxy into a sentence', async () => {
    answers.push(() => new Response('<html>Bad gateway</html>', { status: 502 }));
    const failure = await failureOf(request(nothing, 'GET', '/api/x'));
    expect(failure.code).toBe('HTTP_502');
    expect(failure.message).not.toContain('<');
  });

  test('refuses an answer of another shape', async () => {
    answers.push(json(200, { a: 'text' }));
    expect((await failureOf(request(z.object({ a: z.int() }), 'GET', '/api/x'))).code).toBe('ANSWER_UNREADABLE');
  });

  test('fails with 401 on a first visit', async () => {
    answers.push(signedOut);
    expect(await failureOf(request(nothing, 'GET', '/api/me'))).toMatchObject({ status: 401, code: 'NOT_SIGNED_IN' });
    expect(isSessionLost()).toBe(false);
  });

  test('waits for a new sign-in when the session ran out, and goes on by itself', async () => {
    sessionEstablished();
    answers.push(signedOut, json(200, { saved: true }));
    const saving = request(z.object({ saved: z.boolean() }), 'PUT', '/api/x', { text: 'typed' });
    await vi.waitFor(() => expect(isSessionLost()).toBe(true));
    expect(sent).toHaveLength(1);
    sessionEstablished();
    expect(await saving).toEqual({ saved: true });
    expect(sent[1]?.init.body).toBe('{"text":"typed"}');
  });

  test('does not take a wrong password for a lost session', async () => {
    sessionEstablished();
    answers.push(json(401, { code: 'CREDENTIALS_WRONG', message: 'Not right.', params: {} }));
    expect((await failureOf(request(nothing, 'POST', '/api/x', {}))).code).toBe('CREDENTIALS_WRONG');
    expect(isSessionLost()).toBe(false);
  });

  test('stops waiting when it is aborted', async () => {
    sessionEstablished();
    answers.push(signedOut);
    const controller = new AbortController();
    const waiting = request(nothing, 'GET', '/api/x', undefined, controller.signal);
    await vi.waitFor(() => expect(isSessionLost()).toBe(true));
    controller.abort(new Error('left the page'));
    await expect(waiting).rejects.toThrow('left the page');
  });
});
