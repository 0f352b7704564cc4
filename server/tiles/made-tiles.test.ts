import { describe, expect, it } from 'vitest';
import type { KeptObjects } from '#server/domain/derived-ports.ts';
import { ByteCache } from './byte-cache.ts';
import { type MadeTile, MadeTiles } from './made-tiles.ts';

const tile: MadeTile = { sourceSha256: 'a'.repeat(64), level: 2, number: 7, version: '3-x', mediaType: 'image/png' };

function store() {
  const objects = new Map<string, Uint8Array>();
  const name = (key: Parameters<KeptObjects['read']>[0]) => `${key.sourceSha256} ${key.frameNumber} ${key.form}`;
  const kept: KeptObjects = {
    read: async (key) => objects.get(name(key)) ?? null,
    keep: (key, bytes) => void objects.set(name(key), bytes),
  };
  return { objects, kept };
}

function maker() {
  const made: string[] = [];
  const make = (version: string) => async () => {
    made.push(version);
    return { bytes: Buffer.from(version), mediaType: 'image/png' as const, version };
  };
  return { made, make };
}

describe('tiles that must be made', () => {
  it('are made once and then held in memory', async () => {
    const { made, make } = maker();
    const tiles = new MadeTiles(null);
    const get = () => tiles.get(tile, 'me', undefined, make('3-x'));
    const all = await Promise.all([get(), get()]);
    expect([...all, await get()].map(({ bytes }) => String(bytes))).toEqual(['3-x', '3-x', '3-x']);
    expect(made).toEqual(['3-x']);
  });

  it('outlast the process in the store, under a key that names level, place and version', async () => {
    const { objects, kept } = store();
    const { made, make } = maker();
    await new MadeTiles(kept).get(tile, 'me', undefined, make('3-x'));
    expect([...objects.keys()]).toEqual([`${'a'.repeat(64)} 7 tile 2 3-x`]);
    const again = await new MadeTiles(kept).get(tile, 'me', undefined, make('never'));
    expect(again).toMatchObject({ mediaType: 'image/png', version: '3-x' });
    expect(String(again.bytes)).toBe('3-x');
    await new MadeTiles(kept).get({ ...tile, version: '3-y' }, 'me', undefined, make('3-y'));
    expect(made).toEqual(['3-x', '3-y']);
  });

  it('are not remembered when making them fails', async () => {
    const { objects, kept } = store();
    const tiles = new MadeTiles(kept);
    await expect(tiles.get(tile, 'me', undefined, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(objects.size).toBe(0);
    expect(await tiles.get(tile, 'me', undefined, maker().make('3-x'))).toMatchObject({ version: '3-x' });
  });
});

describe('ByteCache', () => {
  const of = (bytes: number) => ({ bytes: new Uint8Array(bytes) });
  it('holds no more bytes than it may, the longest unused leaving first', () => {
    const cache = new ByteCache<{ bytes: Uint8Array }>(100);
    for (let index = 0; index < 10; index++) cache.set(`${index}`, of(10));
    cache.get('0');
    cache.set('10', of(12));
    expect([cache.get('1'), cache.get('2'), cache.heldBytes]).toEqual([null, null, 92]);
    expect(cache.get('0')).not.toBeNull();
  });

  it('replaces, and does not hold what would push out most of the rest', () => {
    const cache = new ByteCache<{ bytes: Uint8Array }>(100);
    cache.set('a', of(10));
    cache.set('a', of(5));
    expect(cache.heldBytes).toBe(5);
    cache.set('b', of(13));
    cache.set('a', of(13));
    expect([cache.get('a'), cache.get('b'), cache.heldBytes]).toEqual([null, null, 0]);
  });
});
