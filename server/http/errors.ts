import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from '@fastify/type-provider-zod';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Failure } from '#shared/api/failure.ts';
import { AppError } from '#shared/errors.ts';
import { hasLeft } from './caller-gone.ts';

/** The body of an answer from 400 up. */
export function failureOf(error: AppError): Failure {
  const failure: Failure = { code: error.code, message: error.message, params: { ...error.params } };
  if (error.current !== undefined) failure.current = error.current;
  return failure;
}

/** The first thing wrong with a request, as field and reason. The value itself is never repeated. */
function invalidRequest(error: FastifyError): AppError {
  const issue = error.validation?.[0];
  const path = (issue?.instancePath ?? '').split('/').filter((part) => part !== '');
  const where = [error.validationContext ?? 'request', ...path].join('.');
  const missing = issue?.keyword === 'invalid_type' && /received undefined$/.test(issue.message ?? '');
  const message = issue?.message ?? 'is not valid';
  return new AppError('REQUEST_INVALID', { where, reason: missing ? 'is missing' : asReason(message) });
}

/** "Too big: expected string to have <=80 characters" reads "is too big: expected …" behind a field. */
function asReason(message: string): string {
  if (/^(is|must|has) /.test(message)) return message;
  if (message.startsWith('Invalid ')) return `is an ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  return `is ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** What Fastify itself refuses, in our words. */
function refusedByFastify(error: FastifyError, request: FastifyRequest): AppError | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('BODY_TOO_LARGE', { limitBytes: request.routeOptions.bodyLimit });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('REQUEST_INVALID', { where: 'Content-Type', reason: 'is not accepted here' });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new AppError('REQUEST_INVALID', { where: 'body', reason: 'is not JSON' });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('REQUEST_INVALID', { where: 'Content-Length', reason: 'does not fit the body' });
    case 'FST_ERR_BAD_URL':
      return new AppError('REQUEST_INVALID', { where: 'address', reason: 'cannot be read' });
    default:
  }
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500
    ? new AppError('REQUEST_INVALID', { where: 'request', reason: 'cannot be read' })
    : null;
}

/** Every error as the one that is answered: a defect tells nothing of the inside. */
export function toAppError(error: unknown, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error as FastifyError);
  if (error instanceof Error && !isResponseSerializationError(error)) {
    const refused = refusedByFastify(error as FastifyError, request);
    if (refused !== null) return refused;
  }
  return new AppError('INTERNAL', {}, { cause: error });
}

/** One handler for everything that is thrown, one body for every answer from 400 up. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler(async () => {
    throw new AppError('NOT_FOUND');
  });
  app.setErrorHandler((error, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = toAppError(error, request);
    // Who left in the middle of an answer gets none, and reading that stopped for it is no defect.
    const callerLeft = hasLeft(reply);
    // What a standard allows and we do not make (501) is no failure of ours.
    if (refusal.status >= 500 && refusal.status !== 501 && !callerLeft)
      request.log.error({ err: error, code: refusal.code }, 'a request failed');
    if (refusal.retryAfterSeconds !== null) void reply.header('retry-after', String(refusal.retryAfterSeconds));
    void reply.removeHeader('etag').removeHeader('content-disposition').removeHeader('content-encoding');
    void reply
      .code(refusal.status)
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      // The body is our own: the schema of the route describes what it answers when it succeeds.
      .serializer((body: unknown) => JSON.stringify(body))
      .send(failureOf(refusal));
  });
}
