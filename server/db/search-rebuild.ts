import { type Kysely, sql } from 'kysely';
import { clearSubstrings } from './dialects/search-text.ts';
import { lockSearchIndex } from './dialects/writer-lock.ts';
import { type AddedSeries, enterStudy } from './search-writer.ts';
import type { Tables } from './tables.ts';

/**
 * Raised whenever the index holds something new or keeps it in another form: servers then make it anew at their start.
 */
const VERSION = 1;
const CONSULTATIONS_AT_ONCE = 100;
const SERIES_AT_ONCE = 200;

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
      'search_version',
    ] as const) {
      await transaction.deleteFrom(table).execute();
    }
    await clearSubstrings(transaction);
    await enterAll(transaction);
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
    for (const owner of owners) {
      const series = await seriesOf(db, owner.id);
      const studies = [...Map.groupBy(series, ({ studyUid }) => studyUid)];
      for (let from = 0; from < studies.length; from += SERIES_AT_ONCE) {
        const part = studies.slice(from, from + SERIES_AT_ONCE);
        const firsts = await instancesOf(
          db,
          part.flatMap(([, members]) => members.map(({ firstUid }) => firstUid)),
        );
        for (const [studyUid, members] of part) {
          const added = members.flatMap(({ seriesUid, instanceCount, firstUid }): AddedSeries[] => {
            const first = firsts.get(firstUid);
            return first === undefined ? [] : [{ seriesUid, instanceCount, first }];
          });
          await enterStudy(db, owner, studyUid, added);
        }
      }
    }
    const last = owners.at(-1);
    if (last === undefined || owners.length < CONSULTATIONS_AT_ONCE) return;
    after = last.id;
  }
}

/** The series a consultation holds with the instance that came first, in the order they came. */
async function seriesOf(db: Kysely<Tables>, consultationId: string) {
  const rows = await db
    .selectFrom('consultation_instances')
    .select(['study_uid', 'series_uid'])
    .select((eb) => eb.fn.countAll().as('instances'))
    .select(sql<string>`min(added_at || ' ' || sop_instance_uid)`.as('first'))
    .where('consultation_id', '=', consultationId)
    .groupBy(['study_uid', 'series_uid'])
    .execute();
  return rows
    .sort((a, b) => (a.first < b.first ? -1 : 1))
    .map((row) => ({
      studyUid: row.study_uid,
      seriesUid: row.series_uid,
      instanceCount: Number(row.instances),
      firstUid: row.first.slice(row.first.indexOf(' ') + 1),
    }));
}

async function instancesOf(db: Kysely<Tables>, uids: readonly string[]): Promise<Map<string, AddedSeries['first']>> {
  const found = new Map<string, AddedSeries['first']>();
  for (let from = 0; from < uids.length; from += SERIES_AT_ONCE) {
    const rows = await db
      .selectFrom('dicom_instances')
      .select(['sop_instance_uid', 'modality', 'metadata'])
      .where('sop_instance_uid', 'in', uids.slice(from, from + SERIES_AT_ONCE))
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
