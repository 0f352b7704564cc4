import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { buildApp } from '#server/app.ts';
import { type Environment, readConfig } from '#server/config.ts';
import { createPostgresDatabase, describeOnEachDialect } from '#server/db/test-database.ts';
import type { Account } from '#server/domain/consultation-ports.ts';
import type { Principal } from '#server/domain/ports.ts';
import { createLog } from '#server/log.ts';
import { openServices, type Services } from '#server/services.ts';
import { accountPaths } from '#shared/api/account.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import type { Consultation, Intake } from '#shared/consultation/consultation.ts';
import type { Role } from '#shared/consultation/role.ts';

/** For tests: the whole server on a folder and an embedded database of its own, reached through `inject`. */
export interface TestServer {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly dataDir: string;
  /**
   * A signed-in person; the same name gives the same one. `referrer` and `referrer2` are two people of one role.
   */
  as(who: TestPerson): Promise<SignedIn>;
  /** A request without any session. */
  anonymous(options: InjectOptions): Promise<LightMyRequestResponse>;
  /** A draft of `referrer` with two questions. */
  draft(intake?: Partial<Intake>): Promise<Consultation>;
  /** A consultation that is submitted, assigned to `radiologist` and `pathologist`, and accepted. */
  ready(intake?: Partial<Intake>): Promise<Consultation>;
  close(): Promise<void>;
}

export type TestPerson = Role | 'referrer2' | 'coordinator2' | 'radiologist2' | 'pathologist2';

export interface SignedIn {
  readonly account: Account;
  readonly principal: Principal;
  readonly cookie: string;
  /** Sends a request with the person's session; `payload` objects go as JSON. */
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
  get(url: string): Promise<LightMyRequestResponse>;
  post(url: string, payload: object): Promise<LightMyRequestResponse>;
  put(url: string, payload: object): Promise<LightMyRequestResponse>;
}

export const TEST_PASSWORD = 'test-password-1';

export const TEST_INTAKE: Intake = {
  title: 'Nodule in the right upper lobe',
  speciality: 'both',
  urgency: 'routine',
  patient: { initials: 'AB', birthYear: 1961, sex: 'female', reference: 'R-17' },
  history: 'Cough for six weeks.',
  workingDiagnosis: 'Adenocarcinoma?',
  questions: [{ text: 'Is the nodule malignant?' }, { text: 'Which biopsy site?' }],
};

/** The same tests on a server with each database; `server()` may be called inside tests and hooks only. */
export function describeOnEachServer(name: string, tests: (server: () => TestServer) => void): void {
  describeOnEachDialect(name, { onSqlite: () => startTestServer(), onPostgres: startTestServerOnPostgres }, tests);
}

/** As `startTestServer`, on a database of its own on the PostgreSQL server of `serverUrl`. */
async function startTestServerOnPostgres(serverUrl: string): Promise<TestServer> {
  const { url, drop } = await createPostgresDatabase(serverUrl);
  const server = await startTestServer({ DATABASE_URL: url });
  return {
    ...server,
    async close() {
      await server.close();
      await drop();
    },
  };
}

export async function startTestServer(environment: Environment = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'consilium-test-'));
  const config = readConfig({ DEMO: 'off', LOG_LEVEL: 'error', DATA_DIR: dataDir, ...environment });
  const services = await openServices(config, createLog(config.logLevel), []);
  const app = await buildApp(services, join(dataDir, 'no-viewer'));
  await app.ready();
  const people = new Map<TestPerson, Promise<SignedIn>>();

  async function signIn(who: TestPerson): Promise<SignedIn> {
    const role = who.replace(/2$/, '') as Role;
    const email = `${who}@example.org`;
    const account = await services.accounts.create({ email, name: `Dr ${who}`, role, password: TEST_PASSWORD });
    const answer = await app.inject({
      method: 'POST',
      url: `${accountPaths.auth}/sign-in/email`,
      payload: { email, password: TEST_PASSWORD },
    });
    if (answer.statusCode !== 200) throw new Error(`${who} cannot sign in: ${answer.body}`);
    const cookie = answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
    const inject = (options: InjectOptions) =>
      app.inject({ ...options, headers: { cookie, ...options.headers } }) as Promise<LightMyRequestResponse>;
    return {
      account,
      principal: { userId: account.id, name: account.name, role, via: 'session' },
      cookie,
      inject,
      get: (url) => inject({ method: 'GET', url }),
      post: (url, payload) => inject({ method: 'POST', url, payload }),
      put: (url, payload) => inject({ method: 'PUT', url, payload }),
    };
  }

  function as(who: TestPerson): Promise<SignedIn> {
    const known = people.get(who) ?? signIn(who);
    people.set(who, known);
    return known;
  }

  async function draft(intake: Partial<Intake> = {}): Promise<Consultation> {
    const referrer = await as('referrer');
    return expectJson(await referrer.post(consultationPaths.list, { ...TEST_INTAKE, ...intake }), 201);
  }

  async function ready(intake: Partial<Intake> = {}): Promise<Consultation> {
    const [referrer, coordinator] = [await as('referrer'), await as('coordinator')];
    const opened = await draft(intake);
    const { events, assignments } = {
      events: consultationPaths.events(opened.id),
      assignments: consultationPaths.assignments(opened.id),
    };
    let now: Consultation = expectJson(
      await referrer.post(events, { event: 'submit', revision: opened.revision, reason: null }),
      200,
    );
    for (const [discipline, who] of [
      ['radiology', 'radiologist'],
      ['pathology', 'pathologist'],
    ] as const) {
      const expertId = (await as(who)).account.id;
      now = expectJson(await coordinator.put(assignments, { discipline, expertId, revision: now.revision }), 200);
    }
    return expectJson(await coordinator.post(events, { event: 'accept', revision: now.revision, reason: null }), 200);
  }

  return {
    app,
    services,
    dataDir,
    as,
    anonymous: (options) => app.inject(options) as Promise<LightMyRequestResponse>,
    draft,
    ready,
    async close() {
      await app.close();
      await services.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The body of an answer that must have `status`. */
export function expectJson<T>(answer: LightMyRequestResponse, status: number): T {
  if (answer.statusCode !== status)
    throw new Error(`answered ${answer.statusCode} instead of ${status}: ${answer.body}`);
  return answer.json() as T;
}
