import { type Kysely, sql } from 'kysely';

/**
 * Levels that slides lack, made by us and kept as objects beside them. Slides that are stored already are queued: the job
 * finds out which of them lack any. Flat pictures had their coarse levels from a file made at each opening; now they have
 * those of the side pyramid, and until it is made level 0 alone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('side_pyramids')
    .addColumn('source_sha256', 'text', (c) => c.primaryKey())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('percent', 'integer', (c) => c.notNull())
    .addColumn('failure', 'text')
    .addColumn('sha256', 'text')
    .addColumn('levels', 'text')
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();
  const now = new Date().toISOString();
  const { rows } = await sql<{ id: string; sha256: string; description: string }>`
    select id, sha256, description from slides`.execute(db);
  for (const { id, description } of rows) {
    const told = JSON.parse(description) as { format: string; levels: unknown[] };
    if (told.format !== 'flat-picture') continue;
    const text = JSON.stringify({ ...told, levels: told.levels.slice(0, 1) });
    await sql`update slides set description = ${text} where id = ${id}`.execute(db);
  }
  for (const sha256 of new Set(rows.map((row) => row.sha256))) {
    const kind = 'make-side-pyramid';
    await sql`
      insert into side_pyramids (source_sha256, state, percent, updated_at) values (${sha256}, 'waiting', 0, ${now})
    `.execute(db);
    await sql`
      insert into jobs (id, kind, payload, state, attempts, run_after, created_at)
      values (${`${kind}:${sha256}`}, ${kind}, ${JSON.stringify({ sha256 })}, 'queued', 0, ${now}, ${now})
    `.execute(db);
  }
}
