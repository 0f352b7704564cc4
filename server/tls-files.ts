import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { AppError } from '#shared/errors.ts';
import type { TlsSettings } from './config.ts';
import type { TlsMaterial } from './http/tls-listener.ts';

const LARGEST_BYTES = 1024 * 1024;

/**
 * The certificate and the key of TLS_CERT and TLS_KEY, read and checked against each other.
 * @throws AppError CONFIG_INVALID naming the key; the text of either is never repeated
 */
export async function readTls(settings: TlsSettings, now: Date): Promise<TlsMaterial> {
  const cert = await pemOf('TLS_CERT', settings.cert);
  const key = await pemOf('TLS_KEY', settings.key);
  const certificate = parse('TLS_CERT', 'it holds no certificate in PEM form', () => new X509Certificate(cert));
  const privateKey = parse('TLS_KEY', 'it holds no private key in PEM form without a passphrase', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) refuse('TLS_KEY', 'it is not the key of the certificate of TLS_CERT');
  if (certificate.validToDate < now) refuse('TLS_CERT', `the certificate expired on ${day(certificate.validToDate)}`);
  parse('TLS_CERT', 'the certificate cannot be used', () => createSecureContext({ cert, key }));
  return { cert, key };
}

/** PEM text as it stands (line breaks may be written as \n), else the file of that name. */
async function pemOf(name: string, value: string): Promise<string> {
  if (value.includes('-----BEGIN ')) return value.replaceAll('\\n', '\n');
  const bytes = await readFile(value).catch((error: NodeJS.ErrnoException) =>
    refuse(name, `the file it names cannot be read (${error.code ?? 'unknown'})`),
  );
  return bytes.byteLength > LARGEST_BYTES ? refuse(name, 'the file it names is too large') : bytes.toString('utf8');
}

function parse<T>(name: string, reason: string, read: () => T): T {
  try {
    return read();
  } catch {
    return refuse(name, reason);
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function refuse(key: string, reason: string): never {
  throw new AppError('CONFIG_INVALID', { key, reason });
}
