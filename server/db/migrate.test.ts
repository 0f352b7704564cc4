import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from './dialects/sqlite.ts';
import { migrate } from './migrate.ts';
import * as slideLabels from './migrations/0022-slide-labels.ts';
import { describeOnEachDatabase } from './test-database.ts';

describeOnEachDatabase('migrations', (open) => {
  it('do nothing when they have been run', async () => {
    const { kysely } = open();
    const tables = async () => (await kysely.introspection.getTables()).map(({ name }) => name).sort();
    const before = await tables();
    expect(before).toEqual(
      expect.arrayContaining(['audit_events', 'consultations', 'jobs', 'report_versions', 'user']),
    );
    await migrate(kysely);
    expect(await tables()).toEqual(before);
  });

  it('leave nothing behind when one is interrupted', async () => {
    const { kysely } = open();
    const migrator = new Migrator({
      db: kysely,
      migrationTableName: 'interrupted_migration',
      migrationLockTableName: 'interrupted_migration_lock',
      provider: {
        getMigrations: async () => ({
          '0001-half': {
            async up(db) {
              await db.schema.createTable('half').addColumn('id', 'text').execute();
              throw new Error('the power went');
            },
          },
        }),
      },
    });
    const { error } = await migrator.migrateToLatest();
    expect(error).toMatchObject({ message: 'the power went' });
    expect((await kysely.introspection.getTables()).some(({ name }) => name === 'half')).toBe(false);
  });

  it('find the labels among the slides that were stored before', async () => {
    const { kysely } = open();
    const dicom = (type: string, more = {}) =>
      JSON.stringify({ '00080008': { vr: 'CS', Value: ['ORIGINAL', 'PRIMARY', type, 'NONE'] }, ...more });
    const showsIt = { '00480010': { vr: 'CS', Value: ['YES'] } };
    const stored: Record<string, readonly [modality: string, metadata: string]> = {
      '1.1': ['SM', dicom('VOLUME', showsIt)],
      '1.2': ['SM', dicom('LABEL')],
      '1.3': ['SM', dicom('OVERVIEW')],
      '1.4': ['SM', dicom('THUMBNAIL')],
      '1.5': ['SM', dicom('THUMBNAIL', showsIt)],
      '1.6': ['MR', dicom('LABEL')],
    };
    const sha256 = 'e'.repeat(64);
    await kysely.insertInto('blobs').values({ sha256, size_bytes: 1, stored_at: '' }).execute();
    await kysely.schema.alterTable('dicom_instances').dropColumn('slide_label').execute();
    for (const [uid, [modality, metadata]] of Object.entries(stored)) {
      await sql`insert into dicom_instances (sop_instance_uid, series_uid, study_uid, sha256, size_bytes, sop_class_uid,
        transfer_syntax_uid, modality, frame_count, description, metadata, stored_at)
        values (${uid}, '1', '1', ${sha256}, 1, '1', '1', ${modality}, 0, '{}', ${metadata}, '')`.execute(kysely);
    }
    await slideLabels.up(kysely as never);
    const labels = await kysely
      .selectFrom('dicom_instances')
      .select('sop_instance_uid')
      .where('slide_label', '=', 1)
      .orderBy('sop_instance_uid')
      .execute();
    expect(labels.map((row) => row.sop_instance_uid)).toEqual(['1.2', '1.3', '1.5']);
  });

  it('make the tables refer to each other', async () => {
    const { db, kysely, dialect } = open();
    const orphan = {
      consultation_id: 'none',
      discipline: 'radiology',
      expert_id: 'x',
      assigned_at: '',
      signed_at: null,
    };
    await expect(kysely.insertInto('assignments').values(orphan).execute()).rejects.toThrow(/foreign key/i);
    expect(await db.consultations.isEmpty(), dialect).toBe(true);
  });
});

describe('the embedded database', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consilium-sqlite-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('RULE 3: syncs every commit to the disk', async () => {
    const db = openSqlite(join(folder, 'a.sqlite'));
    const pragma = async (name: string) =>
      Object.values((await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)).rows[0]!)[0];
    expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual([
      'wal',
      2,
      1,
    ]);
    await db.destroy();
  });

  it('lets two processes write in turn', async () => {
    const path = join(folder, 'b.sqlite');
    const [first, second] = [openSqlite(path), openSqlite(path)];
    await sql`create table counter (n integer not null)`.execute(first);
    await sql`insert into counter values (0)`.execute(first);
    const increase = async (db: typeof first) => {
      for (let time = 0; time < 50; time += 1) {
        await db.transaction().execute(async (transaction) => {
          const { rows } = await sql<{ n: number }>`select n from counter`.execute(transaction);
          await sql`update counter set n = ${rows[0]!.n + 1}`.execute(transaction);
        });
      }
    };
    // One after the other inside one process: a waiting writer would hold up the very thread the other needs.
    await increase(first);
    await increase(second);
    const { rows } = await sql<{ n: number }>`select n from counter`.execute(first);
    expect(rows).toEqual([{ n: 100 }]);
    await Promise.all([first.destroy(), second.destroy()]);
  });
});
