import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as yauzl from 'yauzl';
import { writeZip, type ZipEntry } from './zip-writer.ts';

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

async function* entries(...list: ZipEntry[]): AsyncGenerator<ZipEntry> {
  yield* list;
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  return await buffer(stream);
}

/** Names and contents by an independent reader, which checks sizes itself. */
async function read(archive: Buffer): Promise<Record<string, string>> {
  const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true });
  const found: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    const stream = await zip.openReadStreamPromise(entry);
    const bytes = await buffer(stream);
    expect(crc32(bytes)).toBe(entry.crc32);
    found[entry.fileName] = bytes.toString();
  }
  return found;
}

describe('a .zip archive as a stream', () => {
  it('is read back with names, bytes and checksums', async () => {
    const archive = await bytesOf(
      writeZip(
        entries(
          { name: 'study-1/series-1/000001.dcm', chunks: chunks('one', '', 'two') },
          { name: 'empty', chunks: chunks() },
          { name: 'Größe.txt', chunks: chunks('ä') },
        ),
      ),
    );
    expect(await read(archive)).toEqual({ 'study-1/series-1/000001.dcm': 'onetwo', empty: '', 'Größe.txt': 'ä' });
  });

  it('is valid without any entry', async () => {
    expect(await read(await bytesOf(writeZip(entries())))).toEqual({});
  });

  it('reads an entry only when its turn has come', async () => {
    const log: string[] = [];
    async function* watched(name: string): AsyncGenerator<Uint8Array> {
      log.push(name);
      yield Uint8Array.of(1);
    }
    const zip = writeZip(entries({ name: 'a', chunks: watched('a') }, { name: 'b', chunks: watched('b') }));
    await zip.next();
    await zip.next();
    expect(log).toEqual(['a']);
    await zip.return(undefined);
  });

  it('ends with the error of an entry, so that half an archive is never whole', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error('the disk is gone');
    }
    await expect(bytesOf(writeZip(entries({ name: 'a', chunks: broken() })))).rejects.toThrow('the disk is gone');
  });
});
