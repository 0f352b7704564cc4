import type { SlideId, UserId } from '#shared/ids.ts';

/** The coverage of a slide by a reader, as text (`writeCoverage`). */
export interface SlideCoverageRepository {
  find(slideId: SlideId, readerId: UserId): Promise<string | null>;
  save(slideId: SlideId, readerId: UserId, seen: string, updatedAt: string): Promise<void>;
}
