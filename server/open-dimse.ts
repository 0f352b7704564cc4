import { readFile } from 'node:fs/promises';
import { AppError } from '#shared/errors.ts';
import type { DimseSettings } from './config.ts';
import { type DimseListener, type DimseOptions, openDimseListener } from './dimse/listener.ts';
import type { ConvertObject } from './dimse/session.ts';
import { objectSyntaxes, openOutgoing } from './domain/outgoing-object.ts';
import type { Services } from './services.ts';

type Needed = Pick<Services, 'config' | 'db' | 'blobs' | 'material' | 'deidentification' | 'log'>;

/** Opens the DIMSE listener when the configuration names a port. @throws AppError CONFIG_INVALID for a TLS file */
export async function openDimse(
  services: Needed,
  options: Partial<DimseOptions> = {},
  convert: ConvertObject | null = converterOf(services),
): Promise<DimseListener | null> {
  const { config, db, blobs, material, log } = services;
  const { dimse } = config;
  if (dimse === null) return null;
  const { host, port, aeTitle } = dimse;
  const needs = { db, blobs, ingest: material.ingest, log, aeTitle, convert };
  return openDimseListener(needs, { host, port, tls: await readTls(dimse), ...options });
}

/** As the retrieval of DICOMweb makes them. */
function converterOf({ blobs, material, deidentification }: Needed): ConvertObject {
  const { directory, derived } = material.frames;
  const needs = { blobs, derived, headers: deidentification.headers };
  return async (object, accepted, signal) => {
    const found = await directory.find(object.reach, object);
    const syntax = objectSyntaxes(found).find((uid) => accepted.includes(uid));
    return syntax === undefined ? null : openOutgoing(needs, found, syntax, signal);
  };
}

async function readTls({ tls }: DimseSettings): Promise<DimseOptions['tls']> {
  if (tls === null) return null;
  // One after the other, so that of two unreadable files it is always the certificate that is named.
  const cert = await readPem('DIMSE_TLS_CERT', tls.certFile);
  const key = await readPem('DIMSE_TLS_KEY', tls.keyFile);
  return { cert, key, ca: tls.caFile === null ? null : await readPem('DIMSE_TLS_CA', tls.caFile) };
}

async function readPem(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { key, reason: 'the file cannot be read' }, { cause });
  }
}
