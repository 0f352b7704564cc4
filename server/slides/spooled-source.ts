/** Bytes on their way through a file of our own, for codecs that read files only and for data that is unpacked. */

import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from './source.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Runs `work` with a folder that is removed afterwards, whatever happens. What `work` returns may hold files of the folder
 * open: they stay readable until they are closed and leave nothing behind.
 */
export async function inScratchFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-slide-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the whole source to a new file. */
export async function spool(source: ByteSource, path: string, signal?: AbortSignal): Promise<void> {
  await writeChunks(path, chunksOf(source, 0, source.sizeBytes, signal));
}

/** A part of a source, in pieces. */
export async function* chunksOf(source: ByteSource, offset: number, length: number, signal?: AbortSignal) {
  for (let at = 0; at < length; at += CHUNK_BYTES) {
    yield await source.read(offset + at, Math.min(CHUNK_BYTES, length - at), signal);
  }
}

/** Writes pieces to a new file. */
export async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
}
