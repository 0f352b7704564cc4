import type { FastifyRequest } from 'fastify';
import { AppError } from '#shared/errors.ts';

/** What the declared access of a route takes its subject from. Works before the request is validated. */

/** The id of the thing the request is about; null when the route concerns none, or the request names none. */
export function subjectOf(request: FastifyRequest): string | null {
  const { access } = request.routeOptions.config;
  if (access?.kind !== 'consultation') return null;
  if (access.from !== 'query-or-header') {
    return (request.params as Record<string, string | undefined>)[access.param] ?? null;
  }
  const named = [
    (request.query as Record<string, unknown>)[access.param],
    request.headers[headerOf(access.param).toLowerCase()],
  ].filter((value) => value !== undefined);
  // Two names could mean two things: then it is none.
  const [first, ...others] = named;
  return typeof first === 'string' && first !== '' && others.every((other) => other === first) ? first : null;
}

/** As `subjectOf` for routes that need one. @throws AppError CONSULTATION_UNNAMED, REQUEST_INVALID */
export function requireSubject(request: FastifyRequest): string {
  const subject = subjectOf(request);
  const { access } = request.routeOptions.config;
  if (subject === null && access?.kind === 'consultation' && access.from === 'query-or-header') {
    if (access.by !== 'consultation') {
      throw new AppError('REQUEST_INVALID', { where: `querystring.${access.param}`, reason: 'is missing' });
    }
    throw new AppError('CONSULTATION_UNNAMED', { parameter: access.param, header: headerOf(access.param) });
  }
  return subject ?? '';
}

function headerOf(param: string): string {
  return `X-${param.charAt(0).toUpperCase()}${param.slice(1)}`;
}
