import type { Kysely, Selectable } from 'kysely';
import type {
  RenditionKind,
  ReportRepository,
  StoredRendition,
  StoredReport,
  StoredVersion,
} from '#server/domain/report-ports.ts';
import type { Discipline } from '#shared/consultation/role.ts';
import type { ConsultationId, ReportId, Sha256, StudyUid, UserId } from '#shared/ids.ts';
import type { ReportContent } from '#shared/report/report.ts';
import type { RenditionRow, ReportRow, ReportVersionRow, Tables } from './tables.ts';

/** Working copies, signed versions and the files made from them. */
export function createReportRepository(db: Kysely<Tables>): ReportRepository {
  return {
    async mine(consultationId, authorId) {
      const row = await db
        .selectFrom('reports')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .where('author_id', '=', authorId)
        .executeTakeFirst();
      return row === undefined ? null : toReport(row);
    },

    async parts(consultationId) {
      const rows = await db
        .selectFrom('reports')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .orderBy('discipline')
        .orderBy('id')
        .execute();
      return rows.map(toReport);
    },

    async create(report) {
      await db
        .insertInto('reports')
        .values({
          id: report.id,
          consultation_id: report.consultationId,
          author_id: report.authorId,
          discipline: report.discipline,
          revision: report.revision,
          content: JSON.stringify(report.content),
          updated_at: report.updatedAt,
          signed_version: report.signedVersion,
        })
        .onConflict((conflict) => conflict.columns(['consultation_id', 'author_id']).doNothing())
        .execute();
    },

    async save(id, revision, content, at) {
      const result = await db
        .updateTable('reports')
        .set({ content: JSON.stringify(content), revision: revision + 1, updated_at: at })
        .where('id', '=', id)
        .where('revision', '=', revision)
        .where('signed_version', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },

    async sign(version, revision) {
      const marked = await db
        .updateTable('reports')
        .set({ signed_version: version.version })
        .where('id', '=', version.reportId)
        .where('revision', '=', revision)
        .where('signed_version', 'is', null)
        .executeTakeFirst();
      if (marked.numUpdatedRows !== 1n) return false;
      await db
        .insertInto('report_versions')
        .values({
          report_id: version.reportId,
          version: version.version,
          consultation_id: version.consultationId,
          canonical: version.canonical,
          sha256: version.sha256,
          signature: version.signature,
          public_key: version.publicKey,
          signed_by: version.signedBy,
          signed_at: version.signedAt,
        })
        .execute();
      return true;
    },

    async version(reportId, version) {
      const row = await db
        .selectFrom('report_versions')
        .selectAll()
        .where('report_id', '=', reportId)
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : toVersion(row);
    },

    async versions(consultationId) {
      const rows = await db
        .selectFrom('report_versions')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .orderBy('signed_at', 'desc')
        .orderBy('report_id')
        .orderBy('version', 'desc')
        .execute();
      return rows.map(toVersion);
    },

    async addRendition(rendition) {
      // The blob's own row first: a rendition points to it.
      await db
        .insertInto('blobs')
        .values({ sha256: rendition.sha256, size_bytes: rendition.sizeBytes, stored_at: rendition.producedAt })
        .onConflict((conflict) => conflict.column('sha256').doNothing())
        .execute();
      await db
        .insertInto('renditions')
        .values({
          report_id: rendition.reportId,
          version: rendition.version,
          kind: rendition.kind,
          name: rendition.name,
          media_type: rendition.mediaType,
          sha256: rendition.sha256,
          size_bytes: rendition.sizeBytes,
          produced_at: rendition.producedAt,
        })
        .onConflict((conflict) => conflict.columns(['report_id', 'version', 'kind', 'name']).doNothing())
        .execute();
    },

    async renditions(reportId, version) {
      const rows = await db
        .selectFrom('renditions')
        .selectAll()
        .where('report_id', '=', reportId)
        .where('version', '=', version)
        .orderBy('kind')
        .orderBy('name')
        .execute();
      return rows.map(toRendition);
    },

    async instanceHashes(consultationId) {
      const rows = await db
        .selectFrom('consultation_instances')
        .innerJoin('dicom_instances', 'dicom_instances.sop_instance_uid', 'consultation_instances.sop_instance_uid')
        .select(['consultation_instances.study_uid', 'dicom_instances.sha256'])
        .where('consultation_instances.consultation_id', '=', consultationId)
        .execute();
      return rows.map((row) => ({ studyUid: row.study_uid as StudyUid, sha256: row.sha256 as Sha256 }));
    },
  };
}

function toReport(row: Selectable<ReportRow>): StoredReport {
  return {
    id: row.id as ReportId,
    consultationId: row.consultation_id as ConsultationId,
    authorId: row.author_id as UserId,
    discipline: row.discipline as Discipline,
    revision: row.revision,
    content: JSON.parse(row.content) as ReportContent,
    updatedAt: row.updated_at,
    signedVersion: row.signed_version,
  };
}

function toVersion(row: Selectable<ReportVersionRow>): StoredVersion {
  return {
    reportId: row.report_id as ReportId,
    version: row.version,
    consultationId: row.consultation_id as ConsultationId,
    canonical: row.canonical,
    sha256: row.sha256,
    signature: row.signature,
    publicKey: row.public_key,
    signedBy: row.signed_by as UserId,
    signedAt: row.signed_at,
  };
}

function toRendition(row: Selectable<RenditionRow>): StoredRendition {
  return {
    reportId: row.report_id as ReportId,
    version: row.version,
    kind: row.kind as RenditionKind,
    name: row.name,
    mediaType: row.media_type,
    sha256: row.sha256 as Sha256,
    sizeBytes: row.size_bytes,
    producedAt: row.produced_at,
  };
}
