import type { Kysely } from 'kysely';
import type { InstanceAddition, StoredInstance } from '#server/domain/material-ports.ts';
import type { ConsultationId, Sha256, SopInstanceUid } from '#shared/ids.ts';
import { fixedInsert, fixedStatement } from './fixed-statement.ts';
import { toInstanceRow } from './material-rows.ts';
import type { BlobRow, ConsultationInstanceRow, DicomInstanceRow, Tables } from './tables.ts';

/** Enters the instances of a batch: a handful of statements, whatever their number. */

const insertBlobs = fixedInsert((db, rows: readonly BlobRow[]) =>
  db
    .insertInto('blobs')
    .values([...rows])
    .onConflict((conflict) => conflict.column('sha256').doNothing()),
);

const insertInstances = fixedInsert((db, rows: readonly DicomInstanceRow[]) =>
  db
    .insertInto('dicom_instances')
    .values([...rows])
    .onConflict((conflict) => conflict.column('sop_instance_uid').doNothing())
    .returning('sop_instance_uid'),
);

const insertMembers = fixedInsert((db, rows: readonly ConsultationInstanceRow[]) =>
  db
    .insertInto('consultation_instances')
    .values([...rows])
    .onConflict((conflict) => conflict.columns(['consultation_id', 'sop_instance_uid']).doNothing())
    .returning('sop_instance_uid'),
);

const selectHash = fixedStatement((db, { uid }: { readonly uid: string }) =>
  db.selectFrom('dicom_instances').select('sha256').where('sop_instance_uid', '=', uid),
);

/** Lists are asked in parts of this size. */
const LIST_PART = 500;

/** The hash under which an instance is stored; null when its UID is unknown. */
export async function hashOfInstance(db: Kysely<Tables>, sopInstanceUid: SopInstanceUid): Promise<Sha256 | null> {
  const { rows } = await selectHash(db, { uid: sopInstanceUid });
  return (rows[0]?.sha256 as Sha256 | undefined) ?? null;
}

/** The hashes of those that are stored, by UID. */
export async function hashesOfInstances(
  db: Kysely<Tables>,
  sopInstanceUids: readonly SopInstanceUid[],
): Promise<Map<SopInstanceUid, Sha256>> {
  const found = new Map<SopInstanceUid, Sha256>();
  const [only] = sopInstanceUids;
  if (only !== undefined && sopInstanceUids.length === 1) {
    const hash = await hashOfInstance(db, only);
    return hash === null ? found : found.set(only, hash);
  }
  for (let from = 0; from < sopInstanceUids.length; from += LIST_PART) {
    const rows = await db
      .selectFrom('dicom_instances')
      .select(['sop_instance_uid', 'sha256'])
      .where('sop_instance_uid', 'in', sopInstanceUids.slice(from, from + LIST_PART))
      .execute();
    for (const row of rows) found.set(row.sop_instance_uid as SopInstanceUid, row.sha256 as Sha256);
  }
  return found;
}

/** As `MaterialRepository.addInstances`. */
export async function addInstances(
  db: Kysely<Tables>,
  consultationId: ConsultationId,
  instances: readonly StoredInstance[],
  at: string,
): Promise<InstanceAddition[]> {
  // In one order for everybody: two transactions that wait for each other's rows would else both wait for ever.
  const blobs = new Map(instances.map((one) => [one.sha256, one.sizeBytes]));
  const blobRows = [...blobs].map(([sha256, size_bytes]) => ({ sha256, size_bytes, stored_at: at }));
  await insertBlobs(
    db,
    blobRows.sort((a, b) => order(a.sha256, b.sha256)),
  );
  const firsts = new Map<SopInstanceUid, StoredInstance>();
  for (const one of instances) if (!firsts.has(one.sopInstanceUid)) firsts.set(one.sopInstanceUid, one);
  const distinct = [...firsts.values()].sort((a, b) => order(a.sopInstanceUid, b.sopInstanceUid));
  const entered = await insertInstances(
    db,
    distinct.map((one) => toInstanceRow(one, at)),
  );
  const hashes = new Map<SopInstanceUid, Sha256>();
  for (const { sop_instance_uid: uid } of entered) {
    const sha256 = firsts.get(uid as SopInstanceUid)?.sha256;
    if (sha256 !== undefined) hashes.set(uid as SopInstanceUid, sha256);
  }
  // The others were there: brought by an earlier upload, or by one that ran at the same time, perhaps with other bytes.
  const before = distinct.map(({ sopInstanceUid }) => sopInstanceUid).filter((uid) => !hashes.has(uid));
  for (const [uid, sha256] of await hashesOfInstances(db, before)) hashes.set(uid, sha256);
  const same = distinct.filter(({ sopInstanceUid, sha256 }) => hashes.get(sopInstanceUid) === sha256);
  const linked = await insertMembers(
    db,
    same.map((one) => ({
      consultation_id: consultationId,
      sop_instance_uid: one.sopInstanceUid,
      series_uid: one.seriesUid,
      study_uid: one.studyUid,
      added_at: at,
    })),
  );
  const fresh = new Set(linked.map((row) => row.sop_instance_uid));
  return instances.map((one) => {
    if (hashes.get(one.sopInstanceUid) !== one.sha256) return 'conflict';
    // Of an instance that comes twice in the batch the first one is new.
    return fresh.delete(one.sopInstanceUid) ? 'added' : 'held';
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}
