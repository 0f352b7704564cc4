import type { BulkDataReader } from '#server/domain/image-ports.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What the worker says: a part of the file, or bytes that are in no file as they are. */
export type BulkDataLocation =
  | { readonly offsetBytes: number; readonly lengthBytes: number }
  | { readonly base64: string };

/** Places remembered: a client that reads in ranges asks for the same value many times. */
const REMEMBERED = 1000;

/** Finds values in stored DICOM files, in the worker processes that read uploads. */
export function createBulkDataReader(pool: WorkerPool): BulkDataReader {
  const known = new Map<string, { readonly offsetBytes: number; readonly lengthBytes: number }>();
  return {
    async locate(object, element, signal) {
      const key = `${object.sha256} ${element}`;
      const place = known.get(key);
      if (place !== undefined) return place;
      const copy = await object.bring(signal);
      const found = await pool
        .run('locate-bulk-data', { path: copy.path, element }, signal)
        .then((location) => location as BulkDataLocation | null)
        .finally(copy.discard);
      if (found === null) return null;
      if ('base64' in found) return { bytes: Buffer.from(found.base64, 'base64') };
      if (known.size >= REMEMBERED) known.clear();
      known.set(key, found);
      return found;
    },
  };
}
