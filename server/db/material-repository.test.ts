import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { StoredInstance } from '#server/domain/material-ports.ts';
import { visibilityOf } from '#shared/consultation/permissions.ts';
import type {
  ConsultationId,
  DocumentId,
  SeriesUid,
  Sha256,
  SlideId,
  SopInstanceUid,
  StudyUid,
  UserId,
} from '#shared/ids.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import { describeOnEachDatabase } from './test-database.ts';

const AT = '2026-03-02T09:00:00.000Z';
const hash = (): Sha256 => randomUUID().replaceAll('-', '').repeat(2) as Sha256;
let counter = 0;
const uid = <T extends string>() => `1.2.840.${process.pid}.${++counter}` as T;

const all = (...consultationIds: ConsultationId[]) => ({ consultationIds, labelsOf: consultationIds });

function instance(overrides: Partial<StoredInstance> = {}): StoredInstance {
  return {
    sopInstanceUid: uid<SopInstanceUid>(),
    seriesUid: uid<SeriesUid>(),
    studyUid: uid<StudyUid>(),
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    modality: 'CT',
    instanceNumber: 1,
    rows: 512,
    columns: 512,
    frameCount: 1,
    description: '{"seriesNumber":2}',
    metadata: '{"00100010":{"vr":"PN"}}',
    repairs: '[]',
    showsSlideLabel: false,
    frameIndex: '{"kind":"native"}',
    sha256: hash(),
    sizeBytes: 5_000_000_000,
    ...overrides,
  };
}

