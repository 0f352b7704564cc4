import { createHash, randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { refreshSearchIndex } from '#server/db/search-rebuild.ts';
import type { Tables } from '#server/db/tables.ts';

/** Studies written straight into the database, as storing them would have left it; the same ones each time. */

export interface GeneratedStudy {
  readonly studyUid: string;
  readonly family: string;
  readonly given: string;
  readonly patientId: string;
  readonly accession: string;
  readonly date: string;
  readonly modality: string;
}

const FIRST_DAY = Date.UTC(2016, 0, 1);
const DAYS = 3650;
const MODALITIES = ['CT', 'MR', 'CR', 'US', 'DX', 'MG', 'PT', 'XA'];
const STARTS =
  'ba be bi bo ca co da de do fa fe ga go ha he jo ka ko la le lu ma me mo na ne pa pe ra ri ro sa si so ta te va ve wa wi';
const ENDS = 'ck der dt gel ger ke ker ler ling mann mer ner nik ns rg rt sen son ster ter tz vic wald wsky';
const GIVEN =
  'Anna Ben Clara David Elif Felix Greta Hugo Ines Jonas Karin Leo Mia Noah Olga Paul Rosa Samir Tara Viktor Wanda Yusuf';
const AT = '2026-01-01T00:00:00.000Z';
const ROWS_AT_ONCE = 500;

/** A generator that gives the same numbers each time (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function generateStudies(count: number, seed: number): GeneratedStudy[] {
  const random = createRandom(seed);
  const [starts, ends, given] = [STARTS.split(' '), ENDS.split(' '), GIVEN.split(' ')];
  const one = (list: readonly string[]): string => list[random(list.length)] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const family = one(starts) + one(starts) + (random(2) === 0 ? one(starts) : '') + one(ends);
    const day = new Date(FIRST_DAY + random(DAYS) * 86_400_000);
    return {
      studyUid: `2.25.${seed}.${index + 1}`,
      family: family.charAt(0).toUpperCase() + family.slice(1),
      given: one(given),
      patientId: `P${String(random(10_000_000)).padStart(7, '0')}`,
      accession: `A${seed}${String(index).padStart(8, '0')}`,
      date: day.toISOString().slice(0, 10).replaceAll('-', ''),
      modality: one(MODALITIES),
    };
  });
}

/**
 * Stores each study with one instance: in a submitted consultation of its own, or all in `consultationId`. The index is
 * made of them afterwards as a new version of the server makes it.
 */
export async function storeStudies(
  db: Kysely<Tables>,
  studies: readonly GeneratedStudy[],
  into: { readonly consultationId: string } | { readonly referrerId: string },
): Promise<void> {
  for (let from = 0; from < studies.length; from += ROWS_AT_ONCE) {
    const part = studies.slice(from, from + ROWS_AT_ONCE).map((study) => ({
      study,
      instanceUid: `${study.studyUid}.1.1`,
      sha256: createHash('sha256').update(study.studyUid).digest('hex'),
      consultationId: 'consultationId' in into ? into.consultationId : randomUUID(),
    }));
    await db.transaction().execute(async (transaction) => {
      if ('referrerId' in into) {
        await transaction
          .insertInto('consultations')
          .values(
            part.map(({ consultationId }) => ({
              ...{ id: consultationId, revision: 2, state: 'submitted', title: 'Bench', speciality: 'radiology' },
              ...{ urgency: 'routine', patient: '{}', history: '', working_diagnosis: '', questions: '[]' },
              ...{ referrer_id: into.referrerId, created_at: AT, submitted_at: AT, updated_at: AT },
            })),
          )
          .execute();
      }
      await transaction
        .insertInto('blobs')
        .values(part.map(({ sha256 }) => ({ sha256, size_bytes: 1, stored_at: AT })))
        .execute();
      await transaction
        .insertInto('dicom_instances')
        .values(
          part.map(({ study, instanceUid, sha256 }) => ({
            ...{ sop_instance_uid: instanceUid, series_uid: `${study.studyUid}.1`, study_uid: study.studyUid },
            ...{ sha256, size_bytes: 1, sop_class_uid: '1.2.840.10008.5.1.4.1.1.2' },
            ...{ transfer_syntax_uid: '1.2.840.10008.1.2.1', modality: study.modality, instance_number: 1 },
            ...{ row_count: 512, column_count: 512, frame_count: 1, description: '{}', frame_index: null },
            ...{ metadata: JSON.stringify(metadataOf(study, instanceUid)), stored_at: AT },
            slide_label: 0,
          })),
        )
        .execute();
      await transaction
        .insertInto('consultation_instances')
        .values(
          part.map(({ study, instanceUid, consultationId }) => ({
            ...{ consultation_id: consultationId, sop_instance_uid: instanceUid },
            ...{ series_uid: `${study.studyUid}.1`, study_uid: study.studyUid, added_at: AT },
          })),
        )
        .execute();
    });
  }
}

/** Makes the index anew from everything stored. */
export async function indexStudies(db: Kysely<Tables>): Promise<void> {
  await db.deleteFrom('search_version').execute();
  await refreshSearchIndex(db);
}

/** What PostgreSQL does by itself after a while: counts for its planner, and a map of what every query may see. */
export async function settle(db: Kysely<Tables>): Promise<void> {
  await sql`vacuum analyze`.execute(db);
}

function metadataOf(study: GeneratedStudy, instanceUid: string) {
  const text = (vr: string, ...Value: unknown[]) => ({ vr, Value });
  return {
    '00080005': text('CS', 'ISO_IR 192'),
    '00080016': text('UI', '1.2.840.10008.5.1.4.1.1.2'),
    '00080018': text('UI', instanceUid),
    '00080020': text('DA', study.date),
    '00080030': text('TM', `${String(Number(study.accession.slice(-2)) % 24).padStart(2, '0')}3000`),
    '00080050': text('SH', study.accession),
    '00080060': text('CS', study.modality),
    '00080090': text('PN', { Alphabetic: 'Referrer^Doctor' }),
    '00081030': text('LO', `${study.modality} of the chest`),
    '00100010': text('PN', { Alphabetic: `${study.family}^${study.given}` }),
    '00100020': text('LO', study.patientId),
    '00100030': text('DA', '19700101'),
    '00100040': text('CS', 'O'),
    '0020000D': text('UI', study.studyUid),
    '0020000E': text('UI', `${study.studyUid}.1`),
    '00200010': text('SH', '1'),
    '00200011': text('IS', 1),
    '00200013': text('IS', 1),
  };
}
