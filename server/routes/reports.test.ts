import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedReportOf } from '#server/domain/annotation-citations.ts';
import { verifyVersion } from '#server/domain/signed-versions.ts';
import { expectJson, TEST_PASSWORD } from '#server/http/test-server.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import type { Failure } from '#shared/api/failure.ts';
import { reportPaths } from '#shared/api/reports.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { AnnotationId, QuestionId } from '#shared/ids.ts';
import type { Report, SignedVersion } from '#shared/report/report.ts';
import { type ExpertScene, type OpenConsultation, openExpertScene } from './expert-scene.ts';

let scene: ExpertScene;
beforeAll(async () => {
  scene = await openExpertScene();
}, 60_000);
afterAll(() => scene.close());

const stateOf = async ({ id }: OpenConsultation): Promise<Consultation> =>
  expectJson(await (await scene.server.as('coordinator')).get(consultationPaths.one(id)), 200);

/** Waits for what the worker does after the answer. */
async function until(fulfilled: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await fulfilled()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come about');
}

const signing = (revision: number, password = TEST_PASSWORD) => ({ revision, password, totp: null });

describe('the working copy', () => {
  it('is empty at first, one an expert, and its first save moves the consultation to drafting', async () => {
    const open = await scene.open();
    const mine = expectJson<Report>(await open.radiologist.get(reportPaths.mine(open.id)), 200);
    expect(mine).toMatchObject({ revision: 0, updatedAt: null, signedVersion: null, discipline: 'radiology' });
    expect(mine.content.answers.map(({ questionId }) => questionId)).toEqual(
      open.consultation.questions.map(({ id }) => id),
    );
    expect(expectJson<Report>(await open.radiologist.get(reportPaths.mine(open.id)), 200).id).toBe(mine.id);
    expect(expectJson<Report>(await open.pathologist.get(reportPaths.mine(open.id)), 200).id).not.toBe(mine.id);
    expect((await stateOf(open)).state).toBe('ready');
    expect(await open.write(open.radiologist, [])).toMatchObject({ revision: 1 });
    expect((await stateOf(open)).state).toBe('drafting');
    expect(await open.write(open.pathologist, [])).toMatchObject({ revision: 1 });
    expect((await stateOf(open)).timeline.filter(({ event }) => event === 'write')).toHaveLength(1);
  });

  it('refuses unknown citations, questions and material, and a stale revision', async () => {
    const open = await scene.open();
    const { content, revision } = await open.write(open.radiologist, []);
    const put = (change: object, at = revision) =>
      open.radiologist.put(reportPaths.mine(open.id), { revision: at, content: { ...content, ...change } });
    const cites = { impression: [{ text: 'x', citations: [randomUUID() as AnnotationId] }] };
    expect(expectJson<Failure>(await put(cites), 422).code).toBe('CITATION_UNKNOWN');
    const [first] = content.answers;
    const answers = [{ ...first, questionId: randomUUID() as QuestionId }];
    expect(expectJson<Failure>(await put({ answers }), 400).code).toBe('REQUEST_INVALID');
    expect(expectJson<Failure>(await put({ answers: [first, first] }), 400).code).toBe('REQUEST_INVALID');
    const foreign = { kind: 'slide', ref: randomUUID(), quality: 'adequate', reason: '' };
    expect(expectJson<Failure>(await put({ materialsReviewed: [foreign] }), 400).code).toBe('REQUEST_INVALID');
    expect(expectJson<Failure>(await put({}, 7), 409)).toMatchObject({
      code: 'REVISION_STALE',
      current: { revision },
    });
    // The same request again, its answer having been lost.
    expect(expectJson<Report>(await put({}, 0), 200).revision).toBe(1);
  });

  it('rule 4: belongs to assigned experts alone', async () => {
    const open = await scene.open();
    const mine = reportPaths.mine(open.id);
    expect((await (await scene.server.as('referrer')).get(mine)).statusCode).toBe(403);
    expect((await (await scene.server.as('coordinator')).get(mine)).statusCode).toBe(403);
    expect((await (await scene.server.as('radiologist2')).get(mine)).statusCode).toBe(404);
    expect((await (await scene.server.as('referrer2')).get(mine)).statusCode).toBe(404);
  });
});

