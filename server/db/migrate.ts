import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as consultation from './migrations/0001-consultation.ts';
import * as auditAppendOnly from './migrations/0002-audit-append-only.ts';
import * as signedAppendOnly from './migrations/0003-signed-append-only.ts';
import * as searchIndex from './migrations/0004-search-index.ts';
import * as instanceRepairs from './migrations/0005-instance-repairs.ts';
import * as dimsePeers from './migrations/0006-dimse-peers.ts';
import * as derivedFrames from './migrations/0007-derived-frames.ts';
import * as joinStoredSlides from './migrations/0008-join-stored-slides.ts';
import * as searchCounts from './migrations/0010-search-counts.ts';
import * as sidePyramids from './migrations/0012-side-pyramids.ts';
import * as slideQuality from './migrations/0014-slide-quality.ts';
import * as measurementReports from './migrations/0019-measurement-reports.ts';
import * as slideLabels from './migrations/0022-slide-labels.ts';
import * as preferences from './migrations/0024-preferences.ts';
import * as segments from './migrations/0026-segments.ts';
import * as keyImages from './migrations/0027-key-images.ts';
import * as slideCoverage from './migrations/0031-slide-coverage.ts';
import * as slideRegistrations from './migrations/0032-slide-registrations.ts';
import { refreshSearchIndex } from './search-rebuild.ts';
import type { Tables } from './tables.ts';

/** Every migration ever released, in order; a released one is never edited. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-consultation': consultation,
  '0002-audit-append-only': auditAppendOnly,
  '0003-signed-append-only': signedAppendOnly,
  '0004-search-index': searchIndex,
  '0005-instance-repairs': instanceRepairs,
  '0006-dimse-peers': dimsePeers,
  '0007-derived-frames': derivedFrames,
  '0008-join-stored-slides': joinStoredSlides,
  '0010-search-counts': searchCounts,
  '0012-side-pyramids': sidePyramids,
  '0014-slide-quality': slideQuality,
  '0019-measurement-reports': measurementReports,
  '0022-slide-labels': slideLabels,
  '0024-preferences': preferences,
  '0026-segments': segments,
  '0027-key-images': keyImages,
  '0031-slide-coverage': slideCoverage,
  '0032-slide-registrations': slideRegistrations,
};

/** Brings the schema and the search index up to date. The tables of the account library come from its own migrations. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    // Each stands for itself: one that was written beside others may arrive after them.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  await refreshSearchIndex(db);
}
