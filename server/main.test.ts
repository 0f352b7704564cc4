import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '#fixtures/certificate.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

describe('the server as a process', () => {
  let dataDir: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'consilium-main-'));
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  function start(environment: Record<string, string>) {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH ?? '', PORT: '0', DEMO: 'off', DATA_DIR: dataDir, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => {
      output.stdout += text;
    });
    child.stderr.on('data', (text) => {
      output.stderr += text;
    });
    const ended = once(child, 'close').then(([code]) => code as number | null);
    async function address(): Promise<string> {
      for (;;) {
        const found = /listens on (https?:\S+)/.exec(output.stdout);
        if (found?.[1] !== undefined) return found[1];
        if (child.exitCode !== null) throw new Error(`it ended: ${output.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    return { child, output, ended, address };
  }

  it('says where it listens, answers, and ends in order when it is told to', async () => {
    const server = start({ LOG_LEVEL: 'debug' });
    const address = await server.address();
    expect(await (await fetch(`${address}/readyz`)).json()).toEqual({ status: 'ok' });
    const secret = 'consilium.session_token=do-not-log-me';
    await fetch(`${address}/api/consultations/3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c11?name=Mustermann`, {
      headers: { cookie: secret, authorization: 'Bearer do-not-log-me' },
    });
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.output.stderr).toContain('/api/consultations/:consultationId');
    expect(server.output.stderr, 'no credentials, ids or query strings in the log').not.toMatch(
      /do-not-log-me|Mustermann|3f0c9a52/,
    );
    expect(server.output.stdout).not.toContain('@demo.consilium');
  });

  it('starts again on the same data, and shows the demonstration accounts when they are on', async () => {
    const server = start({ DEMO: 'on' });
    await server.address();
    await expect.poll(() => server.output.stdout).toContain('auditor@demo.consilium');
    server.child.kill('SIGINT');
    expect(await server.ended).toBe(0);
  });

  it('listens with TLS, and reads a renewed certificate when it is told to', async () => {
    const [cert, key] = [join(dataDir, 'cert.pem'), join(dataDir, 'key.pem')];
    const place = async (name: string) => {
      const pair = selfSignedCertificate(name);
      await writeFile(cert, pair.cert);
      await writeFile(key, pair.key);
    };
    await place('before');
    const server = start({ TLS_CERT: cert, TLS_KEY: key });
    const address = await server.address();
    expect(address).toMatch(/^https:/);
    const shown = async (): Promise<string> => {
      const { hostname, port } = new URL(address);
      const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return String(subject.CN);
    };
    expect(await shown()).toBe('before');
    await place('after');
    server.child.kill('SIGHUP');
    await expect.poll(shown).toBe('after');
    await writeFile(key, 'broken');
    server.child.kill('SIGHUP');
    await expect.poll(() => server.output.stderr).toContain('the one before stays in use');
    expect(await shown()).toBe('after');
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it.each([
    [
      'a certificate that is not there',
      { TLS_CERT: join(MAIN, 'none'), TLS_KEY: MAIN },
      /TLS_CERT is not valid: the file/,
    ],
    ['a malformed setting', { PORT: 'eighty' }, /PORT is not valid: it must be a number/],
    ['a data directory it cannot make', { DATA_DIR: join(MAIN, 'data') }, /The data directory cannot be used: ENOTDIR/],
    ['a database that does not answer', { DATABASE_URL: 'postgres://127.0.0.1:1/x' }, /DATABASE_URL does not answer/],
    ['a signing key that is none', { SIGNING_KEY: 'secret-but-no-key' }, /SIGNING_KEY is not valid/],
  ])('refuses %s with a sentence and 1', async (_name, environment, sentence) => {
    const server = start(environment);
    expect(await server.ended).toBe(1);
    expect(server.output.stderr).toMatch(/^Consilium cannot start\. /m);
    expect(server.output.stderr).toMatch(sentence);
    expect(server.output.stderr).not.toContain('secret-but-no-key');
  });

  it('says that the port is taken', async () => {
    const first = start({});
    const { port } = new URL(await first.address());
    const second = start({ PORT: port });
    expect(await second.ended).toBe(1);
    expect(second.output.stderr).toContain(`Port ${port} is taken`);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });
});
