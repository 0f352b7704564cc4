import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { importPath } from '#server/domain/import-path.ts';
import { expectJson } from '#server/http/test-server.ts';
import type { Failure } from '#shared/api/failure.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { type SlideRegistration, slideRegistrationsPath } from '#shared/api/slide-registrations.ts';
import { type ExpertScene, type OpenConsultation, openExpertScene } from './expert-scene.ts';

let scene: ExpertScene;
let open: OpenConsultation;
let folder: string;
let ids: readonly string[];
beforeAll(async () => {
  scene = await openExpertScene();
  open = await scene.open();
  folder = await mkdtemp(join(tmpdir(), 'consilium-registrations-'));
  await writeSlide(join(folder, 'B26-0001-A1-ki67.svs'), { width: 900, height: 700, seed: 5 });
  const referrer = await scene.server.as('referrer');
  const request = { path: folder, consultationId: open.id, actor: referrer.principal };
  await importPath(scene.server.services.material.ingest, request, new AbortController().signal);
  ids = expectJson<Material>(await referrer.get(materialPaths.material(open.id)), 200).slides.map(({ id }) => id);
}, 60_000);
afterAll(async () => {
  await scene.close();
  await rm(folder, { recursive: true, force: true });
});

it('keeps the places each reader marked in two slides, and takes them away', async () => {
  const path = slideRegistrationsPath(open.id);
  const [fromId, toId] = ids;
  const pairs = [{ from: [1, 2], to: [3.5, 4] }];
  const own = { fromId, toId, model: 'similarity', pairs };
  const kept = async (who = open.radiologist) =>
    expectJson<{ registrations: SlideRegistration[] }>(await who.get(path), 200).registrations;

  await open.pathologist.put(path, own);
  await open.pathologist.put(path, { ...own, model: 'affine', pairs: [...pairs, ...pairs] });
  const authorId = open.pathologist.account.id;
  expect(await kept()).toMatchObject([{ ...own, authorId, model: 'affine', pairs: [...pairs, ...pairs] }]);
  await open.radiologist.put(path, own);
  expect(await kept()).toHaveLength(2);
  await open.pathologist.put(path, { ...own, pairs: [] });
  expect(await kept()).toMatchObject([{ authorId: open.radiologist.account.id }]);

  const itself = expectJson<Failure>(await open.pathologist.put(path, { ...own, toId: fromId }), 400);
  expect(itself.message).toMatch(/another slide of the consultation/);
  const other = await scene.open();
  expectJson<Failure>(await other.pathologist.put(path, { ...own, toId: other.slideId }), 400);
  expectJson<Failure>(await (await scene.server.as('referrer')).put(path, own), 403);
});
