import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe } from 'vitest';
import { createAuthLibrary, migrateAccounts } from '#server/accounts/auth-library.ts';
import type { Database } from '#server/domain/ports.ts';
import { createTestClock, type TestClock } from '#server/domain/test-clock.ts';
import type { Role } from '#shared/consultation/role.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';
import { createDatabase } from './database.ts';
import { openPostgres } from './dialects/postgres.ts';
import { openSqlite } from './dialects/sqlite.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

/** For tests: a migrated database of their own on each dialect. */
export interface TestDatabase {
  readonly dialect: 'sqlite' | 'postgres';
  readonly db: Database;
  /** For looking behind the repositories' back. */
  readonly kysely: Kysely<Tables>;
  /** The time the database's clock tells; tests move it. */
  readonly clock: TestClock;
  /** Puts a person into the account table; he cannot sign in. */
  addPerson(role: Role, name?: string): Promise<{ id: UserId; name: string; role: Role; email: string }>;
  /** A draft of a referrer, made if he is not given. */
  addConsultation(referrerId?: UserId): Promise<ConsultationId>;
}

async function prepare(dialect: TestDatabase['dialect'], kysely: Kysely<Tables>): Promise<TestDatabase> {
  await migrate(kysely);
  const library = createAuthLibrary(kysely, {
    secret: 'only-for-tests-only-for-tests-0123456789',
    publicUrl: null,
    overHttps: false,
    onError: () => {},
  });
  await migrateAccounts(library);
  const clock = createTestClock();
  const db = createDatabase(kysely, clock);

  async function addPerson(role: Role, name = `Dr ${role}`) {
    const id = randomUUID() as UserId;
    const email = `${id}@example.org`;
    const { internalAdapter } = await library.$context;
    const user = await internalAdapter.createUser(
      { email, name, role, emailVerified: true },
      { method: 'email-password' },
    );
    return { id: user.id as UserId, name, role, email };
  }

  return {
    dialect,
    db,
    kysely,
    clock,
    addPerson,
    async addConsultation(referrerId) {
      const id = randomUUID() as ConsultationId;
      await db.consultations.insert({
        id,
        title: 'Second opinion',
        speciality: 'both',
        urgency: 'routine',
        patient: { initials: 'AB', birthYear: 1970, sex: 'unknown', reference: '' },
        history: '',
        workingDiagnosis: '',
        questions: [],
        referrerId: referrerId ?? (await addPerson('referrer')).id,
        createdAt: clock.now().toISOString(),
      });
      return id;
    },
  };
}

interface Opened {
  readonly database: TestDatabase;
  close(): Promise<void>;
}

async function openOnSqlite(): Promise<Opened> {
  const kysely = openSqlite(':memory:');
  return { database: await prepare('sqlite', kysely), close: () => kysely.destroy() };
}

/** Makes a database of its own on the PostgreSQL server of `serverUrl`; `drop` removes it again. */
export async function createPostgresDatabase(
  serverUrl: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `consilium_test_${randomUUID().replaceAll('-', '')}`;
  const administration = openPostgres(serverUrl, () => {});
  await sql`create database ${sql.id(name)}`.execute(administration);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await sql`drop database ${sql.id(name)}`.execute(administration);
      await administration.destroy();
    },
  };
}

async function openOnPostgres(serverUrl: string): Promise<Opened> {
  const { url, drop } = await createPostgresDatabase(serverUrl);
  const kysely = openPostgres(url, () => {});
  return {
    database: await prepare('postgres', kysely),
    async close() {
      await kysely.destroy();
      await drop();
    },
  };
}

/** What is open for a block of tests. */
interface Closable {
  close(): Promise<void>;
}

/**
 * Runs the same tests with what `onSqlite` opens and, when TEST_DATABASE_URL names a server, with what `onPostgres`
 * opens there. `opened()` gives it; it may be called inside tests and hooks only.
 */
export function describeOnEachDialect<T extends Closable>(
  name: string,
  { onSqlite, onPostgres }: { onSqlite(): Promise<T>; onPostgres(serverUrl: string): Promise<T> },
  tests: (opened: () => T) => void,
): void {
  const serverUrl = process.env.TEST_DATABASE_URL;
  const block = (opening: () => Promise<T>) => () => {
    let opened: T | null = null;
    beforeAll(async () => {
      opened = await opening();
    });
    afterAll(async () => {
      await opened?.close();
    });
    tests(() => {
      if (opened === null) throw new Error('the test database is open inside tests only');
      return opened;
    });
  };
  describe(`${name} (SQLite)`, block(onSqlite));
  if (serverUrl !== undefined && serverUrl !== '') {
    describe(
      `${name} (PostgreSQL)`,
      block(() => onPostgres(serverUrl)),
    );
  } else {
    process.stdout.write(`skipped: "${name}" on PostgreSQL, because TEST_DATABASE_URL is not set\n`);
    describe.skip(`${name} (PostgreSQL skipped: TEST_DATABASE_URL is not set)`, () => {
      tests(() => {
        throw new Error('skipped');
      });
    });
  }
}

/** The same tests on a migrated database of their own on each dialect. */
export function describeOnEachDatabase(name: string, tests: (open: () => TestDatabase) => void): void {
  describeOnEachDialect(name, { onSqlite: openOnSqlite, onPostgres: openOnPostgres }, (opened) =>
    tests(() => opened().database),
  );
}
