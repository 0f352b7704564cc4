import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { ConsultationStanding, Principal } from '#server/domain/ports.ts';
import { decide, decideGeneral } from '#shared/consultation/permissions.ts';
import { AppError } from '#shared/errors.ts';
import type { Access } from './access.ts';
import type { AccessRecorder } from './access-recorder.ts';
import type { Principals } from './principals.ts';
import type { Standings } from './standings.ts';
import { requireSubject } from './subject.ts';

interface AccessControl {
  readonly principals: Principals;
  readonly standings: Standings;
  readonly recorder: AccessRecorder;
}

/** A route that declares nothing stops the start. */
function requireDeclaration(route: RouteOptions): Access {
  const access = route.config?.access;
  if (access === undefined) {
    throw new Error(`The route ${String(route.method)} ${route.url} declares no access.`);
  }
  const inPath = access.kind === 'consultation' && access.from !== 'query-or-header';
  if (inPath && !route.url.includes(`:${access.param}`)) {
    throw new Error(`The route ${route.url} takes its access from :${access.param}, which it does not have.`);
  }
  return access;
}

/** One route as it was declared. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is, in the order of its registration. */
    declaredRoutes: DeclaredRoute[];
  }
}

/**
 * Lets a request through to its route, or not. It runs before the body is read, so that nobody can make the server
 * parse what he may not send. Unknown and not visible look alike (404); visible but not permitted is said (403).
 */
export function controlAccess(app: FastifyInstance, { principals, standings, recorder }: AccessControl): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('standings');
  app.decorate('declaredRoutes', []);
  app.addHook('onRoute', (route) => {
    const access = requireDeclaration(route);
    for (const method of [route.method].flat()) app.declaredRoutes.push({ method, url: route.url, access });
  });

  async function refuse(request: FastifyRequest, principal: Principal, of: ConsultationStanding | null) {
    await recorder.refused(request, principal, of?.consultationId ?? null);
  }

  async function allow(request: FastifyRequest, access: Access): Promise<void> {
    if (access.kind === 'public') return;
    const principal = await principals.of(request);
    if (principal === null) throw new AppError('NOT_SIGNED_IN');
    request.principal = principal;
    if (access.kind === 'general') {
      if (decideGeneral(access.action, principal.role) === 'allowed') return;
      await refuse(request, principal, null);
      throw new AppError('NOT_ALLOWED');
    }

    const found = await standings.of(principal, access.by, requireSubject(request));
    const decided = found.map((standing) => ({ standing, decision: decide(access.action, principal.role, standing) }));
    request.standings = decided.filter(({ decision }) => decision === 'allowed').map(({ standing }) => standing);
    if (request.standings.length > 0) return;
    const visible = decided.find(({ decision }) => decision === 'refused');
    // Only what exists is noted: a mistyped address concerns nobody.
    if (found.length > 0) await refuse(request, principal, (visible ?? decided[0])?.standing ?? null);
    throw new AppError(visible === undefined ? 'NOT_FOUND' : 'NOT_ALLOWED');
  }

  app.addHook('onRequest', (request, _reply, done) => {
    request.standings = [];
    if (request.is404) return done();
    const { access } = request.routeOptions.config;
    if (access === undefined) return done(new AppError('NOT_FOUND'));
    allow(request, access).then(() => done(), done);
  });
}

/** The person behind a request to a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new AppError('NOT_SIGNED_IN');
  return request.principal;
}