describe('signing', () => {
  it('refuses a wrong password, an incomplete report and a revision that was not read', async () => {
    const open = await scene.open();
    const at = reportPaths.sign(open.id);
    expect((await open.radiologist.post(at, signing(1))).statusCode).toBe(403);
    await open.write(open.pathologist, []);
    expect(expectJson<Failure>(await open.radiologist.post(at, signing(1)), 409).code).toBe('REPORT_INCOMPLETE');
    const { revision } = await open.write(open.radiologist, [], { impression: [{ text: ' ', citations: [] }] });
    expect(expectJson<Failure>(await open.radiologist.post(at, signing(revision, 'wrong')), 401).code).toBe(
      'CREDENTIALS_WRONG',
    );
    expect(expectJson<Failure>(await open.radiologist.post(at, signing(revision)), 409)).toMatchObject({
      code: 'REPORT_INCOMPLETE',
      params: { reason: 'the impression is empty' },
    });
    expect(expectJson<Failure>(await open.radiologist.post(at, signing(revision + 1)), 409).code).toBe(
      'REVISION_STALE',
    );
    expect((await (await scene.server.as('referrer')).post(at, signing(revision))).statusCode).toBe(403);
    expect((await (await scene.server.as('radiologist2')).post(at, signing(revision))).statusCode).toBe(404);
  });

  it('rule 7: freezes the report with its findings and annotations, and locks them', async () => {
    const open = await scene.open();
    const cited = await open.annotate(open.radiologist, open.frameDraft());
    const uncited = await open.annotate(open.radiologist, open.frameDraft({ label: 'not cited' }));
    const theirs = await open.annotate(open.pathologist, open.slideDraft());
    const finding = await open.find(open.radiologist, 'Spiculated nodule', [cited.id]);
    const { revision } = await open.write(open.radiologist, [theirs.id]);
    const signed = await open.sign(open.radiologist, revision);

    expect(signed.report).toMatchObject({ version: 1, findings: [finding], annotations: [cited, theirs] });
    expect(signed.report.materials.map(({ kind, quality }) => [kind, quality])).toEqual([
      ['study', 'not-reviewed'],
      ['slide', 'limited'],
      ...signed.report.materials.slice(2).map(() => ['document', 'not-reviewed']),
    ]);
    expect(signed.report.materials.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);

    const refused = async (answer: Promise<{ json(): unknown; statusCode: number }>) =>
      ((await answer).json() as Failure).code;
    const put = (id: string, change: object) => open.radiologist.put(annotationPaths.one(open.id, id), change);
    const draft = open.frameDraft({ label: 'later' });
    expect(await refused(put(cited.id, { revision: 1, annotation: draft }))).toBe('REPORT_SIGNED');
    expect(await refused(put(uncited.id, { revision: 1, annotation: draft }))).toBe('REPORT_SIGNED');
    expect(await refused(put(randomUUID(), { revision: 0, annotation: draft }))).toBe('REPORT_SIGNED');
    const text = { revision: 1, finding: { text: 'changed', annotationIds: [] } };
    expect(await refused(open.radiologist.put(annotationPaths.finding(open.id, finding.id), text))).toBe(
      'REPORT_SIGNED',
    );
    const { content } = expectJson<Report>(await open.radiologist.get(reportPaths.mine(open.id)), 200);
    expect(await refused(open.radiologist.put(reportPaths.mine(open.id), { revision, content }))).toBe('REPORT_SIGNED');
    expect(await refused(open.radiologist.post(reportPaths.sign(open.id), signing(revision)))).toBe('REPORT_SIGNED');

    // The other expert still writes, but what a signed report rests on stays as it was.
    const at = annotationPaths.one(open.id, theirs.id);
    const change = { revision: 1, annotation: open.slideDraft({ label: 'other words' }) };
    expect(await refused(open.pathologist.put(at, change))).toBe('ANNOTATION_CITED');
    expect(await refused(open.pathologist.inject({ method: 'DELETE', url: `${at}?revision=1` }))).toBe(
      'ANNOTATION_CITED',
    );
    await open.annotate(open.pathologist, open.slideDraft());
    expect((await stateOf(open)).state).toBe('drafting');
  });

  it('rule 7: of two tabs that sign, one wins and the other hears why', async () => {
    const open = await scene.open();
    const { revision } = await open.write(open.radiologist, []);
    const tab = () => open.radiologist.post(reportPaths.sign(open.id), signing(revision));
    const answers = await Promise.all([tab(), tab()]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409]);
    const loser = answers.find(({ statusCode }) => statusCode === 409)?.json() as Failure;
    expect(loser.code).toBe('REPORT_SIGNED');
  });

  it('rule 7: hash and signature prove the version, and one changed character disproves it', async () => {
    const open = await scene.open();
    const { revision } = await open.write(open.radiologist, []);
    const { report, sha256 } = await open.sign(open.radiologist, revision);
    const { signer, db } = scene.server.services;
    const stored = await db.reports.version(report.reportId, 1);
    if (stored === null) throw new Error('the version was not stored');
    expect(createHash('sha256').update(stored.canonical).digest('hex')).toBe(sha256);
    expect(signedReportOf(stored)).toEqual(report);
    expect(verifyVersion(signer, stored)).toBe('intact');
    const canonical = stored.canonical.replace('nodule', 'nodulE');
    expect(verifyVersion(signer, { ...stored, canonical })).toBe('hash-differs');
    const forged = createHash('sha256').update(canonical).digest('hex');
    expect(verifyVersion(signer, { ...stored, canonical, sha256: forged })).toBe('signature-wrong');
    expect(verifyVersion(signer, { ...stored, publicKey: 'AAAA' })).toBe('signature-wrong');
  });
});

