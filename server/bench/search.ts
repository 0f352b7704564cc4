import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { openPostgres } from '#server/db/dialects/postgres.ts';
import { openSqlite } from '#server/db/dialects/sqlite.ts';
import type { Tables } from '#server/db/tables.ts';
import { type BenchRow, load, toRow } from './measure.ts';
import { type ProductServer, startProduct } from './product-server.ts';
import { type GeneratedStudy, generateStudies, indexStudies, settle, storeStudies } from './search-studies.ts';

/** Different searches of each kind, so that no answer is asked for again at once. */
const VARIANTS = 200;

/**
 * QIDO-RS over many studies: as many in consultations of their own, which a coordinator sees, as in a single one of a
 * referrer. On SQLite, and on PostgreSQL too when BENCH_DATABASE_URL or TEST_DATABASE_URL names a server; with
 * authentication, audit and the log of a server in use.
 */
export async function benchSearch(
  _server: ProductServer,
  folder: string,
  count: number,
  seconds: number,
): Promise<BenchRow[]> {
  const dataDir = join(folder, 'search');
  const rows = await benchOn(
    'SQLite',
    dataDir,
    {},
    () => openSqlite(join(dataDir, 'consilium.sqlite')),
    count,
    seconds,
  );
  const serverUrl = process.env.BENCH_DATABASE_URL ?? process.env.TEST_DATABASE_URL ?? '';
  if (serverUrl === '') {
    process.stderr.write(
      'search: PostgreSQL left out, because neither BENCH_DATABASE_URL nor TEST_DATABASE_URL is set\n',
    );
    return rows;
  }
  const name = `consilium_bench_${randomUUID().replaceAll('-', '')}`;
  const administration = openPostgres(serverUrl, () => {});
  await sql`create database ${sql.id(name)}`.execute(administration);
  try {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    const settings = { DATABASE_URL: url.href };
    rows.push(
      ...(await benchOn('PostgreSQL', dataDir, settings, () => openPostgres(url.href, () => {}), count, seconds)),
    );
  } finally {
    await sql`drop database ${sql.id(name)}`.execute(administration);
    await administration.destroy();
  }
  return rows;
}

async function benchOn(
  dialect: string,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  open: () => Kysely<Tables>,
  count: number,
  seconds: number,
): Promise<BenchRow[]> {
  const server = await startProduct(dataDir, { ...settings, LOG_LEVEL: 'info' });
  try {
    const coordinator = await server.headersOf('coordinator');
    const scattered = generateStudies(count, 1);
    const together = generateStudies(count, 2);
    const db = open();
    const started = performance.now();
    await storeStudies(db, scattered, { referrerId: 'nobody' });
    await storeStudies(db, together, { consultationId: server.consultationId });
    const stored = performance.now();
    await indexStudies(db);
    const indexed = performance.now();
    if (dialect === 'PostgreSQL') await settle(db);
    await db.destroy();
    process.stderr.write(
      `search: ${dialect}, ${2 * count} studies stored in ${((stored - started) / 1000).toFixed(0)} s, indexed in ${((indexed - stored) / 1000).toFixed(0)} s\n`,
    );
    const rows: BenchRow[] = [];
    for (const [whose, headers, studies] of [
      ['one consultation each', coordinator, scattered],
      ['all in one consultation', server.headers, together],
    ] as const) {
      for (const [what, paths] of searches(studies)) {
        const result = await load({ base: server.base, headers, connections: 1, seconds }, paths);
        const note = `${dialect}, ${count.toLocaleString('en')} studies, ${whose}`;
        const rssMb = (await server.memory()).server;
        rows.push(toRow(`search ${what}`, 'req/s', result, { rssMb, bare: null, note }));
      }
    }
    return rows;
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Paths by kind of search; each is made of a study that is there. */
function searches(studies: readonly GeneratedStudy[]): [string, string[]][] {
  const step = Math.max(1, Math.floor(studies.length / VARIANTS));
  const some = studies.filter((_, index) => index % step === 0).slice(0, VARIANTS);
  const paths = (query: (study: GeneratedStudy, index: number) => string) =>
    some.map((study, index) => `/dicom-web/studies?limit=50&${query(study, index)}`);
  return [
    ['by name, wildcard behind', paths(({ family }) => `PatientName=${family.slice(0, 6)}*`)],
    ['by name, wildcards around', paths(({ family }) => `PatientName=*${family.slice(2, 7)}*`)],
    ['by name, fuzzy', paths(({ family, given }) => `fuzzymatching=true&PatientName=${given.slice(0, 3)}%20${family}`)],
    ['by a month', paths(({ date }) => `StudyDate=${date.slice(0, 6)}01-${date.slice(0, 6)}28`)],
    [
      'by modality and year',
      paths(
        ({ date, modality }) =>
          `ModalitiesInStudy=${modality}&StudyDate=${date.slice(0, 4)}0101-${date.slice(0, 4)}1231`,
      ),
    ],
    ['by accession number', paths(({ accession }) => `AccessionNumber=${accession}`)],
    ['by part of the patient ID', paths(({ patientId }) => `PatientID=*${patientId.slice(2)}*`)],
    ['pages of 50', paths((_, index) => `offset=${(index % 40) * 50}`)],
  ];
}
