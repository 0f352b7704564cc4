import type { Kysely, Selectable } from 'kysely';
import type { HeldSlide, SlideQualityRepository, StoredQuality } from '#server/domain/slide-quality-ports.ts';
import type { ConsultationId, Sha256, SlideId } from '#shared/ids.ts';
import type { QualityCard } from '#shared/imaging/quality-card.ts';
import { consultationColumns, isVisible } from './search-visibility.ts';
import type { SlideQualityRow } from './slide-tables.ts';
import type { Tables } from './tables.ts';

/** Both databases refuse statements with very many parameters. */
const LIST_PART = 500;

/** What was measured of slides, on one connection. */
export function createSlideQualityRepository(db: Kysely<Tables>): SlideQualityRepository {
  return {
    async find(sha256) {
      const row = await db.selectFrom('slide_quality').selectAll().where('sha256', '=', sha256).executeTakeFirst();
      return row === undefined ? null : toQuality(row);
    },

    async findAll(sha256s) {
      const found = new Map<Sha256, StoredQuality>();
      for (let start = 0; start < sha256s.length; start += LIST_PART) {
        const part = sha256s.slice(start, start + LIST_PART);
        const rows = await db.selectFrom('slide_quality').selectAll().where('sha256', 'in', part).execute();
        for (const row of rows) found.set(row.sha256 as Sha256, toQuality(row));
      }
      return found;
    },

    async holders(sha256s, reach) {
      const found: HeldSlide[] = [];
      for (let start = 0; start < sha256s.length; start += LIST_PART) {
        const rows = await db
          .selectFrom('slides')
          .innerJoin('consultations', 'consultations.id', 'slides.consultation_id')
          .select(['slides.id', 'slides.consultation_id', 'slides.name', 'slides.sha256'])
          .where('slides.sha256', 'in', sha256s.slice(start, start + LIST_PART))
          .where(isVisible(reach, consultationColumns(db, 'consultations')))
          .orderBy('slides.added_at')
          .orderBy('slides.id')
          .execute();
        for (const { id, consultation_id, name, sha256 } of rows) {
          const consultationId = consultation_id as ConsultationId;
          found.push({ id: id as SlideId, consultationId, name, sha256: sha256 as Sha256 });
        }
      }
      return found;
    },

    async save({ sha256, form, card, refusal, measuredAt }) {
      const told = { form, card: card === null ? null : JSON.stringify(card), refusal, measured_at: measuredAt };
      await db
        .insertInto('slide_quality')
        .values({ sha256, ...told })
        .onConflict((conflict) => conflict.column('sha256').doUpdateSet(told))
        .execute();
    },
  };
}

function toQuality(row: Selectable<SlideQualityRow>): StoredQuality {
  return {
    sha256: row.sha256 as Sha256,
    form: row.form,
    card: row.card === null ? null : (JSON.parse(row.card) as QualityCard),
    refusal: row.refusal,
    measuredAt: row.measured_at,
  };
}
