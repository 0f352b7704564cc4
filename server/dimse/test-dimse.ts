import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Environment } from '#server/config.ts';
import type { DimsePeer } from '#server/domain/dimse-ports.ts';
import { startTestServer, type TestPerson, type TestServer } from '#server/http/test-server.ts';
import { openDimse } from '#server/open-dimse.ts';
import type { DimseListener, DimseOptions } from './listener.ts';
import type { ConvertObject } from './session.ts';

/** For tests: the whole server with a DIMSE listener on a free port of the loopback address. */
export interface TestDimse {
  readonly server: TestServer;
  readonly listener: DimseListener;
  readonly port: number;
  /** Puts a peer on the list that acts as this person. */
  addPeer(aeTitle: string, who: TestPerson, rest?: Partial<DimsePeer>): Promise<void>;
  close(): Promise<void>;
}

export async function startTestDimse(
  options: Partial<DimseOptions> = {},
  environment: Environment = {},
  convert: ConvertObject | null = null,
): Promise<TestDimse> {
  const server = await startTestServer({ DIMSE_PORT: '0', LOG_LEVEL: 'silent', ...environment });
  const listener = await openDimse(server.services, options, convert);
  if (listener === null) throw new Error('the listener is off');
  return {
    server,
    listener,
    port: listener.port,
    async addPeer(aeTitle, who, rest = {}) {
      const { account } = await server.as(who);
      const none = { address: null, consultationId: null, destination: null, createdAt: new Date(0).toISOString() };
      await server.services.db.dimse.addPeer({ aeTitle, userId: account.id, ...none, ...rest });
    },
    async close() {
      await listener.close();
      await server.close();
    },
  };
}

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a program and gives its exit code and everything it printed. */
export function run(program: string, args: readonly string[], cwd?: string): Promise<Ran> {
  return new Promise((done) => {
    execFile(program, args, { cwd, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** True when a program is on the PATH. */
export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Real files that are not part of the project. */
export const TEST_DATA = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'));
