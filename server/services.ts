import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccounts } from './accounts/accounts.ts';
import { createAuthLibrary, migrateAccounts } from './accounts/auth-library.ts';
import { createSessions } from './accounts/sessions.ts';
import { writeZip } from './archives/zip-writer.ts';
import { createHeaderReader } from './codecs/header-reader.ts';
import { type Config, isOverHttps } from './config.ts';
import { createDatabase } from './db/database.ts';
import { openPostgres } from './db/dialects/postgres.ts';
import { openSqlite } from './db/dialects/sqlite.ts';
import { migrate } from './db/migrate.ts';
import type { DemoAccount } from './demo-accounts.ts';
import type { Accounts, Sessions } from './domain/account-ports.ts';
import type { PackFiles } from './domain/deidentification-ports.ts';
import type { DeidentificationNeeds } from './domain/deidentify-consultation.ts';
import type { BlobStore, Clock, Database } from './domain/ports.ts';
import type { Signer } from './domain/signature-ports.ts';
import type { Log } from './log.ts';
import { openBlobs, openDerivedStore } from './open-blobs.ts';
import { type MaterialServices, openMaterial } from './open-material.ts';
import { openReports, type ReportServices } from './open-reports.ts';
import { openSecretFile } from './secret-file.ts';
import { openSigner } from './signer.ts';

/** Everything that is open while the server runs. Use cases are handed the members they need, never the whole. */
export interface Services {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly material: MaterialServices;
  readonly deidentification: DeidentificationNeeds & { readonly pack: PackFiles };
  readonly reports: ReportServices;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly signer: Signer;
  /** The accounts the sign-in page offers; empty unless the demonstration is on. */
  readonly demoAccounts: readonly DemoAccount[];
  /** True when the database and the object storage answer and the data directory can be written. */
  ready(): Promise<boolean>;
  /** Calls `listener` after every committed change of state or members of a consultation. */
  onConsultationChange(listener: () => void): void;
  /** Closes everything in reverse order. */
  close(): Promise<void>;
}

/** Whoever asks whether we are ready does not wait longer for an answer. */
const PROBE_MS = 3000;

/** Opens what `config` names, brings the schema up to date, and closes everything again when something fails. */
export async function openServices(config: Config, log: Log, demoAccounts: readonly DemoAccount[]): Promise<Services> {
  const clock: Clock = { now: () => new Date() };
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    await mkdir(config.dataDir, { recursive: true, mode: 0o750 });
    const kysely =
      config.databaseUrl === null
        ? openSqlite(join(config.dataDir, 'consilium.sqlite'))
        : openPostgres(config.databaseUrl, (err) => log.warn({ err }, 'the database closed an idle connection'));
    closing.push(() => kysely.destroy());
    await migrate(kysely);

    const listeners: (() => void)[] = [];
    const db = createDatabase(kysely, clock, () => {
      for (const listener of listeners) listener();
    });
    const secret = await openSecretFile(config.dataDir);
    const library = createAuthLibrary(kysely, {
      secret,
      publicUrl: config.publicUrl,
      overHttps: isOverHttps(config),
      onError: (message) => log.error(`accounts: ${message}`),
    });
    await migrateAccounts(library);

    const blobs = await openBlobs(config, log);
    closing.push(() => blobs.close());
    const derivedStore = await openDerivedStore(config);
    closing.push(() => derivedStore.close());
    const material = await openMaterial({
      ...{ dataDir: config.dataDir, db, blobs, clock, log },
      derived: { store: derivedStore, budgetBytes: config.derivedCacheBytes },
    });
    closing.push(() => material.close());
    const reports = openReports({
      ...{ db, blobs, clock, log, tiles: material.tiles },
      ...{ sidePyramids: material.sidePyramids, measureStored: material.measureStored },
    });
    closing.push(() => reports.close());

    return {
      config,
      log,
      clock,
      db,
      blobs,
      material,
      deidentification: { db, blobs, headers: createHeaderReader(), secret, pack: writeZip },
      reports,
      accounts: createAccounts(library, db.users, clock),
      sessions: createSessions(library),
      signer: await openSigner(config.dataDir, config.signingKey),
      demoAccounts,
      ready: async () => {
        try {
          await db.users.isEmpty();
          await access(config.dataDir, constants.W_OK);
          await blobs.probe(AbortSignal.timeout(PROBE_MS));
          return true;
        } catch (err) {
          log.error({ err }, 'database or storage do not answer');
          return false;
        }
      },
      onConsultationChange: (listener) => {
        listeners.push(listener);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
