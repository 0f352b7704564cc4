import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import type { Material } from '#shared/api/material.ts';
import { materialPaths } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { type SampleElement, sample, sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { FAILURE_REASON, WARNING_REASON } from './store-response.ts';
import { STOW_TYPE, stowBody } from './test-stow.ts';

type Answer = Record<string, { Value?: Record<string, { Value?: unknown[] }>[] }>;

let server: TestServer;
let referrer: SignedIn;
let mine: Consultation;
let counter = 0;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  mine = await server.draft();
}, 60_000);
afterAll(() => server.close());

const object = (changes: SampleElement[] = []) =>
  samplePart10(sampleInstance([sample(0x00080018, 'UI', `1.2.3.77.${++counter}`), ...changes]));
const send = (objects: readonly Uint8Array[]) =>
  referrer.inject({
    method: 'POST',
    url: `/dicom-web/studies?consultation=${mine.id}`,
    headers: { 'content-type': STOW_TYPE },
    payload: stowBody(objects),
  });
const values = (answer: Answer, sequence: string, tag: string) =>
  (answer[sequence]?.Value ?? []).map((item) => item[tag]?.Value?.[0] ?? null);

test('an object read by guessing is stored bit for bit, with a warning (PS3.18 table 10.5.3-1: 202; B007H)', async () => {
  const guessed = object([sample(0x00100010, 'PN', 'M\xfcller')]);
  const answer = await send([object(), guessed]);
  expect([answer.statusCode, values(answer.json(), '00081199', '00081196')]).toEqual([
    202,
    [null, WARNING_REASON.guessed],
  ]);
  expect(answer.json()).not.toHaveProperty('00081198');
  expect(answer.headers.warning).toBe('299 Consilium "1 of 2 stored with warnings."');
  const url = String(values(answer.json(), '00081199', '00081190')[1]).replace(/^https?:\/\/[^/]+/, '');
  const back = await referrer.inject({
    method: 'GET',
    url,
    headers: { accept: 'application/dicom; transfer-syntax=*' },
  });
  expect(back.rawPayload.equals(Buffer.from(guessed))).toBe(true);
  // The same again: stored already, and what is to be known of it has not changed.
  expect((await send([guessed])).statusCode).toBe(202);
});

test('a repair that is certain is recorded and makes no warning', async () => {
  const answer = await send([object([sample(0x00080050, 'SH', 'x'.repeat(20))])]);
  expect([answer.statusCode, answer.headers.warning]).toEqual([200, undefined]);
});

test('the series tells what was repaired, in how many instances and where, and never a value', async () => {
  const answer = await referrer.get(materialPaths.material(mine.id));
  const [series] = (answer.json() as Material).studies[0]?.series ?? [];
  expect(series?.repairs).toEqual([
    {
      code: 'charset-undeclared',
      sentence: 'Text has characters of no declared set; it was read as UTF-8 or Latin-1.',
      guess: true,
      instances: 1,
      places: ['(0010,0010)'],
    },
    {
      code: 'value-too-long',
      sentence: 'Values are longer than their VR allows.',
      guess: false,
      instances: 1,
      places: ['(0008,0050)'],
    },
  ]);
});

test('a DICOMDIR is of no SOP class that is stored (0122H)', async () => {
  const index = object([sample(0x00080016, 'UI', '1.2.840.10008.1.3.10')]);
  const answer = await send([index]);
  expect([answer.statusCode, values(answer.json(), '0008119A', '00081197')]).toEqual([
    409,
    [FAILURE_REASON.sopClassUnsupported],
  ]);
});
