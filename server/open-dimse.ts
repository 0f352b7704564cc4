import { readFile } from 'node:fs/promises';
import { AppError } from '#shared/errors.ts';
import type { DimseSettings } from './config.ts';
import { type DimseListener, type DimseOptions, openDimseListener } from './dimse/listener.ts';
import type { ConvertObject } from './dimse/session.ts';
import type { Services } from './services.ts';

/** Opens the DIMSE listener when the configuration names a port. @throws AppError CONFIG_INVALID for a TLS file */
export async function openDimse(
  { config, db, blobs, material, log }: Pick<Services, 'config' | 'db' | 'blobs' | 'material' | 'log'>,
  options: Partial<DimseOptions> = {},
  convert: ConvertObject | null = null,
): Promise<DimseListener | null> {
  const { dimse } = config;
  if (dimse === null) return null;
  const { host, port, aeTitle } = dimse;
  const needs = { db, blobs, ingest: material.ingest, log, aeTitle, convert };
  return openDimseListener(needs, { host, port, tls: await readTls(dimse), ...options });
}

async function readTls({ tls }: DimseSettings): Promise<DimseOptions['tls']> {
  if (tls === null) return null;
  const [cert, key] = await Promise.all([
    readPem('DIMSE_TLS_CERT', tls.certFile),
    readPem('DIMSE_TLS_KEY', tls.keyFile),
  ]);
  return { cert, key, ca: tls.caFile === null ? null : await readPem('DIMSE_TLS_CA', tls.caFile) };
}

async function readPem(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { key, reason: 'the file cannot be read' }, { cause });
  }
}
