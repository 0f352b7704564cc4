import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOSTILE_INPUTS } from '#fixtures/hostile.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { materialPaths, type UploadOutcome } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { ERRORS } from '#shared/errors.ts';
import { sendByTus } from './test-upload.ts';

const DATA = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'));
const HOSTILE_FOLDER = join(DATA, 'hostile');
const present = existsSync(HOSTILE_FOLDER);

let server: TestServer;
let base: string;
let referrer: SignedIn;
let consultation: Consultation;

beforeAll(async () => {
  server = await startTestServer();
  base = await server.app.listen({ port: 0, host: '127.0.0.1' });
  referrer = await server.as('referrer');
});
afterAll(() => server.close());

async function leftovers(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ['uploads', 'staging', 'blobs/incoming'].map((name) => join(server.dataDir, name))) {
    for (const name of await readdir(folder, { recursive: true })) {
      if ((await stat(join(folder, name))).isFile()) found.push(name);
    }
  }
  return found;
}

/** The service is alive: a good upload works, nothing is left lying about. */
async function expectAlive(): Promise<void> {
  const name = `${crypto.randomUUID()}.txt`;
  const { results } = await sendByTus(base, referrer, consultation.id, { name, bytes: Buffer.from(name) });
  expect(results).toMatchObject([{ outcome: 'stored', kind: 'document' }]);
  expect(await leftovers()).toEqual([]);
}

function expectSentences({ results }: UploadOutcome): void {
  for (const { outcome, code, sentence } of results) {
    if (outcome !== 'refused') continue;
    expect(Object.keys(ERRORS)).toContain(code);
    expect(code).not.toBe('INTERNAL');
    expect(sentence).toMatch(/^[A-Z].*\.$/s);
    expect(sentence).not.toMatch(/\{\w+\}/);
  }
}

describe('generated hostile files through the upload', () => {
  beforeAll(async () => {
    consultation = await server.draft();
  });

  test.each(HOSTILE_INPUTS.map((input) => [input.name, input] as const))('%s', async (name, input) => {
    // The name says nothing true: what a file is must follow from its bytes.
    const outcome = await sendByTus(base, referrer, consultation.id, { name: `${name}.dat`, bytes: input.build() });
    expectSentences(outcome);
    expect(await leftovers()).toEqual([]);
    if (input.mayBeRead) return;
    const refused = outcome.results.filter((result) => result.outcome === 'refused');
    expect(refused.length, JSON.stringify(outcome.results)).toBeGreaterThan(0);
    expect(
      refused.some(({ code }) => input.expect.test(code ?? '')),
      JSON.stringify(refused),
    ).toBe(true);
  });

  test('the next good upload works', expectAlive);
});

describe.skipIf(!present)(`real hostile files (${present ? HOSTILE_FOLDER : 'absent: no test data folder'})`, () => {
  beforeAll(async () => {
    consultation = await server.draft();
  });

  test('each gets a sentence or is stored whole, the server lives, nothing is left over', async () => {
    const names = await readdir(HOSTILE_FOLDER, { recursive: true });
    let files = 0;
    for (const name of names.sort()) {
      const path = join(HOSTILE_FOLDER, name);
      if (!(await stat(path)).isFile()) continue;
      files += 1;
      const outcome = await sendByTus(base, referrer, consultation.id, { name, bytes: await readFile(path) });
      expect(outcome.results).toHaveLength(1);
      expectSentences(outcome);
    }
    expect(files).toBeGreaterThan(100);
    await expectAlive();

    // What was stored can be asked for in every form without bringing the server down.
    const { studies } = (await referrer.get(materialPaths.material(consultation.id))).json();
    for (const { studyUid, series } of studies) {
      for (const { seriesUid, representativeInstanceUid: instance } of series) {
        if (instance === null) continue;
        for (const form of ['frames/1', 'rendered', 'thumbnail', 'metadata']) {
          const url = `/dicom-web/studies/${studyUid}/series/${seriesUid}/instances/${instance}/${form}`;
          expect((await referrer.get(url)).statusCode, url).toBeLessThan(500);
        }
      }
    }
    await expectAlive();
  }, 180_000);
});