describeOnEachDatabase('material repository', (open) => {
  const store = async (consultationId: ConsultationId, one: StoredInstance) => {
    const [addition] = await open().db.material.addInstances(consultationId, [one], AT);
    return addition;
  };

  test('repaired instances are counted by series and by what was repaired', async () => {
    const { db, addConsultation } = open();
    const consultation = await addConsultation();
    const place = { seriesUid: uid<SeriesUid>(), studyUid: uid<StudyUid>() };
    const odd = '[{"code":"length-odd","count":1,"places":[]}]';
    for (const repairs of [odd, odd, '[]', null]) await store(consultation, instance({ ...place, repairs }));
    expect(await db.material.repairRows(all(consultation), {})).toEqual([{ ...place, repairs: odd, instanceCount: 2 }]);
    expect(await db.material.repairRows(all(await addConsultation()), {})).toEqual([]);
    expect(await db.material.repairRows(all(), {})).toEqual([]);
  });

  test('an instance comes back as it went in, sizes beyond 32 bits included', async () => {
    const { db, addConsultation } = open();
    const one = instance();
    const consultation = await addConsultation();
    expect(await store(consultation, one)).toBe('added');
    expect(await db.material.instance(one.sopInstanceUid)).toEqual(one);
    expect(await db.material.hashOfInstance(one.sopInstanceUid)).toBe(one.sha256);
  });

  test('rule 3: the same UID with other bytes never replaces what is stored', async () => {
    const { db, addConsultation } = open();
    const first = instance();
    const consultation = await addConsultation();
    await store(consultation, first);
    const second = instance({ sopInstanceUid: first.sopInstanceUid });
    expect(await store(consultation, second)).toBe('conflict');
    expect(await store(await addConsultation(), second)).toBe('conflict');
    expect(await db.material.instance(first.sopInstanceUid)).toEqual(first);
  });

  test('a batch tells of each of its instances what became of it, in their order', async () => {
    const { db, addConsultation } = open();
    const [a, b] = [await addConsultation(), await addConsultation()];
    const many = Array.from({ length: 43 }, () => instance());
    const [first, second] = many as [StoredInstance, StoredInstance];
    await store(a, first);
    await store(b, second);
    const other = instance({ sopInstanceUid: first.sopInstanceUid });
    const additions = await db.material.addInstances(a, [...many, other, many.at(-1)!], AT);
    expect(additions).toEqual(['held', ...Array(42).fill('added'), 'conflict', 'held']);
    expect(await db.material.instance(many[40]!.sopInstanceUid)).toEqual(many[40]);
    const unknown = uid<SopInstanceUid>();
    const uids = [...many.map((one) => one.sopInstanceUid), unknown];
    const hashes = await db.material.hashesOfInstances(uids);
    expect(hashes).toEqual(new Map(many.map((one) => [one.sopInstanceUid, one.sha256])));
    expect(await db.material.addInstances(a, [], AT)).toEqual([]);
  });

  test('linking twice adds nothing; another consultation adds a membership', async () => {
    const { db, addConsultation } = open();
    const one = instance();
    const [a, b] = [await addConsultation(), await addConsultation()];
    expect(await store(a, one)).toBe('added');
    expect(await store(a, one)).toBe('held');
    expect(await store(b, one)).toBe('added');
    const holding = await db.material.consultationsHolding('series', one.seriesUid);
    expect(holding.sort()).toEqual([a, b].sort());
  });

  test('rule 4: rows, metadata and series of another consultation stay out', async () => {
    const { db, addConsultation } = open();
    const shared = { studyUid: uid<StudyUid>(), seriesUid: uid<SeriesUid>() };
    const [mine, theirs] = [instance(shared), instance(shared)];
    const [a, b] = [await addConsultation(), await addConsultation()];
    await store(a, mine);
    await store(b, theirs);
    expect((await db.material.instanceRows(all(a), shared)).map((row) => row.sopInstanceUid)).toEqual([
      mine.sopInstanceUid,
    ]);
    expect((await db.material.instanceMetadata(all(a), shared)).map((row) => row.sopInstanceUid)).toEqual([
      mine.sopInstanceUid,
    ]);
    expect(await db.material.seriesRows(all(a), shared)).toMatchObject([
      { instanceCount: 1, sampleUid: mine.sopInstanceUid },
    ]);
    expect(await db.material.seriesRows(all(a, b), shared)).toMatchObject([{ instanceCount: 2 }]);
    expect(await db.material.instanceIn(a, theirs.sopInstanceUid)).toBeNull();
    expect(await db.material.instanceRows(all(), shared)).toEqual([]);
    const rows = await db.material.instanceRows(all(a), shared);
    const files = await db.material.instanceFiles(all(a), shared);
    expect(files.map((file) => file.sopInstanceUid)).toEqual(rows.map((row) => row.sopInstanceUid));
    expect(files[0]).toMatchObject({ sizeBytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await db.material.instanceFiles(all(), shared)).toEqual([]);
  });

  test('instances are listed by number, those without one first or last but always in one place', async () => {
    const { db, addConsultation } = open();
    const shared = { studyUid: uid<StudyUid>(), seriesUid: uid<SeriesUid>() };
    const consultation = await addConsultation();
    for (const instanceNumber of [10, 2, 1]) await store(consultation, instance({ ...shared, instanceNumber }));
    const rows = await db.material.instanceRows(all(consultation), shared);
    expect(rows.map((row) => row.instanceNumber)).toEqual([1, 2, 10]);
  });

  test('texts by UID are read in parts however many are asked for', async () => {
    const { db, addConsultation } = open();
    const one = instance();
    await store(await addConsultation(), one);
    const many = Array.from({ length: 1200 }, () => uid<SopInstanceUid>());
    const found = await db.material.metadataTexts([...many, one.sopInstanceUid]);
    expect([...found]).toEqual([[one.sopInstanceUid, one.metadata]]);
  });

  test('rule 4: a person sees the slides of every consultation of his, and of no other', async () => {
    const { db, addConsultation, addPerson } = open();
    const { id: me } = await addPerson('referrer');
    const add = async (consultationId: ConsultationId) => {
      const [id, sha256] = [randomUUID() as SlideId, hash()];
      await db.material.addBlob(sha256, 7, AT);
      const description = { format: 'aperio-svs', width: 10, height: 20, levels: [] } as unknown as SlideDescription;
      await db.material.addSlide({ id, consultationId, sha256, sizeBytes: 7, name: 'a.svs', description, addedAt: AT });
      return id;
    };
    const mine = [await add(await addConsultation(me)), await add(await addConsultation(me))];
    await add(await addConsultation());
    const visibility = visibilityOf('referrer', 'material.read');
    const seen = async (userId: UserId) =>
      (await db.material.visibleSlides({ userId, visibility, labels: visibility })).map((slide) => slide.id);
    expect((await seen(me)).sort()).toEqual(mine.sort());
    expect(await seen((await addPerson('referrer')).id)).toEqual([]);
  });

  test('a consultation holds the same slide and the same document once', async () => {
    const { db, addConsultation } = open();
    const consultationId = await addConsultation();
    const sha256 = hash();
    await db.material.addBlob(sha256, 7, AT);
    await db.material.addBlob(sha256, 7, AT);
    const description = { format: 'aperio-svs', width: 10, height: 20, levels: [] } as unknown as SlideDescription;
    const slide = () => ({
      ...{ id: randomUUID() as SlideId, consultationId, sha256, sizeBytes: 7, name: 'a.svs', description, addedAt: AT },
    });
    const first = slide();
    expect(await db.material.addSlide(first)).toBe(true);
    expect(await db.material.addSlide(slide())).toBe(false);
    expect(await db.material.slideByHash(consultationId, sha256)).toEqual({ ...first, side: null });
    expect(await db.material.slides([consultationId])).toEqual([{ ...first, side: null }]);
    expect(await db.material.consultationsHolding('slide', first.id)).toEqual([consultationId]);
    const document = () => ({
      ...{
        id: randomUUID() as DocumentId,
        consultationId,
        sha256,
        sizeBytes: 7,
        name: 'a',
        mediaType: 't',
        addedAt: AT,
      },
    });
    const letter = document();
    expect(await db.material.addDocument(letter)).toBe(true);
    expect(await db.material.addDocument(document())).toBe(false);
    expect(await db.material.documents(consultationId)).toEqual([letter]);
  });

  test('outcomes are kept once an upload, newest first', async () => {
    const { db, addConsultation } = open();
    const consultationId = await addConsultation();
    const outcome = (finishedAt: string) => ({
      ...{ uploadId: randomUUID(), consultationId, name: 'a.zip', sizeBytes: 3, finishedAt, results: [] },
    });
    const [old, recent] = [outcome('2026-01-01T00:00:00.000Z'), outcome('2026-01-02T00:00:00.000Z')];
    await db.material.addOutcome(old);
    await db.material.addOutcome(recent);
    expect(await db.material.outcomes(consultationId)).toEqual([recent, old]);
    expect(await db.material.outcome(old.uploadId)).toEqual(old);
    await expect(db.material.addOutcome(old)).rejects.toThrow();
  });

  test('unknown ids give nothing', async () => {
    const { material } = open().db;
    expect(await material.slide(randomUUID() as SlideId)).toBeNull();
    expect(await material.document(randomUUID() as DocumentId)).toBeNull();
    expect(await material.instance(uid())).toBeNull();
    expect(await material.outcome('none')).toBeNull();
    for (const subject of ['slide', 'document', 'study', 'series', 'instance'] as const) {
      expect(await material.consultationsHolding(subject, 'none')).toEqual([]);
    }
  });

  test('rows without an object and objects are listed for the check of the storage', async () => {
    const { material } = open().db;
    const first = hash();
    await material.addBlob(first, 1, AT);
    expect(await material.hasBlob(first)).toBe(true);
    expect(await material.hasBlob(hash())).toBe(false);
    const all: string[] = [];
    for (let after = ''; ; after = all.at(-1) ?? '') {
      const page = await material.blobs(after, 2);
      all.push(...page.map(({ sha256 }) => sha256));
      if (page.length < 2) break;
    }
    expect(all).toContain(first);
    expect(all).toEqual([...new Set(all)].sort());
    expect(await material.hashesWithoutBlob()).toEqual([]);
  });
});
