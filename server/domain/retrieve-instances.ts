import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { InstanceFile, InstanceScope } from './material-ports.ts';
import type { BlobStore, Repositories } from './ports.ts';
import { streamBlob } from './read-document.ts';

/** The objects of a study or series that the consultations hold, in order. Throws NOT_FOUND when there is none. */
export async function instanceFilesOf(
  { db }: { readonly db: Pick<Repositories, 'material'> },
  consultationIds: readonly ConsultationId[],
  scope: InstanceScope,
): Promise<InstanceFile[]> {
  const files = await db.material.instanceFiles(consultationIds, scope);
  if (files.length === 0) throw new AppError('NOT_FOUND');
  return files;
}

/** Each object's bytes in chunks; it is opened when its turn comes and closed before the next one. */
export async function* streamInstances(
  needs: { readonly blobs: BlobStore },
  files: readonly InstanceFile[],
  signal: AbortSignal,
): AsyncGenerator<AsyncGenerator<Uint8Array>, void> {
  for (const { sha256 } of files) {
    const { chunks } = await streamBlob(needs, sha256, signal);
    yield chunks;
  }
}
