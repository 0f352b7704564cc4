import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { StoredReport, StoredVersion } from '#server/domain/report-ports.ts';
import type { ReportId, Sha256 } from '#shared/ids.ts';
import { emptyContent } from '#shared/report/report.ts';
import { describeOnEachDatabase, type TestDatabase } from './test-database.ts';

const AT = '2026-03-02T09:00:00.000Z';

async function reportOf({ addPerson, addConsultation, db }: TestDatabase): Promise<StoredReport> {
  const report: StoredReport = {
    id: randomUUID() as ReportId,
    consultationId: await addConsultation(),
    authorId: (await addPerson('radiologist')).id,
    discipline: 'radiology',
    revision: 0,
    content: emptyContent([]),
    updatedAt: AT,
    signedVersion: null,
  };
  await db.reports.create(report);
  return report;
}

function versionOf(report: StoredReport): StoredVersion {
  return {
    reportId: report.id,
    version: 1,
    consultationId: report.consultationId,
    canonical: '{"schema":"consilium-report/1"}',
    sha256: 'a'.repeat(64),
    signature: 'signature',
    publicKey: 'key',
    signedBy: report.authorId,
    signedAt: AT,
  };
}

describeOnEachDatabase('report repository', (open) => {
  it('makes one part an author and keeps the first when two are made', async () => {
    const { db } = open();
    const report = await reportOf(open());
    await db.reports.create({ ...report, id: randomUUID() as ReportId });
    expect(await db.reports.mine(report.consultationId, report.authorId)).toEqual(report);
    expect(await db.reports.parts(report.consultationId)).toEqual([report]);
  });

  it('saves by revision and refuses a stale one', async () => {
    const { db } = open();
    const { id, consultationId, authorId } = await reportOf(open());
    const content = { ...emptyContent([]), impression: [{ text: 'Größe ≥ 18 mm', citations: [] }] };
    expect(await db.reports.save(id, 0, content, AT)).toBe(true);
    expect(await db.reports.save(id, 0, emptyContent([]), AT)).toBe(false);
    expect(await db.reports.mine(consultationId, authorId)).toMatchObject({ revision: 1, content });
  });

  it('rule 7: a signed part can neither be saved nor signed again', async () => {
    const { db } = open();
    const report = await reportOf(open());
    await db.reports.save(report.id, 0, report.content, AT);
    expect(await db.reports.sign(versionOf(report), 0)).toBe(false);
    expect(await db.reports.sign(versionOf(report), 1)).toBe(true);
    expect(await db.reports.sign({ ...versionOf(report), version: 2 }, 1)).toBe(false);
    expect(await db.reports.save(report.id, 1, report.content, AT)).toBe(false);
    expect(await db.reports.version(report.id, 1)).toEqual(versionOf(report));
    expect(await db.reports.version(report.id, 2)).toBeNull();
    expect(await db.reports.versions(report.consultationId)).toEqual([versionOf(report)]);
  });

  it('rule 7: the database itself refuses to change or remove a signed version', async () => {
    const { db, kysely } = open();
    const report = await reportOf(open());
    await db.reports.save(report.id, 0, report.content, AT);
    await db.reports.sign(versionOf(report), 1);
    const ours = kysely.updateTable('report_versions').where('report_id', '=', report.id);
    await expect(ours.set({ canonical: '{}' }).execute()).rejects.toThrow(/never changed/);
    await expect(kysely.deleteFrom('report_versions').execute()).rejects.toThrow(/never changed/);
    expect(await db.reports.version(report.id, 1)).toEqual(versionOf(report));
  });

  it('rule 7: of two tabs that sign at the same moment one wins', async () => {
    const { db } = open();
    const report = await reportOf(open());
    await db.reports.save(report.id, 0, report.content, AT);
    const sign = () => db.transaction(({ reports }) => reports.sign(versionOf(report), 1));
    const results = await Promise.all([sign(), sign()]);
    expect(results.toSorted()).toEqual([false, true]);
  });

  it('stores a rendition once, with the row of its blob', async () => {
    const { db } = open();
    const { id } = await reportOf(open());
    const rendition = {
      reportId: id,
      version: 1,
      kind: 'pdf' as const,
      name: '',
      mediaType: 'application/pdf',
      sha256: randomUUID().replaceAll('-', '').padEnd(64, '0') as Sha256,
      sizeBytes: 6_000_000_000,
      producedAt: AT,
    };
    await db.reports.addRendition(rendition);
    await db.reports.addRendition({ ...rendition, sizeBytes: 1 });
    expect(await db.reports.renditions(id, 1)).toEqual([rendition]);
    expect(await db.material.hasBlob(rendition.sha256)).toBe(true);
    expect(await db.reports.renditions(id, 2)).toEqual([]);
  });
});
