import { expect, test } from 'vitest';
import { PictureCache } from './picture-cache.ts';

const picture = (bytes: number) => ({ bytes: new Uint8Array(bytes), mediaType: 'image/png' });

test('the least recently used picture goes first, and the bound holds', () => {
  const cache = new PictureCache(100);
  const names = Array.from({ length: 10 }, (_, i) => `p${i}`);
  for (const name of names) cache.keep(name, picture(10));
  expect(names.filter((name) => cache.get(name) !== null)).toEqual(names);
  cache.get('p0');
  cache.keep('new', picture(12));
  expect(names.filter((name) => cache.get(name) === null)).toEqual(['p1', 'p2']);
  expect(cache.get('new')?.bytes).toHaveLength(12);
});

test('a picture too large to share the place is not kept', () => {
  const cache = new PictureCache(100);
  cache.keep('small', picture(5));
  cache.keep('large', picture(13));
  expect([cache.get('large'), cache.get('small')?.bytes.length]).toEqual([null, 5]);
});
