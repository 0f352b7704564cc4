import type { SlideCoverage } from '#shared/api/slide-coverage.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideId } from '#shared/ids.ts';
import { mergedCoverage, nothingSeen, readCoverage, writeCoverage } from '#shared/imaging/slide-coverage.ts';
import { openDesk } from './expert-desk.ts';
import type { Clock, Database, Principal, Repositories } from './ports.ts';

/** What the caller has seen of the slide; nothing of what others have. Throws NOT_FOUND. */
export async function readCoverageOf(db: Repositories, principal: Principal, slideId: SlideId): Promise<SlideCoverage> {
  const slide = await db.material.slide(slideId);
  if (slide === null) throw new AppError('NOT_FOUND');
  const seen = await db.coverage.find(slideId, principal.userId);
  return { slideId, seen: seen ?? writeCoverage(nothingSeen(slide.description)) };
}

/**
 * Adds to what the caller has seen; nothing that was seen is ever taken away, so that two open tabs and a message
 * that comes twice do no harm. Returns all of it. Throws REQUEST_INVALID for the coverage of a slide of another size,
 * NOT_FOUND, NOT_ALLOWED, REPORT_SIGNED.
 */
export async function addCoverage(
  { db, clock }: { db: Database; clock: Clock },
  { principal, slideId, seen }: { principal: Principal; slideId: SlideId; seen: string },
): Promise<SlideCoverage> {
  return db.transaction(async (repositories) => {
    const slide = await repositories.material.slide(slideId);
    if (slide === null) throw new AppError('NOT_FOUND');
    await openDesk(repositories, slide.consultationId, principal, 'annotation.write');
    const added = readCoverage(slide.description, seen);
    if (added === null) throw new AppError('REQUEST_INVALID', { where: 'seen', reason: 'is not of this slide' });
    const stored = await repositories.coverage.find(slideId, principal.userId);
    const before = stored === null ? null : readCoverage(slide.description, stored);
    const all = writeCoverage(before === null ? added : mergedCoverage(before, added));
    if (all !== stored) await repositories.coverage.save(slideId, principal.userId, all, clock.now().toISOString());
    return { slideId, seen: all };
  });
}
