import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHandleCache } from './handle-cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handles-'));
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(folder, name), name.repeat(8));
});
afterEach(() => rm(folder, { recursive: true }));

const openFiles = async () => {
  const links = await readdir('/proc/self/fd', { withFileTypes: true }).catch(() => []);
  return links.length;
};

test('two borrowers share a file and either may return it first', async () => {
  const cache = createHandleCache(4);
  const [one, two] = await Promise.all([
    cache.borrow('a', [join(folder, 'a')]),
    cache.borrow('a', [join(folder, 'a')]),
  ]);
  await one.close();
  await one.close();
  expect(Buffer.from(await two.read(0, 2)).toString()).toBe('aa');
  await two.close();
  await cache.close();
});

test('a handle that is lent survives any number of others', async () => {
  const cache = createHandleCache(1);
  const kept = await cache.borrow('a', [join(folder, 'a')]);
  for (const name of ['b', 'c', 'd', 'b', 'c']) {
    const other = await cache.borrow(name, [join(folder, name)]);
    expect(Buffer.from(await other.read(0, 1)).toString()).toBe(name);
    await other.close();
  }
  expect(Buffer.from(await kept.read(4, 2)).toString()).toBe('aa');
  await kept.close();
  await cache.close();
});

test.skipIf(process.platform !== 'linux')('closing gives every descriptor back (counted on Linux only)', async () => {
  const before = await openFiles();
  const cache = createHandleCache(2);
  for (const name of ['a', 'b', 'c', 'd']) await (await cache.borrow(name, [join(folder, name)])).close();
  await cache.close();
  expect(await openFiles()).toBe(before);
});

test('a missing file is refused each time, not remembered', async () => {
  const cache = createHandleCache(2);
  await expect(cache.borrow('x', [join(folder, 'x')])).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  await writeFile(join(folder, 'x'), 'now');
  const handle = await cache.borrow('x', [join(folder, 'x')]);
  expect(handle.sizeBytes).toBe(3);
  await handle.close();
  await cache.close();
});