describe('the signed version', () => {
  it('gets its files, is delivered, and can then be read by the referrer', async () => {
    const open = await scene.open();
    const { radiologist, pathologist } = open;
    const referrer = await scene.server.as('referrer');
    const shapes = await open.annotate(radiologist, open.frameDraft());
    const gland = await open.annotate(pathologist, open.slideDraft());
    await open.find(radiologist, 'Nodule of the right upper lobe', [shapes.id]);
    const first = await open.sign(radiologist, (await open.write(radiologist, [gland.id])).revision);
    const { reportId } = first.report;
    expect(first.renditions).toEqual([{ kind: 'pdf', state: 'pending', sha256: null }]);
    expect((await referrer.get(reportPaths.list(open.id))).statusCode).toBe(403);
    expect((await referrer.get(reportPaths.version(reportId, 1))).statusCode).toBe(403);

    await open.sign(pathologist, (await open.write(pathologist, [gland.id])).revision);
    await until(async () => (await stateOf(open)).state === 'delivered');

    const { versions } = expectJson<{ versions: SignedVersion[] }>(await referrer.get(reportPaths.list(open.id)), 200);
    expect(versions).toHaveLength(2);
    for (const { renditions } of versions) expect(renditions[0]).toMatchObject({ kind: 'pdf', state: 'ready' });
    expect(expectJson<SignedVersion>(await referrer.get(reportPaths.version(reportId, 1)), 200).sha256).toBe(
      first.sha256,
    );

    const pdf = await referrer.get(reportPaths.pdf(reportId, 1));
    expect(pdf.statusCode).toBe(200);
    expect(pdf.headers['content-type']).toBe('application/pdf');
    expect(pdf.headers['content-disposition']).toBe(`attachment; filename="report-${reportId.slice(0, 8)}-v1.pdf"`);
    expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');

    expect((await referrer.get(reportPaths.keyImage(reportId, 1, shapes.id))).statusCode).toBe(200);
    const picture = await referrer.get(reportPaths.keyImage(reportId, 1, gland.id));
    expect(picture.headers).toMatchObject({ 'content-type': 'image/png' });
    expect(picture.headers['cache-control']).toContain('immutable');
    expect(picture.rawPayload.subarray(1, 4).toString()).toBe('PNG');
    expect((await referrer.get(reportPaths.keyImage(reportId, 1, randomUUID()))).statusCode).toBe(404);
    expect((await referrer.get(reportPaths.pdf(reportId, 2))).statusCode).toBe(404);

    const outsider = await scene.server.as('referrer2');
    for (const url of [
      reportPaths.version(reportId, 1),
      reportPaths.pdf(reportId, 1),
      reportPaths.keyImage(reportId, 1, gland.id),
      reportPaths.list(open.id),
    ]) {
      expect((await outsider.get(url)).statusCode, `rule 4: ${url}`).toBe(404);
    }

    const rows = await scene.server.services.db.audit.page({ consultationId: open.id, limit: 500 });
    const actions = new Set(rows.map(({ action }) => action));
    for (const action of ['report.save', 'report.sign', 'consultation.deliver', 'report.pdf', 'report.key-image']) {
      expect(actions, `rule 5: ${action}`).toContain(action);
    }
  }, 120_000);
});
