import type { Kysely, Selectable } from 'kysely';
import type { StoredSlide } from '#server/domain/material-ports.ts';
import type { SidePyramidState } from '#server/domain/side-pyramid-ports.ts';
import type { ConsultationId, Sha256, SlideId } from '#shared/ids.ts';
import type { SlideDescription, SlideLevel } from '#shared/imaging/pyramid.ts';
import { joinLevels } from '#shared/imaging/side-levels.ts';
import type { SlideRow } from './slide-tables.ts';
import type { Tables } from './tables.ts';

/** Slides with what is known of their side pyramids. */
export function slideRows(db: Kysely<Tables>) {
  return db
    .selectFrom('slides')
    .leftJoin('side_pyramids', 'side_pyramids.source_sha256', 'slides.sha256')
    .selectAll('slides')
    .select([
      'side_pyramids.state as side_state',
      'side_pyramids.percent as side_percent',
      'side_pyramids.failure as side_failure',
      'side_pyramids.sha256 as side_sha256',
      'side_pyramids.levels as side_levels',
    ]);
}

/** A slide beside what is known of its side pyramid, all null when it has none. */
export interface SlideWithSideRow extends Selectable<SlideRow> {
  side_state: string | null;
  side_percent: number | null;
  side_failure: string | null;
  side_sha256: string | null;
  side_levels: string | null;
}

/** The slide with all its levels, wherever they are stored. */
export function toSlide(row: SlideWithSideRow): StoredSlide {
  const description = JSON.parse(row.description) as SlideDescription;
  const state = row.side_state as SidePyramidState | null;
  const sideLevels = row.side_levels === null ? [] : (JSON.parse(row.side_levels) as SlideLevel[]);
  return {
    id: row.id as SlideId,
    consultationId: row.consultation_id as ConsultationId,
    sha256: row.sha256 as Sha256,
    sizeBytes: row.size_bytes,
    name: row.name,
    description: {
      ...description,
      levels: joinLevels(description.levels, sideLevels).map(({ level }) => level),
    },
    addedAt: row.added_at,
    side:
      state === null
        ? null
        : {
            ...{ state, percent: row.side_percent ?? 0, failure: row.side_failure },
            sha256: row.side_sha256 as Sha256 | null,
          },
  };
}
