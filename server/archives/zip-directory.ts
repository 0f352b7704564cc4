import * as yauzl from 'yauzl';
import { AppError } from '#shared/errors.ts';
import type { ZipLimits } from './zip-limits.ts';

/** The central directory of a .zip file, read whole and checked before anything is unpacked. */

export interface ZipEntry {
  readonly name: string;
  readonly entry: yauzl.Entry;
  readonly refusal: AppError | null;
}

const LOCAL_HEADER_BYTES = 30;
const UNIX_TYPE_MASK = 0xf000;
const UNIX_SYMLINK = 0xa000;

/**
 * Reads and checks all entries. Entries that are unsafe by themselves carry their refusal; folders are left out.
 * @throws AppError ZIP_DAMAGED, ZIP_TOO_MANY_ENTRIES, ZIP_TOO_LARGE
 */
export async function readZipDirectory(
  zip: yauzl.ZipFile,
  sizeBytes: number,
  limits: ZipLimits,
  signal: AbortSignal,
): Promise<ZipEntry[]> {
  if (zip.entryCount > limits.entries) throw new AppError('ZIP_TOO_MANY_ENTRIES', { limit: limits.entries });
  const entries: ZipEntry[] = [];
  const spans: { start: number; end: number }[] = [];
  let totalBytes = 0;
  for await (const entry of eachEntry(zip)) {
    signal.throwIfAborted();
    if (entries.length >= limits.entries) throw new AppError('ZIP_TOO_MANY_ENTRIES', { limit: limits.entries });
    const start = entry.relativeOffsetOfLocalHeader;
    const end = start + LOCAL_HEADER_BYTES + entry.fileNameLength + entry.compressedSize;
    if (end > sizeBytes) throw damaged('an entry reaches beyond the end of the file');
    spans.push({ start, end });
    totalBytes += entry.uncompressedSize;
    if (totalBytes > limits.totalBytes) throw new AppError('ZIP_TOO_LARGE', { limitBytes: limits.totalBytes });
    const name = nameOf(entry);
    if (!name.endsWith('/')) entries.push({ name, entry, refusal: refusalOf(entry, name, limits) });
  }
  spans.sort((a, b) => a.start - b.start);
  // Entries that share bytes are how a small file claims to hold a huge one.
  if (spans.some((span, at) => span.start < (spans[at - 1]?.end ?? 0))) throw damaged('entries overlap');
  return entries;
}

/** What yauzl throws, as a sentence about the archive. */
export function damaged(reason: string, cause?: unknown): AppError {
  return new AppError('ZIP_DAMAGED', { reason }, { cause });
}

async function* eachEntry(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  type Event = yauzl.Entry | Error | 'end';
  const arrived: Event[] = [];
  let wake: () => void = () => undefined;
  const arrive = (event: Event): void => {
    arrived.push(event);
    wake();
  };
  zip.on('entry', arrive);
  zip.on('error', arrive);
  zip.on('end', () => arrive('end'));
  for (;;) {
    zip.readEntry();
    if (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const event = arrived.shift();
    if (event === undefined || event === 'end') return;
    if (event instanceof Error) throw damaged(reasonOf(event), event);
    yield event;
  }
}

/** The library's texts hold offsets and sizes only. */
export function reasonOf(error: Error): string {
  const text = error.message.replace(/\.$/, '');
  return text.length > 0 && text.length < 120 ? text : 'its directory cannot be read';
}

function nameOf(entry: yauzl.Entry): string {
  // Names stay bytes until here, so that one bad name refuses one entry and not the archive.
  return yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
}

function refusalOf(entry: yauzl.Entry, name: string, limits: ZipLimits): AppError | null {
  const parts = name.split('/');
  const unixType = (entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK;
  const unsafe =
    entry.fileNameLength > limits.nameBytes ||
    name.includes('\\') ||
    name.includes('\u0000') ||
    name.startsWith('/') ||
    /^[a-z]:/i.test(name) ||
    parts.includes('..') ||
    unixType === UNIX_SYMLINK;
  if (unsafe) return new AppError('ZIP_PATH_UNSAFE');
  if (entry.isEncrypted()) return new AppError('ZIP_ENCRYPTED');
  if (!entry.canDecodeFileData()) return damaged(`compression method ${entry.compressionMethod} is not supported`);
  if (entry.uncompressedSize > limits.entryBytes) {
    return new AppError('UPLOAD_TOO_LARGE', { sizeBytes: entry.uncompressedSize, limitBytes: limits.entryBytes });
  }
  return null;
}
