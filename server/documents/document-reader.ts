import { stat } from 'node:fs/promises';
import { createWorkerPool, type WorkerPool } from '#server/codecs/worker-pool.ts';
import type { DocumentReader } from '#server/domain/ingest-ports.ts';
import { AppError } from '#shared/errors.ts';

/** Largest document accepted; beyond, it is no document a person reads. */
const MAX_BYTES = { pdf: 100 * 1024 * 1024, picture: 100 * 1024 * 1024, text: 10 * 1024 * 1024 };

/** Processes for `createDocumentReader`. */
export function createInspectionPool(size: number): WorkerPool {
  const entry = new URL('./inspection-worker.ts', import.meta.url);
  return createWorkerPool({ entry, size, memoryMb: 768, timeoutMs: 30_000, nativeModules: true });
}

/** Examines documents in worker processes. */
export function createDocumentReader(pool: WorkerPool): DocumentReader {
  return {
    async pdf(path, signal) {
      await refuseLarge(path, MAX_BYTES.pdf);
      await pool.run('pdf', { path }, signal);
    },
    async picture(path, format, signal) {
      await refuseLarge(path, MAX_BYTES.picture);
      return (await pool.run('picture', { path, format }, signal)) as { width: number; height: number };
    },
    async text(path, signal) {
      await refuseLarge(path, MAX_BYTES.text);
      await pool.run('text', { path }, signal);
    },
  };
}

async function refuseLarge(path: string, limitBytes: number): Promise<void> {
  const { size } = await stat(path);
  if (size > limitBytes) throw new AppError('UPLOAD_TOO_LARGE', { sizeBytes: size, limitBytes });
}
