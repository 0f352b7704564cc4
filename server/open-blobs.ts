import { join } from 'node:path';
import { AppError } from '#shared/errors.ts';
import { openFileBlobStore } from './blobs/file-system.ts';
import type { OpenedBlobStore, OpenedDerivedStore } from './blobs/opened-store.ts';
import { createS3BlobStore, DERIVED } from './blobs/s3.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';

const START_MS = 20_000;

/**
 * The store of objects `config` names. An object storage that refuses us stops the start with CONFIG_INVALID; one that
 * does not answer does not: the server is then not ready until it does.
 */
export async function openBlobs(config: Pick<Config, 'dataDir' | 's3'>, log: Log): Promise<OpenedBlobStore> {
  if (config.s3 === null) return openFileBlobStore(join(config.dataDir, 'blobs'));
  const store = createS3BlobStore(config.s3);
  try {
    const signal = AbortSignal.timeout(START_MS);
    await store.probe(signal);
    const abandoned = await store.tidy(new Date(), signal);
    if (abandoned > 0) log.info({ abandoned }, 'parts of abandoned uploads were removed from the object storage');
  } catch (err) {
    if (err instanceof AppError && err.code === 'CONFIG_INVALID') {
      await store.close();
      throw err;
    }
    log.error({ err }, 'the object storage does not answer; until it does nothing can be stored or shown');
  }
  return store;
}

/** Where frames in other transfer syntaxes are kept: beside the originals, and apart from them. */
export async function openDerivedStore(config: Pick<Config, 'dataDir' | 's3'>): Promise<OpenedDerivedStore> {
  if (config.s3 === null) return openFileBlobStore(join(config.dataDir, 'derived'));
  return createS3BlobStore(config.s3, DERIVED);
}
