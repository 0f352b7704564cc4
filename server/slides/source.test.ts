import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isInside, memorySource, openFileSource } from './source.ts';

const folder = await mkdtemp(join(tmpdir(), 'consilium-source-'));
afterAll(() => rm(folder, { recursive: true }));
const path = join(folder, 'bytes');
const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 256);
await writeFile(path, bytes);
const corrupt = expect.objectContaining({ code: 'BLOB_CORRUPT' });

describe.each([
  ['a file', () => openFileSource(path)],
  ['memory', async () => memorySource(bytes)],
])('%s as a source', (_, open) => {
  it('reads exact ranges, overlapping in time, also empty ones at the end', async () => {
    const source = await open();
    const [first, last, none] = await Promise.all([source.read(0, 10), source.read(990, 10), source.read(1000, 0)]);
    expect([...first]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...last].at(-1)).toBe(999 % 256);
    expect(none).toHaveLength(0);
    expect(source.sizeBytes).toBe(1000);
    await source.close();
  });

  it.each([
    [-1, 5],
    [0, 1001],
    [1000, 1],
    [5, -1],
    [2 ** 53, 1],
    [Number.NaN, 1],
  ])('refuses offset %d with length %d', async (offset, length) => {
    const source = await open();
    await expect(source.read(offset, length)).rejects.toThrow(corrupt);
    await source.close();
  });

  it('does not read for an aborted signal', async () => {
    const source = await open();
    await expect(source.read(0, 5, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    await source.close();
  });

  it('hands out memory of its own', async () => {
    const source = await open();
    (await source.read(0, 4)).fill(99);
    expect((await source.read(0, 4))[1]).toBe(1);
    await source.close();
  });
});

it('refuses a missing file, and says when a file became shorter', async () => {
  await expect(openFileSource(join(folder, 'missing'))).rejects.toThrow('ENOENT');
  const shrinking = join(folder, 'shrinking');
  await writeFile(shrinking, bytes);
  const source = await openFileSource(shrinking);
  await truncate(shrinking, 100);
  await expect(source.read(50, 100)).rejects.toThrow(corrupt);
  await source.close();
});

it('knows what lies inside', () => {
  expect(isInside({ sizeBytes: 10 }, 10, 0)).toBe(true);
  expect(isInside({ sizeBytes: 10 }, 9, 2)).toBe(false);
});
