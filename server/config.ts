import { resolve } from 'node:path';
import * as z from 'zod';
import { AppError } from '#shared/errors.ts';
import type { S3Settings } from './blobs/s3-client.ts';

/** Everything the operator decides, read once at the start and never changed. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly demo: boolean;
  readonly publicUrl: URL | null;
  readonly databaseUrl: string | null;
  /** Where objects are kept; null keeps them in the data directory. */
  readonly s3: S3Settings | null;
  /** Frames in other transfer syntaxes that are kept in all; 0 keeps none. */
  readonly derivedCacheBytes: number;
  /** Ed25519 private key as PEM text; null makes one in the data directory. */
  readonly signingKey: string | null;
  /** The DIMSE listener; null leaves it off. */
  readonly dimse: DimseSettings | null;
  readonly logLevel: LogLevel;
  /** Certificate and key of an https listener of our own; null listens without TLS. */
  readonly tls: TlsSettings | null;
  /** Named in the environment and checked, but nothing uses them yet: the start says so. */
  readonly reserved: readonly string[];
}

/** Each PEM text or the path of a file that holds it. */
export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
}

export interface DimseSettings {
  readonly host: string;
  readonly port: number;
  /** Our own AE title, which callers must name. */
  readonly aeTitle: string;
  /** Files with PEM texts; null listens without TLS. */
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly caFile: string | null } | null;
}

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Environment = Readonly<Record<string, string | undefined>>;

function refuse(key: string, reason: string): never {
  throw new AppError('CONFIG_INVALID', { key, reason });
}

/** An unset and an empty variable are the same: shells and compose files set empty ones. */
function read(environment: Environment, key: string): string | null {
  const value = environment[key]?.trim();
  return value === undefined || value === '' ? null : value;
}

/** The address without its password, which must not reach a log. */
function readUrl(environment: Environment, key: string, protocols: readonly string[]): URL | null {
  const text = read(environment, key);
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : refuse(key, 'it is not an address');
  if (!protocols.includes(url.protocol))
    refuse(key, `it must begin with ${protocols.map((p) => `${p}//`).join(' or ')}`);
  return url;
}

function readPort(environment: Environment, key: string): number | null {
  const text = read(environment, key);
  if (text === null) return null;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) refuse(key, 'it must be a number from 0 to 65535');
  return port;
}

function readHost(environment: Environment, key: string): string | null {
  const host = read(environment, key);
  if (host === null) return null;
  const valid = z.union([z.ipv4(), z.ipv6(), z.hostname()]).safeParse(host).success;
  return valid ? host : refuse(key, 'it must be an IP address or a host name');
}

function readMegabytes(environment: Environment, key: string, fallback: string): number {
  const text = read(environment, key) ?? fallback;
  if (!/^\d{1,9}$/.test(text)) refuse(key, 'it must be a number of megabytes');
  return Number(text) * 1024 * 1024;
}

function readChoice<T extends string>(environment: Environment, key: string, choices: readonly T[], fallback: T): T {
  const text = read(environment, key) ?? fallback;
  return choices.find((choice) => choice === text) ?? refuse(key, `it must be ${choices.join(' or ')}`);
}

function readPublicUrl(environment: Environment): URL | null {
  const url = readUrl(environment, 'PUBLIC_URL', ['http:', 'https:']);
  if (url === null) return null;
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return plain ? url : refuse('PUBLIC_URL', 'it must be only scheme, host and port');
}

/** Both or none. What they hold is read when the server starts. */
function readTlsSettings(environment: Environment, publicUrl: URL | null): TlsSettings | null {
  const [cert, key] = [read(environment, 'TLS_CERT'), read(environment, 'TLS_KEY')];
  if (cert === null && key === null) return null;
  if (cert === null) return refuse('TLS_CERT', 'it is missing; TLS needs TLS_CERT and TLS_KEY');
  if (key === null) return refuse('TLS_KEY', 'it is missing; TLS needs TLS_CERT and TLS_KEY');
  if (publicUrl?.protocol === 'http:') refuse('PUBLIC_URL', 'it must begin with https:// where TLS_CERT is set');
  return Object.freeze({ cert, key });
}

/** True when people reach the server over https, whether it ends TLS itself or a proxy before it does. */
export function isOverHttps({ tls, publicUrl }: Pick<Config, 'tls' | 'publicUrl'>): boolean {
  return tls !== null || publicUrl?.protocol === 'https:';
}

const S3_KEYS = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_REGION', 'S3_ACCESS_KEY', 'S3_SECRET_KEY'] as const;

