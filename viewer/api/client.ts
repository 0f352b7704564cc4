import * as z from 'zod';
import { failureSchema } from '#shared/api/failure.ts';
import { sessionRenewed } from './session.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type FailureParams = Readonly<Record<string, string | number | boolean>>;

/** What answers without a body are parsed with. */
export const nothing = z.undefined();

/**
 * A request that was refused or never arrived. `message` is a sentence for the person; `status` is 0 when no
 * server answered (`OFFLINE`); `current` carries the stored record when a revision was stale.
 */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly params: FailureParams;
  readonly current: unknown;

  constructor(status: number, code: string, message: string, params: FailureParams = {}, current?: unknown) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = code;
    this.params = params;
    this.current = current;
  }
}

/** True for the failure with this code. */
export function isFailure(error: unknown, code: string): error is ApiFailure {
  return error instanceof ApiFailure && error.code === code;
}

/** Words for any error, fit to be shown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiFailure) return error.message;
  return 'Something unexpected happened on this page. What was saved is safe; reload the page and try again.';
}

/** Reads the body of a refused answer; bodies that are not ours (a proxy's page) become a plain sentence. */
async function readFailure(response: Response): Promise<ApiFailure> {
  const body: unknown = await response.json().catch(() => null);
  const failure = failureSchema.safeParse(body);
  if (failure.success) {
    const { code, message, params, current } = failure.data;
    return new ApiFailure(response.status, code, message, params, current);
  }
  const foreign = z.object({ code: z.string().optional(), message: z.string().min(1) }).safeParse(body);
  if (foreign.success)
    return new ApiFailure(response.status, foreign.data.code ?? `HTTP_${response.status}`, foreign.data.message);
  return new ApiFailure(
    response.status,
    `HTTP_${response.status}`,
    response.status >= 500
      ? 'The server could not do this now. Nothing that was confirmed is lost; try again in a moment.'
      : 'The server refused this request.',
  );
}

async function send(method: Method, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  if (signal !== undefined) init.signal = signal;
  try {
    return await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiFailure(
      0,
      'OFFLINE',
      'The server cannot be reached. What was saved is safe; check the connection and try again.',
    );
  }
}

/**
 * Sends one request and checks the answer with `schema` (use `nothing` where the answer has no body).
 * Throws `ApiFailure`. A session that ran out opens sign-in on top of the page and the request goes on after it.
 */
export async function request<Answer>(
  schema: z.ZodType<Answer>,
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  let response = await send(method, path, body, signal);
  if (response.status === 401) {
    const failure = await readFailure(response);
    const retry = failure.code === 'NOT_SIGNED_IN' && (await sessionRenewed(signal));
    if (!retry) throw failure;
    response = await send(method, path, body, signal);
  }
  if (!response.ok) throw await readFailure(response);
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new ApiFailure(
    response.status,
    'ANSWER_UNREADABLE',
    'The server answered in a way this page does not understand. Reload the page; it may be out of date.',
  );
}
