import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const COMPRESSIBLE = new Set(['.js', '.css', '.html', '.svg', '.json', '.wasm']);
const SMALL_BYTES = 1024;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/**
 * Writes a .br and a .gz beside every larger text file of the built viewer, so that no request waits for
 * compression. Files that have theirs are skipped.
 */
export async function precompress(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !COMPRESSIBLE.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = await stat(path);
    if (size < SMALL_BYTES || (await isNewer(`${path}.br`, mtimeMs))) continue;
    const content = await readFile(path);
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: size } };
    await place(`${path}.gz`, await zip(content, { level: 6 }));
    await place(`${path}.br`, await brotli(content, quality));
  }
}

async function isNewer(path: string, thanMs: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs >= thanMs;
  } catch {
    return false;
  }
}

/** Whole or not at all: the server may be answering with these files. */
async function place(path: string, content: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
