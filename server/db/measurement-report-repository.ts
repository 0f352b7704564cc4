import type { Kysely } from 'kysely';
import type { IssuedReport, MeasurementReportRepository } from '#server/domain/measurement-report-ports.ts';
import type { ConsultationId, StudyUid, UserId } from '#shared/ids.ts';
import type { MeasurementReportRow, Tables } from './tables.ts';

/** The measurement reports that were made, on one connection. */
export function createMeasurementReportRepository(db: Kysely<Tables>): MeasurementReportRepository {
  return {
    async latest({ consultationId, studyUid, authorId }) {
      const rows = await db
        .selectFrom('measurement_reports')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .where('study_uid', '=', studyUid)
        .where('author_id', '=', authorId)
        .orderBy('version', 'desc')
        .limit(2)
        .execute();
      return rows.map(toIssued);
    },

    async add(report) {
      const result = await db
        .insertInto('measurement_reports')
        .values({
          consultation_id: report.consultationId,
          study_uid: report.studyUid,
          author_id: report.authorId,
          version: report.version,
          content_sha256: report.contentSha256,
          sop_instance_uid: report.sopInstanceUid,
          series_uid: report.seriesUid,
          written_at: report.writtenAt,
        })
        .onConflict((conflict) =>
          conflict.columns(['consultation_id', 'study_uid', 'author_id', 'version']).doNothing(),
        )
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
    },
  };
}

function toIssued(row: MeasurementReportRow): IssuedReport {
  return {
    consultationId: row.consultation_id as ConsultationId,
    studyUid: row.study_uid as StudyUid,
    authorId: row.author_id as UserId,
    version: row.version,
    contentSha256: row.content_sha256,
    sopInstanceUid: row.sop_instance_uid,
    seriesUid: row.series_uid,
    writtenAt: row.written_at,
  };
}
