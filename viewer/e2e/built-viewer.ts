import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './program.ts';

const ROOT = join(import.meta.dirname, '..', '..');

async function newestChange(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('e2e'));
  const times = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name)).catch(() => null))?.mtimeMs ?? 0),
  );
  return Math.max(0, ...times);
}

/** Once before the browser tests: builds the viewer unless the built one is newer than all of its sources. */
export async function setup(): Promise<void> {
  const built = (await stat(join(ROOT, 'dist', 'index.html')).catch(() => null))?.mtimeMs ?? 0;
  const sources = await Promise.all(['viewer', 'shared'].map((folder) => newestChange(join(ROOT, folder))));
  if (built > Math.max(...sources)) return;
  const { VITEST: _, ...environment } = process.env;
  await run([join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], {
    ...environment,
    NODE_ENV: 'production',
  });
}
