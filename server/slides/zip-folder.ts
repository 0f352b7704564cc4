/** A .zip as a folder of files with random access (APPNOTE 6.3, with Zip64): for slides that are several files. */

import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { AppError } from '#shared/errors.ts';
import { type ByteSource, openFileSource } from './source.ts';
import { chunksOf, inScratchFolder } from './spooled-source.ts';

const MOST_ENTRIES = 20_000;
const MOST_DIRECTORY_BYTES = 16 * 1024 * 1024;
/** Slides are made of JPEG, which does not shrink; what claims to grow more than this is no slide. */
const MOST_RATIO = 50;
const MOST_UNPACKED_BYTES = 32 * 1024 ** 3;
const END_BYTES = 22;
const MOST_COMMENT = 65_535;

export interface ZipFolder {
  /** Paths of all files, with `/`. */
  readonly names: readonly string[];
  /**
   * A file as a source. One that is stored is read where it lies; one that is deflated is unpacked once to a file nobody
   * else sees. Errors: ZIP_DAMAGED for one that is not there or damaged, ZIP_RATIO, ZIP_TOO_LARGE, ZIP_ENCRYPTED.
   */
  open(name: string, signal?: AbortSignal): Promise<ByteSource>;
}

interface Entry {
  readonly method: number;
  readonly encrypted: boolean;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

/** True when the first bytes are those of a .zip with a file in it. */
export function looksLikeZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

/** True for the file that every 3DHISTECH slide has in its folder. */
export function isSlideIni(name: string): boolean {
  return /(^|\/)Slidedat\.ini$/i.test(name);
}

/** Reads the central directory. Errors: ZIP_DAMAGED, ZIP_PATH_UNSAFE, ZIP_TOO_MANY_ENTRIES. */
export async function openZipFolder(source: ByteSource, signal?: AbortSignal): Promise<ZipFolder> {
  const { offset, length, count } = await findDirectory(source, signal);
  if (count > MOST_ENTRIES) throw new AppError('ZIP_TOO_MANY_ENTRIES', { limit: MOST_ENTRIES });
  if (length > MOST_DIRECTORY_BYTES || offset + length > source.sizeBytes) throw damaged('its directory is too long');
  const bytes = await source.read(offset, length, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, Entry>();
  for (let at = 0, index = 0; index < count; index++) {
    if (at + 46 > length || view.getUint32(at, true) !== 0x02014b50) throw damaged('its directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const end = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (end > length) throw damaged('its directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)).replaceAll('\\', '/');
    if (name.startsWith('/') || name.split('/').includes('..') || name.includes('\0'))
      throw new AppError('ZIP_PATH_UNSAFE');
    const extra = new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, extraLength);
    const [sizeBytes, compressedBytes, headerOffset] = sizes(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      extra,
    );
    const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
    if (!name.endsWith('/')) {
      entries.set(name, { method: view.getUint16(at + 10, true), encrypted, compressedBytes, sizeBytes, headerOffset });
    }
    at = end;
  }
  return {
    names: [...entries.keys()],
    async open(name, openSignal) {
      const entry = entries.get(name);
      if (entry === undefined) throw damaged('a file of the slide is missing');
      if (entry.encrypted) throw new AppError('ZIP_ENCRYPTED');
      const local = await source.read(entry.headerOffset, 30, openSignal).catch(() => {
        throw damaged('a file lies past its end');
      });
      const start =
        entry.headerOffset + 30 + (local[26] ?? 0) + (local[27] ?? 0) * 256 + (local[28] ?? 0) + (local[29] ?? 0) * 256;
      if (start + entry.compressedBytes > source.sizeBytes) throw damaged('a file lies past its end');
      if (entry.method === 0) return part(source, start, entry.compressedBytes);
      if (entry.method !== 8) throw damaged(`a file is packed with method ${entry.method}`);
      return unpack(source, start, entry, openSignal);
    },
  };
}

function part(source: ByteSource, start: number, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    async read(offset, length, signal) {
      if (offset < 0 || length < 0 || offset + length > sizeBytes) throw damaged('a file is shorter than it says');
      return source.read(start + offset, length, signal);
    },
    // The folder's source is closed by whoever opened it.
    async close() {},
  };
}

async function unpack(source: ByteSource, start: number, entry: Entry, signal?: AbortSignal): Promise<ByteSource> {
  const { compressedBytes, sizeBytes } = entry;
  if (sizeBytes > MOST_UNPACKED_BYTES) throw new AppError('ZIP_TOO_LARGE', { limitBytes: MOST_UNPACKED_BYTES });
  const ratio = Math.round(sizeBytes / Math.max(1, compressedBytes));
  if (ratio > MOST_RATIO && sizeBytes > 1024 * 1024) throw new AppError('ZIP_RATIO', { ratio, limit: MOST_RATIO });
  return inScratchFolder(async (folder) => {
    const path = join(folder, 'file');
    try {
      // One pipeline, so that a failure anywhere ends all of it and none is left to nobody.
      await pipeline(
        chunksOf(source, start, compressedBytes, signal),
        createInflateRaw(),
        (chunks: AsyncIterable<Uint8Array>) => atMost(chunks, sizeBytes),
        createWriteStream(path, { flags: 'wx', mode: 0o600 }),
        { signal },
      );
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw cause instanceof AppError ? cause : damaged('a file cannot be unpacked', cause);
    }
    return openFileSource(path);
  });
}

async function* atMost(chunks: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncIterable<Uint8Array> {
  let done = 0;
  for await (const chunk of chunks) {
    done += chunk.byteLength;
    if (done > sizeBytes) throw damaged('a file is longer than it says');
    yield chunk;
  }
  if (done < sizeBytes) throw damaged('a file is shorter than it says');
}

/** Sizes and offset that do not fit 32 bits stand in the extra field 1 (4.5.3), in this order. */
function sizes(short: readonly [number, number, number], extra: DataView): [number, number, number] {
  const found: [number, number, number] = [...short];
  if (short.every((value) => value !== 0xffff_ffff)) return found;
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1) {
      let field = at + 4;
      for (const [index, value] of short.entries()) {
        if (value !== 0xffff_ffff) continue;
        if (field + 8 > Math.min(at + 4 + length, extra.byteLength)) throw damaged('its directory is damaged');
        found[index] = Number(extra.getBigUint64(field, true));
        field += 8;
      }
    }
    at += 4 + length;
  }
  return found;
}

async function findDirectory(source: ByteSource, signal?: AbortSignal) {
  const tailBytes = Math.min(source.sizeBytes, END_BYTES + MOST_COMMENT + 20);
  const tailAt = source.sizeBytes - tailBytes;
  const tail = await source.read(tailAt, tailBytes, signal);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const short = { count: view.getUint16(at + 10, true), length: view.getUint32(at + 12, true) };
    const offset = view.getUint32(at + 16, true);
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) return { ...short, offset };
    const endOffset = Number(view.getBigUint64(locator + 8, true));
    if (endOffset + 56 > source.sizeBytes) throw damaged('its Zip64 directory lies past its end');
    const end = await source.read(endOffset, 56, signal);
    const big = new DataView(end.buffer, end.byteOffset, end.byteLength);
    if (big.getUint32(0, true) !== 0x06064b50) throw damaged('its Zip64 directory is damaged');
    const number = (position: number): number => Number(big.getBigUint64(position, true));
    return { count: number(32), length: number(40), offset: number(48) };
  }
  throw damaged('it has no directory');
}

function damaged(reason: string, cause?: unknown): AppError {
  return new AppError('ZIP_DAMAGED', { reason }, { cause });
}
