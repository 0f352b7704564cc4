import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cpuMsOfTree, memoryOfTree, type TreeMemory } from './process-figures.ts';
import type { ProductServer } from './product-server.ts';

/** A DICOMweb server that the same requests are sent to. */
export interface DicomwebServer {
  readonly name: string;
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where STOW-RS posts to. */
  readonly storePath: string;
  memory(): Promise<TreeMemory>;
  /** Processor time of all its processes so far, ms. */
  cpuMs(): Promise<number>;
}

export interface PeerServer extends DicomwebServer {
  stop(): Promise<void>;
}

const ORTHANC = ['/usr/sbin/Orthanc', '/usr/local/sbin/Orthanc'];
const DICOMWEB_PLUGIN = ['/usr/share/orthanc/plugins/libOrthancDicomWeb.so', '/usr/lib/orthanc/libOrthancDicomWeb.so'];
const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx'];
const PASSWORD = 'a password for the bench';
const run = promisify(execFile);

/** The product as one of them. */
export function asDicomweb(server: ProductServer): DicomwebServer {
  return {
    ...{ name: 'ours', base: server.base, headers: server.headers },
    storePath: `/dicom-web/studies?consultation=${server.consultationId}`,
    memory: () => memoryOfTree(server.pid),
    cpuMs: () => cpuMsOfTree(server.pid),
  };
}

/**
 * Orthanc with its DICOMweb plugin as Debian packages them, SQLite and storage below `folder`, and one registered user;
 * null where it is not installed. All else is Orthanc's default, so each stored file is synced.
 */
export async function startOrthanc(folder: string): Promise<PeerServer | null> {
  const [binary, plugin] = [await firstThere(ORTHANC), await firstThere(DICOMWEB_PLUGIN)];
  if (binary === null || plugin === null) return null;
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const file = join(folder, 'orthanc.json');
  const configuration = {
    ...{ Name: 'bench', StorageDirectory: join(folder, 'db'), IndexDirectory: join(folder, 'db') },
    ...{ HttpPort: port, DicomServerEnabled: false, RemoteAccessAllowed: false },
    ...{ AuthenticationEnabled: true, RegisteredUsers: { bench: PASSWORD } },
    ...{ Plugins: [plugin], DicomWeb: { Enable: true, Root: '/dicom-web/' } },
  };
  await writeFile(file, JSON.stringify(configuration));
  const child = spawn(binary, [file], { stdio: 'ignore' });
  const authorization = `Basic ${Buffer.from(`bench:${PASSWORD}`).toString('base64')}`;
  const peer = peerOf(child, {
    name: await versionOf(binary),
    base: `http://127.0.0.1:${port}`,
    headers: { authorization },
  });
  await waitForAnswer(peer, '/system', child);
  return peer;
}

/** nginx with one worker that serves the files below `folder`, and what `locations` says; null where it is not installed. */
export async function startNginx(
  folder: string,
  state: string,
  { locations = '' }: { readonly locations?: string } = {},
): Promise<PeerServer | null> {
  const binary = await firstThere(NGINX);
  if (binary === null) return null;
  await mkdir(state, { recursive: true });
  const port = await freePort();
  const file = join(state, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(state, name)};`,
  );
  await writeFile(
    file,
    `${process.getuid?.() === 0 ? 'user root; ' : ''}worker_processes 1; daemon off; pid ${join(state, 'nginx.pid')}; error_log stderr crit;
events { worker_connections 512; }
http {
  ${temporary.join(' ')}
  sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type application/octet-stream;
  access_log ${join(state, 'access.log')};
  server { listen 127.0.0.1:${port}; root ${folder}; ${locations} }
}
`,
  );
  const child = spawn(binary, ['-p', state, '-c', file], { stdio: 'ignore' });
  const peer = peerOf(child, { name: 'nginx', base: `http://127.0.0.1:${port}`, headers: {} });
  await waitForAnswer(peer, '/', child);
  return peer;
}

/** A started process as a peer, which ends it. */
export function peerOf(child: ChildProcess, server: Pick<DicomwebServer, 'name' | 'base' | 'headers'>): PeerServer {
  return {
    ...server,
    storePath: '/dicom-web/studies',
    memory: () => memoryOfTree(child.pid ?? 0),
    cpuMs: () => cpuMsOfTree(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Waits until it answers at all; throws when it ends before or takes longer than 10 s. */
export async function waitForAnswer(
  { base, headers, name }: DicomwebServer,
  path: string,
  child: ChildProcess,
): Promise<void> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    if ((await fetch(base + path, { headers }).catch(() => null)) !== null) return;
    await wait(50);
  }
  throw new Error(`${name} did not start`);
}

async function versionOf(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['--version']);
  return `Orthanc ${/\d+(\.\d+)+/.exec(stdout)?.[0] ?? ''}`.trim();
}

/** The first of these files that exists, or null. */
export async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  return null;
}

/** A port nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
