/** Reads a DICOM file for ingest, in a worker process. */
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import type { Repair } from '#shared/dicom/repairs.ts';
import type { FrameIndex } from './frame-index.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

export interface DicomFile {
  readonly description: InstanceDescription;
  /** One object of the DICOM JSON Model, serialised (PS3.18 Annex F), without pixel data. */
  readonly metadataJson: string;
  /** null for objects without pixels. */
  readonly frameIndex: FrameIndex | null;
  /** What was wrong with the file and could be read all the same. */
  readonly repairs: readonly Repair[];
  readonly sizeBytes: number;
}

/** A pool for `readDicomFile`. Files come from strangers: one minute and half a gigabyte are plenty. */
export function createParsePool(size: number, limits = { memoryMb: 512, timeoutMs: 60_000 }): WorkerPool {
  return createWorkerPool({ entry: new URL('./parse-worker.ts', import.meta.url), size, ...limits });
}

/**
 * Description, metadata and frame index of a DICOM file.
 * @throws AppError with a sentence for everything that is wrong with the file
 */
export async function readDicomFile(pool: WorkerPool, path: string, signal: AbortSignal): Promise<DicomFile> {
  return (await pool.run('read-dicom-file', { path }, signal)) as DicomFile;
}

/**
 * The same from the first bytes of a file: `sizeBytes` says how long it has to be for that to be true. Null when they
 * do not tell: the header is longer, the frames lie in fragments, or something is out of the ordinary.
 */
export async function readDicomHead(
  pool: WorkerPool,
  head: Uint8Array,
  signal: AbortSignal,
): Promise<DicomFile | null> {
  return (await pool.run('read-dicom-head', { head }, signal)) as DicomFile | null;
}
