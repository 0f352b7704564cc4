import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { isDropping } from '#server/domain/display-name.ts';
import type { ArchivedFile, ArchiveReader, StagedFile } from '#server/domain/ingest-ports.ts';
import { AppError } from '#shared/errors.ts';
import { damaged, readZipDirectory, reasonOf, type ZipEntry } from './zip-directory.ts';
import { ZIP_LIMITS, type ZipLimits } from './zip-limits.ts';

/**
 * Unpacks .zip files (APPNOTE 6.3) entry by entry into staged files. The directory is checked as a whole first; each
 * entry is then held to the size, packing ratio and checksum it declares while it is written.
 */
export function createZipReader(reserve: () => string, limits: ZipLimits = ZIP_LIMITS): ArchiveReader {
  return {
    async *files(path, signal): AsyncGenerator<ArchivedFile> {
      const { size } = await stat(path);
      const zip = await openZip(path);
      try {
        const entries = await readZipDirectory(zip, size, limits, signal);
        let remainingBytes = limits.totalBytes;
        for (const entry of entries) {
          signal.throwIfAborted();
          if (isDropping(entry.name)) continue;
          const file = entry.refusal ?? (await unpack(zip, entry, reserve(), limits, remainingBytes, signal));
          if (file instanceof AppError) {
            yield { name: entry.name, refusal: file };
          } else {
            remainingBytes -= file.sizeBytes;
            yield { name: entry.name, file };
          }
        }
      } finally {
        zip.close();
      }
    },
  };
}

async function openZip(path: string): Promise<yauzl.ZipFile> {
  try {
    return await yauzl.openPromise(path, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      // Sizes are held to per entry below: one forged entry must not lose the others.
      validateEntrySizes: false,
    });
  } catch (error) {
    throw damaged(error instanceof Error ? reasonOf(error) : 'it cannot be opened', error);
  }
}

/** Writes one entry to `path`; a refusal leaves no file behind. */
async function unpack(
  zip: yauzl.ZipFile,
  { entry }: ZipEntry,
  path: string,
  limits: ZipLimits,
  remainingBytes: number,
  signal: AbortSignal,
): Promise<StagedFile | AppError> {
  let sizeBytes = 0;
  let checksum = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.byteLength;
      checksum = crc32(chunk, checksum);
      const ratio = Math.round(sizeBytes / Math.max(1, entry.compressedSize));
      if (sizeBytes > entry.uncompressedSize) done(damaged('an entry is longer than it declares'));
      else if (sizeBytes > remainingBytes) done(new AppError('ZIP_TOO_LARGE', { limitBytes: limits.totalBytes }));
      else if (sizeBytes > limits.ratioFloorBytes && ratio > limits.ratio) {
        done(new AppError('ZIP_RATIO', { ratio, limit: limits.ratio }));
      } else done(null, chunk);
    },
  });
  try {
    const packed = await zip.openReadStreamPromise(entry, {});
    await pipeline(packed, meter, createWriteStream(path, { flags: 'wx' }), { signal });
    if (sizeBytes !== entry.uncompressedSize) throw damaged('an entry is shorter than it declares');
    if (checksum !== entry.crc32) throw damaged('the checksum of an entry is wrong');
    return { path, sizeBytes };
  } catch (error) {
    await rm(path, { force: true });
    return refusalFor(error, signal);
  }
}

function refusalFor(error: unknown, signal: AbortSignal): AppError {
  signal.throwIfAborted();
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') throw new AppError('STORAGE_FULL', {}, { cause: error });
  if (code.startsWith('Z_')) return damaged('an entry cannot be inflated', error);
  if (error instanceof Error && code === '') return damaged(reasonOf(error), error);
  throw error;
}
