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
function series(instances: number, bytesEach: number, more = '') {
  const texts = new Map(
    Array.from({ length: instances }, (_, at) => [
      `1.2.3.${at}` as SopInstanceUid,
      `{"x":"${randomBytes(bytesEach).toString('hex')}"${more}}`,
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
  const { gzipped } = await reader.read({ consultationIds: IN, labelsOf: IN }, SCOPE, [], base, signal);
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

test('its addresses begin with the name the server is reached by, and what is kept has no such name', async () => {
  const { db, asked } = series(2, 20_000, ',"y":{"vr":"OW","BulkDataURI":"bulkdata/00282000"}');
  const { objects, kept } = store();
  const reader = new MetadataReader(db, objects);
  const uriOf = (json: string) => (JSON.parse(json) as { y: { BulkDataURI: string } }[])[1]?.y.BulkDataURI;
  for (const service of ['http://a/dicom-web', 'https://b:8443/dicom-web', 'http://a/dicom-web']) {
    const uri = `${service}/studies/1.2/series/1.2.3/instances/1.2.3.1/bulkdata/00282000`;
    expect(uriOf(await read(reader, service))).toBe(uri);
  }
  expect([asked.times, kept.size]).toEqual([1, 1]);
  for (const bytes of kept.values()) expect(gunzipSync(bytes).toString()).not.toContain('http');
});

test('where nothing has an address everybody is answered with the same bytes, under a tag of his own', async () => {
  const { db } = series(2, 100);
  const reader = new MetadataReader(db, store().objects);
  const asked = (service: string) => reader.read({ consultationIds: IN, labelsOf: IN }, SCOPE, [], service, signal);
  const [one, other] = [await asked('http://a'), await asked('http://b')];
  expect(other.gzipped).toBe(one.gzipped);
  expect(other.etag).not.toBe(one.etag);
});

test('what is small is not kept', async () => {
  const { db } = series(2, 100);
  const { objects, kept } = store();
  await read(new MetadataReader(db, objects));
  expect(kept.size).toBe(0);
});
