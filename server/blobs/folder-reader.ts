import { lstat, opendir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { FolderReader } from '#server/domain/ingest-ports.ts';
import { AppError } from '#shared/errors.ts';

/** Walks folders of the machine the command line runs on. */
export function createFolderReader(): FolderReader {
  return {
    async *files(path, signal) {
      const found = await lstat(path).catch(() => null);
      if (found === null) throw new AppError('REQUEST_INVALID', { where: 'PATH', reason: 'does not exist' });
      if (found.isFile()) {
        yield { name: basename(path), path, sizeBytes: found.size };
        return;
      }
      if (!found.isDirectory()) {
        throw new AppError('REQUEST_INVALID', { where: 'PATH', reason: 'is neither a file nor a folder' });
      }
      for await (const file of walk(path, signal)) {
        const { size } = await lstat(file);
        yield { name: relative(path, file), path: file, sizeBytes: size };
      }
    },
  };
}

/** Files in the order of their names, so that two runs give the same report. */
async function* walk(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  signal.throwIfAborted();
  const entries = [];
  for await (const entry of await opendir(folder)) entries.push(entry);
  entries.sort((a, b) => a.name.localeCompare(b.name));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path, signal);
    else if (entry.isFile()) yield path;
  }
}
