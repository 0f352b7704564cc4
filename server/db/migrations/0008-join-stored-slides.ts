import { type Kysely, sql } from 'kysely';

const WHOLE_SLIDE_IMAGE = '1.2.840.10008.5.1.4.1.1.77.1.6';

/** Series of whole slide images that were stored before they became slides are queued for it, one job a series. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ consultation_id: string; series_uid: string; objects: number | string }>`
    select held.consultation_id, held.series_uid, count(*) as objects
    from consultation_instances held
    join dicom_instances instance on instance.sop_instance_uid = held.sop_instance_uid
    where instance.sop_class_uid = ${WHOLE_SLIDE_IMAGE}
    group by held.consultation_id, held.series_uid`.execute(db);
  const now = new Date().toISOString();
  for (const { consultation_id: consultationId, series_uid: seriesUid, objects } of rows) {
    const kind = 'join-dicom-slide';
    const payload = JSON.stringify({ consultationId, seriesUid, objects: Number(objects) });
    await sql`
      insert into jobs (id, kind, payload, state, attempts, run_after, created_at)
      values (${`${kind}:${consultationId}:${seriesUid}:${objects}`}, ${kind}, ${payload}, 'queued', 0, ${now}, ${now})
    `.execute(db);
  }
}
