import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { runAdmin } from '#server/admin/run-admin.ts';
import type { Role } from '#shared/consultation/role.ts';

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

async function newestChange(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('e2e'));
  const times = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name)).catch(() => null))?.mtimeMs ?? 0),
  );
  return Math.max(0, ...times);
}

async function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(command, args, { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} failed:\n${printed.slice(-4000)}${said}`);
  return printed.trim();
}

/** Builds the viewer unless the built one is newer than all of its sources. */
async function buildViewer(): Promise<void> {
  const built = (await stat(join(ROOT, 'dist', 'index.html')).catch(() => null))?.mtimeMs ?? 0;
  const sources = await Promise.all(['viewer', 'shared'].map((folder) => newestChange(join(ROOT, folder))));
  if (built > Math.max(...sources)) return;
  const { VITEST: _, ...environment } = process.env;
  await run(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], {
    ...environment,
    NODE_ENV: 'production',
  });
}

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

/**
 * Builds the viewer if needed, makes the accounts and starts the server. `stop` ends it and removes its data. Tests
 * that never open a page of ours leave the viewer as it is.
 */
export async function startProduct(users: readonly TestUser[], options = { viewer: true }): Promise<Product> {
  const viewer = options.viewer ? buildViewer() : undefined;
  const [folder, port] = await Promise.all([mkdtemp(join(tmpdir(), 'consilium-e2e-')), freePort(), viewer]);
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
    return await run(process.execPath, [join(ROOT, 'server/admin.ts'), ...command], own);
  };
  return { url, folder, admin, log: () => log, stop };
}
