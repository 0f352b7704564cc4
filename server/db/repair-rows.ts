import type { ExpressionBuilder, Kysely, OperandExpression, SqlBool } from 'kysely';
import type { RepairRow } from '#server/domain/material-ports.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import type { Tables } from './tables.ts';

/** Which instances of `held` needed repairs to be read, gathered by series and by what was repaired. */
export async function repairRows(
  db: Kysely<Tables>,
  held: (where: ExpressionBuilder<Tables, 'dicom_instances'>) => OperandExpression<SqlBool>,
): Promise<RepairRow[]> {
  const rows = await db
    .selectFrom('dicom_instances')
    .select((select) => ['study_uid', 'series_uid', 'repairs', select.fn.countAll().as('instances')])
    .where(held)
    // Sound instances, and those whose repairs nobody wrote down.
    .where('repairs', '<>', '[]')
    .groupBy(['study_uid', 'series_uid', 'repairs'])
    .orderBy('study_uid')
    .orderBy('series_uid')
    .orderBy('repairs')
    .execute();
  return rows.map((row) => ({
    studyUid: row.study_uid as StudyUid,
    seriesUid: row.series_uid as SeriesUid,
    repairs: row.repairs ?? '[]',
    instanceCount: Number(row.instances),
  }));
}
