import { type Kysely, sql } from 'kysely';

/** What is measured of each slide's bytes; slides that were stored before are queued for it, one job a file. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('slide_quality')
    .addColumn('sha256', 'text', (c) => c.primaryKey())
    .addColumn('form', 'integer', (c) => c.notNull())
    .addColumn('card', 'text')
    .addColumn('refusal', 'text')
    .addColumn('measured_at', 'text', (c) => c.notNull())
    .execute();
  const { rows } = await sql<{ sha256: string }>`select distinct sha256 from slides`.execute(db);
  const now = new Date().toISOString();
  for (const { sha256 } of rows) {
    const kind = 'measure-slide-quality';
    await sql`
      insert into jobs (id, kind, payload, state, attempts, run_after, created_at)
      values (${`${kind}:1:${sha256}`}, ${kind}, ${JSON.stringify({ sha256 })}, 'queued', 0, ${now}, ${now})
    `.execute(db);
  }
}
