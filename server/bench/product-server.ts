import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { UploadOutcome } from '#shared/api/material.ts';
import { memoryOfTree, residentMb } from './process-figures.ts';
import { sendByTus, type TusSource } from './tus-client.ts';

/** The product as an operator runs it: its own process, its own data folder, reached over HTTP. */
export interface ProductServer {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly consultationId: string;
  readonly pid: number;
  /** Makes an account of another role; the headers of a request by it. */
  headersOf(role: string): Promise<Readonly<Record<string, string>>>;
  /** Resident memory of the server process, and of it with its workers, in MB. Linux only, else 0. */
  memory(): Promise<{ server: number; withWorkers: number }>;
  getJson(path: string): Promise<unknown>;
  upload(name: string, source: TusSource): Promise<UploadOutcome>;
  import(path: string): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EMAIL = 'bench@example.org';
const run = promisify(execFile);

/**
 * Starts the server on a free port with an empty data folder and makes a referrer, a consultation and a token.
 * `settings` are variables of its environment. With `beside` it joins a server on the same folder and makes nothing.
 */
export async function startProduct(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
  beside: Pick<ProductServer, 'headers' | 'consultationId'> | null = null,
): Promise<ProductServer> {
  const own = { DATA_DIR: dataDir, DEMO: 'off', PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'info', ...settings };
  const env = { ...process.env, ...own };
  // Started as by `npm start`.
  const server = spawn(process.execPath, ['--max-semi-space-size=4', 'server/start.mjs'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const base = await addressOf(server);
  const admin = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, ['server/admin.ts', ...args], { cwd: ROOT, env, maxBuffer: 1 << 28 })).stdout.trim();
  const addAccount = async (email: string, role: string): Promise<Readonly<Record<string, string>>> => {
    const account = run(
      process.execPath,
      ['server/admin.ts', 'create-user', '--email', email, '--name', 'Bench', '--role', role, '--password-stdin'],
      { cwd: ROOT, env },
    );
    account.child.stdin?.end('a password for the bench\n');
    await account;
    return { authorization: `Bearer ${await admin('create-token', '--user', email)}` };
  };
  const headers = beside?.headers ?? (await addAccount(EMAIL, 'referrer'));
  const consultationId =
    beside?.consultationId ?? (await admin('create-consultation', '--referrer', EMAIL, '--title', 'Bench'));

  return {
    base,
    headers,
    consultationId,
    pid: server.pid ?? 0,
    headersOf: (role) => addAccount(`${role}@example.org`, role),
    memory: async () => {
      const pid = server.pid ?? 0;
      return { server: await residentMb(pid), withWorkers: (await memoryOfTree(pid)).residentMb };
    },
    async getJson(path) {
      const answer = await fetch(base + path, { headers });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return answer.json();
    },
    upload: (name, source) => sendByTus({ base, headers, consultationId, name, source }),
    async import(path) {
      const report = JSON.parse(await admin('import', path, '--consultation', consultationId)) as {
        refused: unknown[];
      };
      if (report.refused.length > 0) throw new Error(`the import refused ${JSON.stringify(report.refused)}`);
    },
    async stop() {
      server.kill('SIGTERM');
      if (server.exitCode === null) await once(server, 'exit');
    },
  };
}

/** The address stands in the first line the server prints. */
async function addressOf(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('the server has no output');
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /http:\/\/[\d.:]+/.exec(line)?.[0];
    if (address !== undefined) {
      server.stdout.resume();
      return address;
    }
  }
  throw new Error('the server did not start');
}
