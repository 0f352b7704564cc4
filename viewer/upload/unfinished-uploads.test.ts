import { expect, test } from 'vitest';
import { unfinishedUploads } from './unfinished-uploads.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');

function storageOf(lines: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(lines);
  return {
    length: entries.length,
    key: (at: number) => entries[at]?.[0] ?? null,
    getItem: (key: string) => (typeof lines[key] === 'string' ? (lines[key] as string) : JSON.stringify(lines[key])),
  };
}

const line = (filename: string, creationTime = '2026-03-02T09:00:00Z') => ({
  ...{ size: 3e9, creationTime, uploadUrl: '/x' },
  metadata: { filename },
});

test('offers what this consultation began and neither finished, nor has on its way, nor left too long', () => {
  const storage = storageOf({
    'tus::consilium:c1:a.svs:3000000000:1::11': line('a.svs'),
    'tus::consilium:c1:a.svs:3000000000:1::12': line('a.svs'),
    'tus::consilium:c1:here.svs:3000000000:1::13': line('here.svs'),
    'tus::consilium:c1:old.svs:3000000000:1::14': line('old.svs', '2026-02-26T09:00:00Z'),
    'tus::consilium:c2:b.svs:3000000000:1::15': line('b.svs'),
    'tus::consilium:c1:damaged:1:1::16': '{',
    theme: 'dark',
  });
  const found = unfinishedUploads(storage, 'c1', new Set(['here.svs']), NOW);
  expect(found.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([['a.svs', 3e9]]);
});
