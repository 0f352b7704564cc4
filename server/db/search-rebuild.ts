import { type Kysely, sql } from 'kysely';
import { clearSubstrings } from './dialects/search-text.ts';
import { lockSearchIndex } from './dialects/writer-lock.ts';
import { type AddedSeries, insertStudies, newStudy, type StudyOwner } from './search-writer.ts';
import type { Tables } from './tables.ts';

/**
 * Raised whenever the index holds something new or keeps it in another form: servers then make it anew at their start.
 */
const VERSION = 2;
const CONSULTATIONS_AT_ONCE = 100;
const STUDIES_AT_ONCE = 200;

/** Makes the index from the stored instances unless this version made it already. All or nothing. */
export async function refreshSearchIndex(db: Kysely<Tables>): Promise<void> {
  if ((await versionOf(db)) === VERSION) return;
  await db.transaction().execute(async (transaction) => {
    await lockSearchIndex(transaction);
    // Another process may have made it while this one waited.
    if ((await versionOf(transaction)) === VERSION) return;
    for (const table of [
      'search_studies',
      'search_names',
      'search_series',
      'search_requests',
      'search_counts',
      'search_version',
    ] as const) {
      await transaction.deleteFrom(table).execute();
    }
    await clearSubstrings(transaction);
    await enterAll(transaction);
    await sql`update search_studies set shared = 1 where study_uid in (
      select study_uid from search_studies group by study_uid having count(*) > 1)`.execute(transaction);
    await transaction.insertInto('search_version').values({ version: VERSION }).execute();
  });
}

async function versionOf(db: Kysely<Tables>): Promise<number | null> {
  const row = await db.selectFrom('search_version').select('version').executeTakeFirst();
  return row?.version ?? null;
}

async function enterAll(db: Kysely<Tables>): Promise<void> {
  for (let after = ''; ; ) {
    const owners = await db
      .selectFrom('consultations')
      .select(['id', 'state', 'referrer_id'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(CONSULTATIONS_AT_ONCE)
      .execute();
    const byId = new Map(owners.map((owner) => [owner.id, owner]));
    const studies = [...Map.groupBy(await seriesOf(db, [...byId.keys()]), ({ study }) => study).values()];
    for (let from = 0; from < studies.length; from += STUDIES_AT_ONCE) {
      await enterStudies(db, byId, studies.slice(from, from + STUDIES_AT_ONCE));
    }
    const last = owners.at(-1);
    if (last === undefined || owners.length < CONSULTATIONS_AT_ONCE) return;
    after = last.id;
  }
}

type HeldSeries = Awaited<ReturnType<typeof seriesOf>>[number];

async function enterStudies(
  db: Kysely<Tables>,
  owners: ReadonlyMap<string, StudyOwner>,
  studies: readonly (readonly HeldSeries[])[],
): Promise<void> {
  const firsts = await instancesOf(
    db,
    studies.flatMap((series) => series.map(({ firstUid }) => firstUid)),
  );
  const entered = studies.flatMap((series) => {
    const [{ consultationId = '', studyUid = '' } = {}] = series;
    const owner = owners.get(consultationId);
    const added = series.flatMap(({ seriesUid, instanceCount, firstUid }): AddedSeries[] => {
      const first = firsts.get(firstUid);
      return first === undefined ? [] : [{ seriesUid, instanceCount, first }];
    });
    return owner === undefined ? [] : (newStudy(owner, studyUid, added, false) ?? []);
  });
  await insertStudies(db, entered);
}

/** The series the consultations hold with the instance of each that came first, in the order they came. */
async function seriesOf(db: Kysely<Tables>, consultationIds: readonly string[]) {
  if (consultationIds.length === 0) return [];
  const rows = await db
    .selectFrom('consultation_instances')
    .select(['consultation_id', 'study_uid', 'series_uid'])
    .select((eb) => eb.fn.countAll().as('instances'))
    .select(sql<string>`min(added_at || ' ' || sop_instance_uid)`.as('first'))
    .where('consultation_id', 'in', [...consultationIds])
    .groupBy(['consultation_id', 'study_uid', 'series_uid'])
    .execute();
  return rows
    .sort((a, b) => (a.first < b.first ? -1 : 1))
    .map((row) => ({
      consultationId: row.consultation_id,
      study: `${row.consultation_id} ${row.study_uid}`,
      studyUid: row.study_uid,
      seriesUid: row.series_uid,
      instanceCount: Number(row.instances),
      firstUid: row.first.slice(row.first.indexOf(' ') + 1),
    }));
}

async function instancesOf(db: Kysely<Tables>, uids: readonly string[]): Promise<Map<string, AddedSeries['first']>> {
  const found = new Map<string, AddedSeries['first']>();
  for (let from = 0; from < uids.length; from += STUDIES_AT_ONCE) {
    const rows = await db
      .selectFrom('dicom_instances')
      .select(['sop_instance_uid', 'modality', 'metadata'])
      .where('sop_instance_uid', 'in', uids.slice(from, from + STUDIES_AT_ONCE))
      .execute();
    for (const row of rows) {
      found.set(row.sop_instance_uid, {
        sopInstanceUid: row.sop_instance_uid,
        modality: row.modality,
        metadata: row.metadata,
      });
    }
  }
  return found;
}
