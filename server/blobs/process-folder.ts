import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Folders for unfinished files. Server and command line may run side by side, so each process has one of its own. */

/** A folder of another machine is left alone for this long. */
const FOREIGN_KEPT_MS = 7 * 24 * 3600 * 1000;
const own = new Set<string>();

/**
 * Makes a folder of this process below `parent` and removes those of processes that have ended: what lies in them was
 * never confirmed to anybody.
 */
export async function openProcessFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (await isAbandoned(parent, name)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, `${hostname()}.${process.pid}.${randomUUID()}`);
  own.add(folder);
  await mkdir(folder);
  return folder;
}

/** Gives the folder up when the process is done with it. */
export async function closeProcessFolder(folder: string): Promise<void> {
  own.delete(folder);
  await rm(folder, { recursive: true, force: true });
}

async function isAbandoned(parent: string, name: string): Promise<boolean> {
  const path = join(parent, name);
  if (own.has(path)) return false;
  const [, host, pid] = /^(.*)\.(\d+)\.[0-9a-f-]{36}$/.exec(name) ?? [];
  if (host !== hostname()) {
    const found = await stat(path).catch(() => null);
    return found !== null && Date.now() - found.mtimeMs > FOREIGN_KEPT_MS;
  }
  // Numbers are used again: one that is ours now belonged to a process that ended.
  return Number(pid) === process.pid || !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
