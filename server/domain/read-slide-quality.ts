import type { QualitySummary, SlideQuality } from '#shared/api/slide-quality.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, Sha256, SlideId } from '#shared/ids.ts';
import { qualityLines } from '#shared/imaging/quality-card.ts';
import type { StoredSlide } from './material-ports.ts';
import type { Principal, Repositories } from './ports.ts';
import { reachOf } from './search-reach.ts';
import type { HeldSlide, StoredQuality } from './slide-quality-ports.ts';

interface QualityNeeds {
  readonly db: Pick<Repositories, 'material' | 'quality'>;
}

/** What was measured of one slide. Throws NOT_FOUND. */
export async function readSlideQuality(
  needs: QualityNeeds,
  principal: Principal,
  slideId: SlideId,
): Promise<SlideQuality> {
  const { db } = needs;
  const slide = await db.material.slide(slideId);
  if (slide === null) throw new AppError('NOT_FOUND');
  const quality = await db.quality.find(slide.sha256);
  const others = await visibleHolders(needs, principal, [slide.sha256]);
  return {
    slideId,
    state: stateOf(quality),
    card: quality?.card ?? null,
    refusal: quality?.refusal ?? null,
    duplicates: duplicatesOf(slide, others),
  };
}

/** What was measured of the slides of a consultation, in words. */
export async function listSlideQuality(
  needs: QualityNeeds,
  principal: Principal,
  consultationId: ConsultationId,
): Promise<QualitySummary[]> {
  const { db } = needs;
  const slides = await db.material.slides([consultationId]);
  if (slides.length === 0) return [];
  const hashes = [...new Set(slides.map(({ sha256 }) => sha256))];
  const measured = await db.quality.findAll(hashes);
  const others = await visibleHolders(needs, principal, hashes);
  return slides.map((slide) => {
    const quality = measured.get(slide.sha256) ?? null;
    return {
      slideId: slide.id,
      state: stateOf(quality),
      lines: quality?.card == null ? [] : qualityLines(quality.card),
      refusal: quality?.refusal ?? null,
      duplicates: duplicatesOf(slide, others),
    };
  });
}

/** Only slides the person may read: nothing is said of anybody else's. */
async function visibleHolders(
  needs: QualityNeeds,
  principal: Principal,
  sha256s: readonly Sha256[],
): Promise<HeldSlide[]> {
  return await needs.db.quality.holders(sha256s, reachOf(principal));
}

function duplicatesOf(slide: StoredSlide, visible: readonly HeldSlide[]): QualitySummary['duplicates'] {
  return visible
    .filter(({ id, sha256 }) => id !== slide.id && sha256 === slide.sha256)
    .map(({ id, consultationId, name }) => ({ slideId: id, consultationId, name }));
}

function stateOf(quality: StoredQuality | null): SlideQuality['state'] {
  if (quality === null) return 'pending';
  return quality.card === null ? 'failed' : 'measured';
}
