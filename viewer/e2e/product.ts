import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { runAdmin } from '#server/admin/run-admin.ts';
import type { Role } from '#shared/consultation/role.ts';
import { run } from './program.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const START_WITHIN_MS = 60_000;

/** The whole product as an operator starts it: a process of its own on an empty data directory. */
export interface Product {
  readonly url: string;
  /** For what the test itself writes; removed with the product. */
  readonly folder: string;
  /** Runs a command of the operator on the product's data and returns what it prints. */
  admin(...command: readonly string[]): Promise<string>;
  /** Everything the server has written to its log so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface TestUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

export const TEST_PASSWORD = 'a long test passphrase';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}

async function createUsers(users: readonly TestUser[], environment: NodeJS.ProcessEnv): Promise<void> {
  for (const { email, name, role } of users) {
    let said = '';
    const code = await runAdmin(
      ['create-user', '--email', email, '--name', name, '--role', role, '--password-stdin'],
      environment,
      {
        input: Readable.from([`${TEST_PASSWORD}\n`]),
        result: () => {},
        message: (text) => {
          said += text;
        },
      },
    );
    if (code !== 0) throw new Error(`the account ${email} could not be made: ${said}`);
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const last = Date.now() + START_WITHIN_MS;
  while (Date.now() < last) {
    if (child.exitCode !== null) throw new Error('the server ended while it started');
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.ok === true) return;
    await wait(100);
  }
  throw new Error('the server did not answer in time');
}

/** Makes the accounts and starts the server with the viewer as it is built. `stop` ends it and removes its data. */
export async function startProduct(users: readonly TestUser[]): Promise<Product> {
  const [folder, port] = await Promise.all([mkdtemp(join(tmpdir(), 'consilium-e2e-')), freePort()]);
  const environment = { ...process.env, PORT: String(port), DATA_DIR: join(folder, 'data'), DEMO: 'off' };
  await createUsers(users, environment);
  const child = spawn(process.execPath, [join(ROOT, 'server/main.ts')], {
    cwd: ROOT,
    env: { ...environment, NODE_ENV: 'production', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await Promise.race([once(child, 'exit'), wait(10_000).then(() => child.kill('SIGKILL'))]);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answers(url, child);
  } catch (error) {
    await stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`);
  }
  const admin = async (...command: readonly string[]): Promise<string> => {
    const { VITEST: _, ...own }: NodeJS.ProcessEnv = environment;
    return await run([join(ROOT, 'server/admin.ts'), ...command], own);
  };
  return { url, folder, admin, log: () => log, stop };
}
