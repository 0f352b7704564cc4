import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { EncodedPicture } from '#server/domain/image-ports.ts';
import type { Log } from '#server/log.ts';
import { decide } from '#shared/consultation/permissions.ts';
import type { Access, AuditRule } from './access.ts';
import type { AccessRecorder } from './access-recorder.ts';
import { IMMUTABLE_HEADERS } from './immutable.ts';
import type { Principals } from './principals.ts';
import type { Standings } from './standings.ts';

/**
 * A short way to stored images that are asked for by the thousand. It answers only what it can decide at once from
 * what requests before have found out: the person, his standing, the audit row that stands for many, and the
 * place of the bytes. Whatever is missing, or is anything but the plainest request, goes the way of all requests,
 * which finds it out and gives the same answer. So nothing is decided here that is not decided there.
 */

/** An answer that is known but for its bytes. */
export interface KnownAnswer {
  /** Strong, in quotes. */
  readonly etag: string;
  read(): Promise<EncodedPicture>;
}

/** What one route may be answered with on the short way. `access` and `audit` are those the route declares. */
export interface ExpressRoute {
  readonly access: Extract<Access, { kind: 'consultation' }>;
  readonly audit: NonNullable<AuditRule>;
  /** Null for an address that is not one of this route in its plainest form. */
  find(url: string): ExpressAddress | null;
}

export interface ExpressAddress {
  readonly subjectId: string;
  /** Null when something has to be found out. Only asked after the access was allowed. */
  answer(): KnownAnswer | null;
}

interface LaneNeeds {
  readonly principals: Principals;
  readonly standings: Standings;
  readonly recorder: AccessRecorder;
  readonly log: Log;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Requests answered on the short way. */
    expressAnswers: number;
  }
}

/** Headers that ask for more than the plain answer. */
const DEMANDING = ['range', 'if-match', 'if-modified-since', 'if-unmodified-since', 'expect'] as const;

/** Puts the lane in front of the server of `app` once it listens. */
export function openExpressLane(app: FastifyInstance, needs: LaneNeeds, routes: readonly ExpressRoute[]): void {
  const common = [...Object.entries(app.headersOfAll).flat(), ...IMMUTABLE_HEADERS];
  app.decorate('expressAnswers', 0);
  let closing = false;
  // The ordinary way tells clients to end their connection.
  app.addHook('preClose', async () => {
    closing = true;
  });

  /** The answer if all that decides about it is known. */
  function find(request: IncomingMessage): KnownAnswer | null {
    const { method, url = '', headers } = request;
    // Answers of HTTP/2 are written another way, and one connection carries them all.
    if (closing || method !== 'GET' || request.httpVersionMajor !== 1) return null;
    for (const route of routes) {
      const address = route.find(url);
      if (address === null) continue;
      if (DEMANDING.some((name) => headers[name] !== undefined)) return null;
      return isCovered(request, route, address.subjectId) ? address.answer() : null;
    }
    return null;
  }

  function isCovered({ headers }: IncomingMessage, { access, audit }: ExpressRoute, subject: string): boolean {
    const principal = needs.principals.known(headers);
    if (principal === null || principal === undefined) return false;
    const standings = needs.standings.known(principal, access.by, subject);
    const allowing = standings?.find((standing) => decide(access.action, principal.role, standing) === 'allowed');
    if (allowing === undefined) return false;
    const { consultationId } = allowing;
    return needs.recorder.covers(principal, { rule: audit, consultationId, subject });
  }

  function write(response: ServerResponse, etag: string, { bytes, mediaType }: EncodedPicture): void {
    response.writeHead(200, [
      ...common,
      'etag',
      etag,
      'content-type',
      mediaType,
      'content-length',
      `${bytes.byteLength}`,
    ]);
    response.end(bytes);
  }

  function note(request: IncomingMessage, response: ServerResponse): void {
    const started = performance.now();
    response.once('finish', () => {
      const milliseconds = Math.round(performance.now() - started);
      needs.log.debug(
        { method: request.method, route: 'express', status: response.statusCode, milliseconds },
        'answered',
      );
    });
  }

  app.addHook('onListen', async () => {
    const [ordinary] = app.server.listeners('request') as RequestListener[];
    if (ordinary === undefined) throw new Error('the server has nobody who answers');
    app.server.removeListener('request', ordinary);
    app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const answer = find(request);
      const known = request.headers['if-none-match'];
      // A list of entity tags is for the route to read.
      if (answer === null || (known !== undefined && known !== answer.etag)) return ordinary(request, response);
      if (needs.log.isLevelEnabled('debug')) note(request, response);
      app.expressAnswers += 1;
      if (known !== undefined) {
        response.writeHead(304, [...common, 'etag', answer.etag]).end();
        return;
      }
      answer.read().then(
        (picture) => {
          if (!response.destroyed) write(response, answer.etag, picture);
        },
        // The route meets the same trouble and knows how to say it.
        () => ordinary(request, response),
      );
    });
  });
}
