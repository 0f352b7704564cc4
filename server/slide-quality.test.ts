/** From an upload to the card: the job, the row, who may read it, and the same bytes elsewhere. */

import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { importPath } from '#server/domain/import-path.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { qualitySummariesSchema, slideQualityPaths, slideQualitySchema } from '#shared/api/slide-quality.ts';
import type { ConsultationId, SlideId } from '#shared/ids.ts';

let server: TestServer;
let path: string;

beforeAll(async () => {
  server = await startTestServer();
  path = join(server.dataDir, 'made', 'biopsy.svs');
  await writeSlide(path, { width: 1000, height: 800 });
}, 60_000);
afterAll(() => server.close());

async function bring(who: SignedIn, consultationId: ConsultationId): Promise<SlideId> {
  const needs = { path, consultationId, actor: who.principal };
  expect((await importPath(server.services.material.ingest, needs, AbortSignal.timeout(30_000))).refused).toEqual([]);
  const held = (await who.get(materialPaths.material(consultationId))).json() as Material;
  return held.slides[0]!.id;
}
const qualityOf = async (who: SignedIn, slideId: SlideId) =>
  slideQualitySchema.parse((await who.get(slideQualityPaths.slide(slideId))).json());

test('a slide is measured once it is stored, the same bytes once, and nobody hears of slides that are not his', async () => {
  const [referrer, other] = [await server.as('referrer'), await server.as('referrer2')];
  const [first, second] = [await server.draft(), await server.draft()];
  const slideId = await bring(referrer, first.id);
  let quality = await qualityOf(referrer, slideId);
  for (let attempt = 0; attempt < 300 && quality.state === 'pending'; attempt++) {
    await wait(100);
    quality = await qualityOf(referrer, slideId);
  }
  expect(quality).toMatchObject({ state: 'measured', refusal: null, duplicates: [] });
  expect(quality.card).toMatchObject({ tissue: { measured: true }, pixelSize: { verdict: 'plausible' } });

  const twin = await bring(referrer, second.id);
  const twinned = await qualityOf(referrer, twin);
  expect(twinned).toEqual({
    ...quality,
    slideId: twin,
    duplicates: [{ slideId, consultationId: first.id, name: 'biopsy.svs' }],
  });
  const listed = await referrer.get(slideQualityPaths.consultation(second.id));
  const { slides } = qualitySummariesSchema.parse(listed.json());
  expect(slides).toEqual([
    expect.objectContaining({ slideId: twin, state: 'measured', duplicates: twinned.duplicates }),
  ]);
  expect(slides[0]!.lines.map(({ what }) => what)).toEqual(['focus', 'tissue', 'pen', 'scale', 'macro']);

  // Another referrer with the same bytes hears of none of these.
  const { title, speciality, urgency, patient, history, workingDiagnosis, questions } = first;
  const asked = questions.map(({ text }) => ({ text }));
  const intake = { title, speciality, urgency, patient, history, workingDiagnosis, questions: asked };
  const theirs = (await other.post('/api/consultations', intake)).json() as { id: ConsultationId };
  const own = await bring(other, theirs.id);
  expect((await qualityOf(other, own)).duplicates).toEqual([]);
  expect((await other.get(slideQualityPaths.slide(slideId))).statusCode).toBe(404);
  // Nor does the first hear of theirs.
  expect((await qualityOf(referrer, slideId)).duplicates.map((one) => one.slideId)).toEqual([twin]);
  const jobs = await server.services.db.jobs.state(`measure-slide-quality:1:${await hashOf(slideId)}`);
  expect(jobs).toBe('done');
}, 60_000);

async function hashOf(slideId: SlideId): Promise<string> {
  return (await server.services.db.material.slide(slideId))!.sha256;
}
