import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeZip, type ZipEntry } from '#fixtures/zip-file.ts';
import { ZIP_LIMITS, type ZipLimits } from './zip-limits.ts';
import { createZipReader } from './zip-reader.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zip-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function unpack(archive: Buffer, limits: Partial<ZipLimits> = {}, signal = new AbortController().signal) {
  const path = join(folder, 'archive.zip');
  await writeFile(path, archive);
  const reader = createZipReader(() => join(folder, `unpacked-${crypto.randomUUID()}`), { ...ZIP_LIMITS, ...limits });
  const found: Record<string, string> = {};
  for await (const entry of reader.files(path, signal)) {
    found[entry.name] = 'refusal' in entry ? entry.refusal.code : (await readFile(entry.file.path)).toString('latin1');
  }
  return found;
}
const text = (name: string, content = name): ZipEntry => ({ name, data: Buffer.from(content) });
const unpackedFiles = async () => (await readdir(folder)).filter((name) => name.startsWith('unpacked-'));

describe('what is unpacked', () => {
  test('files with their paths, stored and deflated, empty ones too', async () => {
    const long = 'abc'.repeat(50_000);
    const found = await unpack(encodeZip([text('a/b/c.txt'), text('long.txt', long), text('empty', '')]));
    expect(found).toEqual({ 'a/b/c.txt': 'a/b/c.txt', 'long.txt': long, empty: '' });
  });

  test('names in other scripts', async () => {
    expect(await unpack(encodeZip([text('患者/Ångström.dcm', 'x')]))).toEqual({ '患者/Ångström.dcm': 'x' });
  });

  test('folders and droppings are passed over', async () => {
    const archive = encodeZip([
      text('folder/', ''),
      text('__MACOSX/._a'),
      text('x/.DS_Store'),
      text('Thumbs.db'),
      text('a'),
    ]);
    expect(await unpack(archive)).toEqual({ a: 'a' });
  });

  test('an archive without entries', async () => {
    expect(await unpack(encodeZip([]))).toEqual({});
  });
});

describe('entries that are refused alone', () => {
  test.each([
    ['a parent folder', '../up.txt'],
    ['a parent folder inside', 'a/../../up.txt'],
    ['an absolute path', '/etc/passwd'],
    ['a drive', 'C:/windows/a.txt'],
    ['a backslash', 'a\\..\\b.txt'],
    ['a NUL', 'a\u0000.txt'],
    ['a name of 2,000 bytes', 'n'.repeat(2000)],
  ])('%s', async (_what, name) => {
    const found = await unpack(encodeZip([text(name, 'evil'), text('good')]));
    expect(Object.values(found)).toEqual(['ZIP_PATH_UNSAFE', 'good']);
    expect(await unpackedFiles()).toHaveLength(1);
  });

  test('a symbolic link', async () => {
    const link = { ...text('link', '/etc/passwd'), claim: { externalAttributes: 0o120777 * 65_536 } };
    expect(await unpack(encodeZip([link, text('good')]))).toEqual({ link: 'ZIP_PATH_UNSAFE', good: 'good' });
  });

  test('an encrypted entry', async () => {
    const secret = { ...text('secret'), claim: { flags: 1 } };
    expect(await unpack(encodeZip([secret, text('good')]))).toEqual({ secret: 'ZIP_ENCRYPTED', good: 'good' });
  });

  test('more bytes than declared, fewer bytes than declared, another checksum', async () => {
    const body = 'abcdefgh'.repeat(4000);
    const entries = [
      { ...text('longer', body), claim: { size: 10 } },
      { ...text('shorter', body), claim: { size: body.length * 2 } },
      { ...text('sum', body), claim: { crc: 1 } },
      text('good'),
    ];
    const damaged = 'ZIP_DAMAGED';
    expect(await unpack(encodeZip(entries))).toEqual({ longer: damaged, shorter: damaged, sum: damaged, good: 'good' });
    expect(await unpackedFiles()).toHaveLength(1);
  });

  test('a bomb, and blank pixels that pack as well but are small', async () => {
    const zeros = Buffer.alloc(2 << 20);
    const archive = encodeZip([{ name: 'zeros', data: zeros }, text('good')]);
    expect(await unpack(archive, { ratioFloorBytes: 1 << 20 })).toEqual({ zeros: 'ZIP_RATIO', good: 'good' });
    expect(await unpackedFiles()).toHaveLength(1);
    expect((await unpack(archive)).zeros).toHaveLength(2 << 20);
  });

  test('an entry beyond the limit for one', async () => {
    expect(await unpack(encodeZip([text('long', 'x'.repeat(100))]), { entryBytes: 99 })).toEqual({
      long: 'UPLOAD_TOO_LARGE',
    });
  });
});

describe('archives that are refused whole', () => {
  test('too many entries', async () => {
    const archive = encodeZip([text('a'), text('b'), text('c')]);
    await expect(unpack(archive, { entries: 2 })).rejects.toMatchObject({ code: 'ZIP_TOO_MANY_ENTRIES' });
  });

  test('too much altogether', async () => {
    const archive = encodeZip([text('a', 'x'.repeat(60)), text('b', 'x'.repeat(60))]);
    await expect(unpack(archive, { totalBytes: 100 })).rejects.toMatchObject({ code: 'ZIP_TOO_LARGE' });
  });

  test('entries that share bytes', async () => {
    const archive = encodeZip([text('first', 'x'.repeat(200)), text('other', 'y'.repeat(200))]);
    const second = archive.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    // Relative offset of local header (APPNOTE 4.4.16): the second entry now points into the first.
    archive.writeUInt32LE(0, second + 42);
    await expect(unpack(archive)).rejects.toMatchObject({ code: 'ZIP_DAMAGED' });
  });

  test('cut anywhere', async () => {
    const archive = encodeZip([text('a', 'x'.repeat(500)), text('b')]);
    for (let length = 4; length < archive.length; length += 37) {
      await expect(unpack(archive.subarray(0, length)), String(length)).rejects.toMatchObject({ code: 'ZIP_DAMAGED' });
    }
  });

  test('an aborted reading leaves nothing behind', async () => {
    const archive = encodeZip([text('a')]);
    await expect(unpack(archive, {}, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(await unpackedFiles()).toEqual([]);
  });
});
