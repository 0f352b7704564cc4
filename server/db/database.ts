import type { Kysely } from 'kysely';
import type { Clock, Database, Repositories } from '#server/domain/ports.ts';
import type { KeyImage } from '#shared/annotation/key-image.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { Segment } from '#shared/segmentation/segment.ts';
import { createAnnotationRepository } from './annotation-repository.ts';
import { createAuditTrail } from './audit-repository.ts';
import { createConsultationRepository } from './consultation-repository.ts';
import { createDerivedFrameRepository } from './derived-frame-repository.ts';
import { createDimseRepository } from './dimse-repository.ts';
import { createTransactions } from './group-commit.ts';
import { createJobQueue } from './job-queue.ts';
import { KnownTotals } from './known-totals.ts';
import { createMaterialRepository } from './material-repository.ts';
import { createMeasurementReportRepository } from './measurement-report-repository.ts';
import { createPreferenceRepository } from './preference-repository.ts';
import { createRecordStore } from './record-store.ts';
import { createReportRepository } from './report-repository.ts';
import { createSearchIndex } from './search-repository.ts';
import { createSidePyramidRepository } from './side-pyramid-repository.ts';
import { createSlideCoverageRepository } from './slide-coverage-repository.ts';
import { createSlideQualityRepository } from './slide-quality-repository.ts';
import { createSlideRegistrationRepository } from './slide-registration-repository.ts';
import type { Tables } from './tables.ts';
import { createTokenRepository } from './token-repository.ts';
import { createUserDirectory } from './user-repository.ts';

/** What the rest of the server is told when members, state or revision of a consultation have changed. */
export type ConsultationListener = (id: ConsultationId) => void;

function createRepositories(
  db: Kysely<Tables>,
  clock: Clock,
  totals: KnownTotals,
  changed: ConsultationListener,
): Repositories {
  return {
    consultations: createConsultationRepository(db, changed),
    users: createUserDirectory(db),
    tokens: createTokenRepository(db),
    material: createMaterialRepository(db),
    sidePyramids: createSidePyramidRepository(db),
    derived: createDerivedFrameRepository(db),
    quality: createSlideQualityRepository(db),
    coverage: createSlideCoverageRepository(db),
    registrations: createSlideRegistrationRepository(db),
    search: createSearchIndex(db, totals),
    annotations: createAnnotationRepository(db),
    segments: createRecordStore<Segment>(db, 'segments', 'segment'),
    keyImages: createRecordStore<KeyImage>(db, 'key_images', 'key-image'),
    reports: createReportRepository(db),
    measurementReports: createMeasurementReportRepository(db),
    preferences: createPreferenceRepository(db),
    jobs: createJobQueue(db),
    audit: createAuditTrail(db, clock),
    dimse: createDimseRepository(db),
  };
}

/** The repositories over one Kysely instance. `changed` is called after the commit of the change, never before. */
export function createDatabase(db: Kysely<Tables>, clock: Clock, changed: ConsultationListener = () => {}): Database {
  const totals = new KnownTotals();
  const transact = createTransactions(db);
  return {
    ...createRepositories(db, clock, totals, changed),
    audit: createAuditTrail(db, clock, transact),

    async transaction(work) {
      const touched = new Set<ConsultationId>();
      const result = await transact((transaction) =>
        work(createRepositories(transaction, clock, totals, (id) => touched.add(id))),
      );
      for (const id of touched) changed(id);
      return result;
    },

    async close() {
      await db.destroy();
    },
  };
}
