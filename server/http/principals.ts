import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Sessions } from '#server/domain/account-ports.ts';
import { principalOfToken } from '#server/domain/api-tokens.ts';
import type { Clock, Principal, Repositories } from '#server/domain/ports.ts';
import { RecentValues } from './recent-values.ts';

/** How long a session is believed without asking; signing out and every other account change clears it. */
const BELIEVED_MS = 5000;
const BEARER = /^Bearer +(\S+)$/i;

/** Finds the person behind a request: an API token when one is sent, else the session cookie. */
export class Principals {
  readonly #sessions: Sessions;
  readonly #db: Pick<Repositories, 'tokens'>;
  readonly #clock: Clock;
  readonly #recent: RecentValues<Principal | null>;

  constructor(sessions: Sessions, db: Pick<Repositories, 'tokens'>, clock: Clock) {
    this.#sessions = sessions;
    this.#db = db;
    this.#clock = clock;
    this.#recent = new RecentValues(clock, BELIEVED_MS, 10_000);
  }

  async of(request: FastifyRequest): Promise<Principal | null> {
    const { authorization, cookie } = request.headers;
    // A request that shows a token stands or falls with it: the cookie of a browser does not help it out.
    if (authorization !== undefined) {
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined) return null;
      return await this.#recent.get(`token ${token}`, () =>
        principalOfToken({ db: this.#db, clock: this.#clock }, token),
      );
    }
    if (cookie === undefined) return null;
    return await this.#recent.get(`cookie ${cookie}`, () => this.#sessions.principalOf(new Headers({ cookie })));
  }

  /** The person if he is remembered from a request a moment ago; else undefined, and null for nobody. */
  known({ authorization, cookie }: IncomingHttpHeaders): Principal | null | undefined {
    if (authorization !== undefined) {
      const token = BEARER.exec(authorization)?.[1];
      return token === undefined ? null : this.#recent.known(`token ${token}`);
    }
    return cookie === undefined ? null : this.#recent.known(`cookie ${cookie}`);
  }

  /** Asks again for everybody: somebody signed out, or an account or token changed. */
  forget(): void {
    this.#recent.clear();
  }
}
