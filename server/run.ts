import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AppError } from '#shared/errors.ts';
import { buildApp } from './app.ts';
import { type Config, type Environment, readConfig, type TlsSettings } from './config.ts';
import { loadDemo, prepareDemoAccounts } from './demo.ts';
import { DEMO_ACCOUNTS } from './demo-accounts.ts';
import { precompress } from './http/precompress.ts';
import { renewCertificate } from './http/tls-listener.ts';
import { createLog, type Log } from './log.ts';
import { openDimse } from './open-dimse.ts';
import { openServices, type Services } from './services.ts';
import { readTls } from './tls-files.ts';

const VIEWER_FOLDER = fileURLToPath(new URL('../dist/', import.meta.url));

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The address to type: the public one, else the one that is listened on. */
function addressOf(config: Config, port: number): string {
  if (config.publicUrl !== null) return config.publicUrl.origin;
  const anywhere = config.host === '0.0.0.0' || config.host === '::';
  const host = anywhere ? 'localhost' : isIPv6(config.host) ? `[${config.host}]` : config.host;
  return `${config.tls === null ? 'http' : 'https'}://${host}:${port}`;
}

function announce(services: Services, port: number): void {
  tell(`Consilium listens on ${addressOf(services.config, port)}`);
  if (services.demoAccounts.length === 0) return;
  tell('Demonstration accounts (e-mail / password):');
  for (const { role, email, password } of services.demoAccounts) {
    tell(`  ${role.padEnd(12)} ${email.padEnd(28)} ${password}`);
  }
}

function announceReserved({ reserved }: Config, log: Log): void {
  if (reserved.length === 0) return;
  log.warn({ keys: reserved }, 'these settings are reserved: nothing uses them in this version');
}

async function isBuilt(): Promise<boolean> {
  return await stat(VIEWER_FOLDER).then(
    () => true,
    () => false,
  );
}

/** SIGHUP reads certificate and key again; what cannot be used is logged and changes nothing. */
function renewOnHangup(server: Server, settings: TlsSettings, { log, clock }: Services): () => void {
  const renew = async (): Promise<void> => {
    try {
      renewCertificate(server, await readTls(settings, clock.now()));
      log.info('the certificate was read again');
    } catch (err) {
      log.error({ err }, 'the certificate could not be renewed; the one before stays in use');
    }
  };
  const heard = (): void => void renew();
  process.on('SIGHUP', heard);
  return heard;
}

/** Loads the demonstration beside the running server; a failure spoils nothing else. */
async function showDemo(services: Services, signal: AbortSignal): Promise<void> {
  try {
    await loadDemo(services, signal);
  } catch (err) {
    if (!signal.aborted) services.log.error({ err }, 'the demonstration could not be loaded');
  }
}

/** Serves until the process is told to end. Returns the exit code. */
export async function run(environment: Environment): Promise<number> {
  let services: Services | null = null;
  try {
    const config = readConfig(environment);
    const log = createLog(config.logLevel);
    announceReserved(config, log);
    services = await openServices(config, log, config.demo ? DEMO_ACCOUNTS : []);
    await prepareDemoAccounts(services);
    const built = await isBuilt();
    if (!built) log.warn('the viewer is not built: "npm start" builds it; only the API is served');
    else await precompress(VIEWER_FOLDER);
    const app = await buildApp(services, VIEWER_FOLDER);
    services.material.tidyUploads();
    await app.listen({ port: config.port, host: config.host, listenTextResolver: () => 'listening' });
    const address = app.server.address();
    announce(services, typeof address === 'object' && address !== null ? address.port : config.port);

    const heard = config.tls === null ? null : renewOnHangup(app.server, config.tls, services);
    const dimse = await openDimse(services);
    if (dimse !== null) tell(`DIMSE: AE title ${config.dimse?.aeTitle} on port ${dimse.port}`);

    const ending = new AbortController();
    const demo = config.demo ? showDemo(services, ending.signal) : Promise.resolve();
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    log.info('ending: open requests are finished first');
    ending.abort();
    if (heard !== null) process.off('SIGHUP', heard);
    await Promise.all([app.close(), dimse?.close(), demo]);
    await services.close();
    return 0;
  } catch (error) {
    const sentence = error instanceof AppError ? error.message : explain(error);
    process.stderr.write(`Consilium cannot start. ${sentence}\n`);
    await services?.close();
    return 1;
  }
}

/** The failures an operator can mend himself, without a stack. */
function explain(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is taken; choose another with PORT.`;
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'ENOSPC') {
    return `The data directory cannot be used: ${message}.`;
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `A file or port is not permitted: ${message}`;
  if (code === 'ECONNREFUSED') return 'The database of DATABASE_URL does not answer.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
