import type { ExpressionBuilder, Kysely } from 'kysely';
import type { InstanceScope, MaterialRepository, MaterialSubject, SeriesRow } from '#server/domain/material-ports.ts';
import type { InstanceReach } from '#server/domain/reach-ports.ts';
import type { ConsultationId, SeriesUid, Sha256, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { addInstances, hashesOfInstances, hashOfInstance } from './instance-writer.ts';
import { toDocument, toInstance, toInstanceFile, toListed, toOutcome } from './material-rows.ts';
import { repairRows } from './repair-rows.ts';
import { consultationColumns, isVisible } from './search-visibility.ts';
import { slideRows, toSlide } from './slide-rows.ts';
import type { Tables } from './tables.ts';

/** Both databases refuse statements with very many parameters; lists are asked in parts of this size. */
const LIST_PART = 500;

/** Consultations' DICOM instances, slides, documents, their blobs and the outcomes of uploads, on one connection. */
export function createMaterialRepository(db: Kysely<Tables>): MaterialRepository {
  return {
    consultationsHolding: (subject, id) => consultationsHolding(db, subject, id),

    async addBlob(sha256, sizeBytes, at) {
      await db
        .insertInto('blobs')
        .values({ sha256, size_bytes: sizeBytes, stored_at: at })
        .onConflict((conflict) => conflict.column('sha256').doNothing())
        .execute();
    },

    async hasBlob(sha256) {
      const row = await db.selectFrom('blobs').select('sha256').where('sha256', '=', sha256).executeTakeFirst();
      return row !== undefined;
    },

    async blobs(after, limit) {
      const rows = await db
        .selectFrom('blobs')
        .select(['sha256', 'size_bytes'])
        .where('sha256', '>', after)
        .orderBy('sha256')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ sha256: row.sha256 as Sha256, sizeBytes: row.size_bytes }));
    },

    async hashesWithoutBlob() {
      const rows = await db
        .selectFrom('dicom_instances')
        .select('sha256')
        .union(db.selectFrom('slides').select('sha256'))
        .union(
          db
            .selectFrom('side_pyramids')
            .select('sha256')
            .where('sha256', 'is not', null)
            .$narrowType<{ sha256: string }>(),
        )
        .union(db.selectFrom('documents').select('sha256'))
        .union(db.selectFrom('renditions').select('sha256'))
        .except(db.selectFrom('blobs').select('sha256'))
        .execute();
      return rows.map((row) => row.sha256 as Sha256);
    },

    hashOfInstance: (sopInstanceUid) => hashOfInstance(db, sopInstanceUid),
    hashesOfInstances: (sopInstanceUids) => hashesOfInstances(db, sopInstanceUids),
    addInstances: (consultationId, instances, at) => addInstances(db, consultationId, instances, at),

    async instance(sopInstanceUid) {
      const row = await db
        .selectFrom('dicom_instances')
        .selectAll()
        .where('sop_instance_uid', '=', sopInstanceUid)
        .executeTakeFirst();
      return row === undefined ? null : toInstance(row);
    },

    async instanceIn(consultationId, sopInstanceUid) {
      const row = await db
        .selectFrom('dicom_instances')
        .selectAll()
        .where('sop_instance_uid', '=', sopInstanceUid)
        .where('sop_instance_uid', 'in', (sub) =>
          sub
            .selectFrom('consultation_instances')
            .select('sop_instance_uid')
            .where('consultation_id', '=', consultationId)
            .where('sop_instance_uid', '=', sopInstanceUid),
        )
        .executeTakeFirst();
      return row === undefined ? null : toInstance(row);
    },

    async instanceRows(reach, scope) {
      if (reach.consultationIds.length === 0) return [];
      const rows = await db
        .selectFrom('dicom_instances')
        .select([
          'sop_instance_uid',
          'series_uid',
          'study_uid',
          'sop_class_uid',
          'transfer_syntax_uid',
          'modality',
          'instance_number',
          'row_count',
          'column_count',
          'frame_count',
        ])
        .where((where) => heldBy(where, reach, scope))
        .orderBy('study_uid')
        .orderBy('series_uid')
        .orderBy('instance_number')
        .orderBy('sop_instance_uid')
        .execute();
      return rows.map(toListed);
    },

    async instanceFiles(reach, scope) {
      if (reach.consultationIds.length === 0) return [];
      const rows = await db
        .selectFrom('dicom_instances')
        .select([
          'study_uid',
          'series_uid',
          'sop_instance_uid',
          'sop_class_uid',
          'transfer_syntax_uid',
          'sha256',
          'size_bytes',
        ])
        .where((where) => heldBy(where, reach, scope))
        .orderBy('study_uid')
        .orderBy('series_uid')
        .orderBy('instance_number')
        .orderBy('sop_instance_uid')
        .execute();
      return rows.map(toInstanceFile);
    },

    seriesRows: (reach, scope) => seriesRows(db, reach, scope),

    repairRows: async (reach, scope) =>
      reach.consultationIds.length === 0 ? [] : repairRows(db, (where) => heldBy(where, reach, scope)),

    async instanceMetadata(reach, scope) {
      if (reach.consultationIds.length === 0) return [];
      const rows = await db
        .selectFrom('dicom_instances')
        .select(['sop_instance_uid', 'metadata'])
        .where((where) => heldBy(where, reach, scope))
        .orderBy('study_uid')
        .orderBy('series_uid')
        .orderBy('instance_number')
        .orderBy('sop_instance_uid')
        .execute();
      return rows.map((row) => ({ sopInstanceUid: row.sop_instance_uid as SopInstanceUid, metadata: row.metadata }));
    },

    metadataTexts: (sopInstanceUids) => textsByUid(db, 'metadata', sopInstanceUids),

    descriptions: (sopInstanceUids) => textsByUid(db, 'description', sopInstanceUids),

    async slide(id) {
      const row = await slideRows(db).where('slides.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toSlide(row);
    },

    async slideByHash(consultationId, sha256) {
      const row = await slideRows(db)
        .where('slides.consultation_id', '=', consultationId)
        .where('slides.sha256', '=', sha256)
        .executeTakeFirst();
      return row === undefined ? null : toSlide(row);
    },

    async visibleSlides(reach) {
      const rows = await slideRows(db)
        .innerJoin('consultations', 'consultations.id', 'slides.consultation_id')
        .where(isVisible(reach, consultationColumns(db, 'consultations')))
        .orderBy('added_at')
        .orderBy('slides.id')
        .execute();
      return rows.map(toSlide);
    },

    async slides(consultationIds) {
      if (consultationIds.length === 0) return [];
      const rows = await slideRows(db)
        .where('slides.consultation_id', 'in', [...consultationIds])
        .orderBy('slides.added_at')
        .orderBy('slides.id')
        .execute();
      return rows.map(toSlide);
    },

    async addSlide(slide) {
      const result = await db
        .insertInto('slides')
        .values({
          id: slide.id,
          consultation_id: slide.consultationId,
          sha256: slide.sha256,
          size_bytes: slide.sizeBytes,
          name: slide.name,
          description: JSON.stringify(slide.description),
          added_at: slide.addedAt,
        })
        .onConflict((conflict) => conflict.columns(['consultation_id', 'sha256']).doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async document(id) {
      const row = await db.selectFrom('documents').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toDocument(row);
    },

    async documentByHash(consultationId, sha256) {
      const row = await db
        .selectFrom('documents')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      return row === undefined ? null : toDocument(row);
    },

    async documents(consultationId) {
      const rows = await db
        .selectFrom('documents')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .orderBy('added_at')
        .orderBy('id')
        .execute();
      return rows.map(toDocument);
    },

    async addDocument(document) {
      const result = await db
        .insertInto('documents')
        .values({
          id: document.id,
          consultation_id: document.consultationId,
          sha256: document.sha256,
          size_bytes: document.sizeBytes,
          name: document.name,
          media_type: document.mediaType,
          added_at: document.addedAt,
        })
        .onConflict((conflict) => conflict.columns(['consultation_id', 'sha256']).doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async addOutcome(outcome) {
      await db
        .insertInto('upload_outcomes')
        .values({
          upload_id: outcome.uploadId,
          consultation_id: outcome.consultationId,
          name: outcome.name,
          size_bytes: outcome.sizeBytes,
          finished_at: outcome.finishedAt,
          results: JSON.stringify(outcome.results),
        })
        .execute();
    },

    async outcome(uploadId) {
      const row = await db
        .selectFrom('upload_outcomes')
        .selectAll()
        .where('upload_id', '=', uploadId)
        .executeTakeFirst();
      return row === undefined ? null : toOutcome(row);
    },

    async outcomes(consultationId) {
      const rows = await db
        .selectFrom('upload_outcomes')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .orderBy('finished_at', 'desc')
        .orderBy('upload_id')
        .execute();
      return rows.map(toOutcome);
    },
  };
}

type InstanceWhere = ExpressionBuilder<Tables, 'dicom_instances'>;

/** Instances within reach and scope. Filters by the membership table's indexes. */
function heldBy(where: InstanceWhere, { consultationIds, labelsOf }: InstanceReach, scope: InstanceScope) {
  const held = where('dicom_instances.sop_instance_uid', 'in', membersOf(where, consultationIds, scope));
  if (consultationIds.every((id) => labelsOf.includes(id))) return held;
  const isNoLabel = where('dicom_instances.slide_label', '=', 0);
  if (labelsOf.length === 0) return where.and([held, isNoLabel]);
  const shown = where('dicom_instances.sop_instance_uid', 'in', membersOf(where, labelsOf, scope));
  return where.and([held, where.or([isNoLabel, shown])]);
}

function membersOf(where: InstanceWhere, consultationIds: readonly ConsultationId[], scope: InstanceScope) {
  let members = where
    .selectFrom('consultation_instances')
    .select('consultation_instances.sop_instance_uid')
    .where('consultation_instances.consultation_id', 'in', [...consultationIds]);
  if (scope.studyUid !== undefined) members = members.where('consultation_instances.study_uid', '=', scope.studyUid);
  if (scope.seriesUid !== undefined) members = members.where('consultation_instances.series_uid', '=', scope.seriesUid);
  if (scope.sopInstanceUid !== undefined) {
    members = members.where('consultation_instances.sop_instance_uid', '=', scope.sopInstanceUid);
  }
  return members;
}

async function seriesRows(db: Kysely<Tables>, reach: InstanceReach, scope: InstanceScope): Promise<SeriesRow[]> {
  if (reach.consultationIds.length === 0) return [];
  const groups = await db
    .selectFrom('dicom_instances')
    .select((select) => [
      'study_uid',
      'series_uid',
      // One by definition (PS3.3 C.7.3.1); a file that says otherwise must not double the series.
      select.fn.min('modality').as('modality'),
      select.fn.countAll().as('instances'),
      select.fn.min('sop_instance_uid').as('sample'),
    ])
    .where((where) => heldBy(where, reach, scope))
    .groupBy(['study_uid', 'series_uid'])
    .orderBy('study_uid')
    .orderBy('series_uid')
    .execute();
  const texts = await textsByUid(
    db,
    'description',
    groups.map((group) => group.sample as SopInstanceUid),
  );
  return groups.map((group) => ({
    studyUid: group.study_uid as StudyUid,
    seriesUid: group.series_uid as SeriesUid,
    modality: group.modality,
    instanceCount: Number(group.instances),
    sampleUid: group.sample as SopInstanceUid,
    description: texts.get(group.sample as SopInstanceUid) ?? '{}',
  }));
}

async function textsByUid(
  db: Kysely<Tables>,
  column: 'description' | 'metadata',
  sopInstanceUids: readonly SopInstanceUid[],
): Promise<Map<SopInstanceUid, string>> {
  const found = new Map<SopInstanceUid, string>();
  for (let start = 0; start < sopInstanceUids.length; start += LIST_PART) {
    const rows = await db
      .selectFrom('dicom_instances')
      .select(['sop_instance_uid', `${column} as text`])
      .where('sop_instance_uid', 'in', sopInstanceUids.slice(start, start + LIST_PART))
      .execute();
    for (const row of rows) found.set(row.sop_instance_uid as SopInstanceUid, row.text);
  }
  return found;
}

async function consultationsHolding(
  db: Kysely<Tables>,
  subject: MaterialSubject,
  id: string,
): Promise<ConsultationId[]> {
  if (subject === 'slide' || subject === 'document') {
    const table = subject === 'slide' ? 'slides' : 'documents';
    const rows = await db.selectFrom(table).select('consultation_id').where('id', '=', id).execute();
    return rows.map((row) => row.consultation_id as ConsultationId);
  }
  const column = ({ study: 'study_uid', series: 'series_uid', instance: 'sop_instance_uid' } as const)[subject];
  const rows = await db
    .selectFrom('consultation_instances')
    .select('consultation_id')
    .distinct()
    .where(column, '=', id)
    .execute();
  return rows.map((row) => row.consultation_id as ConsultationId);
}