/**
 * All of the keys or none: a bucket without its keys would only fail later, and a misspelt key is missed at once. Other
 * variables that begin with S3_ belong to other programs.
 */
function readS3(environment: Environment): S3Settings | null {
  const endpoint = readUrl(environment, 'S3_ENDPOINT', ['http:', 'https:']);
  if (S3_KEYS.every((key) => read(environment, key) === null)) return null;
  const required = (key: (typeof S3_KEYS)[number]): string =>
    read(environment, key) ?? refuse(key, `it is missing; object storage needs all of ${S3_KEYS.join(', ')}`);
  if (endpoint === null)
    return refuse('S3_ENDPOINT', `it is missing; object storage needs all of ${S3_KEYS.join(', ')}`);
  if (endpoint.search !== '' || endpoint.hash !== '' || endpoint.username !== '') {
    refuse('S3_ENDPOINT', 'it must be only scheme, host, port and path');
  }
  const bucket = required('S3_BUCKET');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    refuse('S3_BUCKET', 'it must be 3 to 63 lower-case letters, digits, dots and hyphens');
  }
  const region = required('S3_REGION');
  if (!/^[\w-]{1,64}$/.test(region)) refuse('S3_REGION', 'it must be letters, digits and hyphens');
  const [accessKey, secretKey] = [required('S3_ACCESS_KEY'), required('S3_SECRET_KEY')];
  return Object.freeze({ endpoint, bucket, region, accessKey, secretKey });
}

/** Off without a port: nothing else of it may then be set by mistake and be believed to be in force. */
function readDimse(environment: Environment, host: string): DimseSettings | null {
  const port = readPort(environment, 'DIMSE_PORT');
  const [certFile, keyFile] = [read(environment, 'DIMSE_TLS_CERT'), read(environment, 'DIMSE_TLS_KEY')];
  const caFile = read(environment, 'DIMSE_TLS_CA');
  if (certFile === null && keyFile !== null) refuse('DIMSE_TLS_CERT', 'it is missing; TLS needs certificate and key');
  if (keyFile === null && certFile !== null) refuse('DIMSE_TLS_KEY', 'it is missing; TLS needs certificate and key');
  if (caFile !== null && certFile === null) refuse('DIMSE_TLS_CERT', 'it is missing; DIMSE_TLS_CA needs it');
  const aeTitle = read(environment, 'DIMSE_AE_TITLE') ?? 'CONSILIUM';
  if (!/^[\x21-\x5b\x5d-\x7e]{1,16}$/.test(aeTitle)) {
    refuse('DIMSE_AE_TITLE', 'it must be 1 to 16 ASCII characters without spaces and backslash');
  }
  if (port === null) return null;
  return Object.freeze({
    ...{ port, aeTitle, host: readHost(environment, 'DIMSE_HOST') ?? host },
    tls: certFile === null || keyFile === null ? null : { certFile, keyFile, caFile },
  });
}

function readReserved(environment: Environment): string[] {
  const reserved: string[] = [];
  if (readUrl(environment, 'SMTP_URL', ['smtp:', 'smtps:']) !== null) reserved.push('SMTP_URL');
  if (readUrl(environment, 'REDIS_URL', ['redis:', 'rediss:']) !== null) reserved.push('REDIS_URL');
  return reserved;
}

/** Reads the environment. Throws CONFIG_INVALID naming the key; never repeats a value, since some are secrets. */
export function readConfig(environment: Environment): Config {
  const host = readHost(environment, 'HOST') ?? '127.0.0.1';
  const publicUrl = readPublicUrl(environment);
  return Object.freeze({
    port: readPort(environment, 'PORT') ?? 8080,
    host,
    dataDir: resolve(read(environment, 'DATA_DIR') ?? 'data'),
    demo: readChoice(environment, 'DEMO', ['on', 'off'], 'on') === 'on',
    publicUrl,
    databaseUrl: readUrl(environment, 'DATABASE_URL', ['postgres:', 'postgresql:'])?.href ?? null,
    s3: readS3(environment),
    derivedCacheBytes: readMegabytes(environment, 'DERIVED_CACHE_MB', '2048'),
    signingKey: read(environment, 'SIGNING_KEY'),
    dimse: readDimse(environment, host),
    logLevel: readChoice(environment, 'LOG_LEVEL', LOG_LEVELS, 'info'),
    tls: readTlsSettings(environment, publicUrl),
    reserved: Object.freeze(readReserved(environment)),
  });
}
