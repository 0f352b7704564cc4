import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ConsultationId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { DerivedFrameKey, KeptObjects } from './derived-ports.ts';
import type { Repositories } from './ports.ts';
import { MetadataReader } from './read-metadata.ts';

const SCOPE = { studyUid: '1.2' as StudyUid, seriesUid: '1.2.3' as SeriesUid };
const IN = ['c' as ConsultationId];
const signal = new AbortController().signal;

/** A series whose texts do not pack, and how often they were read. */
function series(instances: number, bytesEach: number) {
  const texts = new Map(
    Array.from({ length: instances }, (_, at) => [
      `1.2.3.${at}` as SopInstanceUid,
      `{"x":"${randomBytes(bytesEach).toString('hex')}"}`,
    ]),
  );
  const asked = { times: 0 };
  const material = {
    instanceRows: async () => [...texts.keys()].map((sopInstanceUid) => ({ ...SCOPE, sopInstanceUid })),
    metadataTexts: async () => {
      asked.times += 1;
      return texts;
    },
  };
  return {
    db: { material } as unknown as Pick<Repositories, 'material'>,
    asked,
    json: `[${[...texts.values()].join()}]`,
  };
}

function store() {
  const kept = new Map<string, Uint8Array>();
  const textOf = (key: DerivedFrameKey) => Object.values(key).join(' ');
  const objects: KeptObjects = {
    read: async (key) => kept.get(textOf(key)) ?? null,
    keep: (key, bytes) => void kept.set(textOf(key), bytes),
  };
  return { objects, kept };
}

const read = async (reader: MetadataReader, base = 'http://a') => {
  const { gzipped } = await reader.read({ consultationIds: IN, labelsOf: IN }, SCOPE, [], base, (json) => json, signal);
  return gunzipSync(gzipped ?? new Uint8Array()).toString();
};

test('a series is packed once, and a restart does not pack it again', async () => {
  const { db, asked, json } = series(40, 1000);
  const { objects } = store();
  const first = new MetadataReader(db, objects);
  expect(await read(first)).toBe(json);
  expect(await read(first)).toBe(json);
  expect(await read(new MetadataReader(db, objects))).toBe(json);
  expect(asked.times).toBe(1);
});

test('its addresses depend on the name the server is reached by, and so does what is kept', async () => {
  const { db, asked } = series(40, 1000);
  const { objects, kept } = store();
  await read(new MetadataReader(db, objects), 'http://a');
  await read(new MetadataReader(db, objects), 'http://b');
  expect([asked.times, kept.size]).toEqual([2, 2]);
});

test('what is small is not kept', async () => {
  const { db } = series(2, 100);
  const { objects, kept } = store();
  await read(new MetadataReader(db, objects));
  expect(kept.size).toBe(0);
});
