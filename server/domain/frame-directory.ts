import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SeriesUid, Sha256, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { FrameIndexReader, InstanceFrames } from './image-ports.ts';
import type { StoredInstance } from './material-ports.ts';
import type { Repositories } from './ports.ts';

/** Instances and memberships remembered: a stack is read frame by frame, thousands of requests in a row. */
const REMEMBERED_INSTANCES = 2000;
const REMEMBERED_MEMBERS = 50_000;

export interface InstancePlace {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  readonly sopInstanceUid: SopInstanceUid;
}

export interface FoundInstance {
  readonly sopInstanceUid: SopInstanceUid;
  readonly sopClassUid: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly transferSyntaxUid: string;
  /** Null for an object without pixels. */
  readonly frames: InstanceFrames | null;
}

/**
 * Finds instances by their place in the DICOM tree, within the consultations a request is allowed through. A stored
 * instance never changes and is never taken out of a consultation, so what was found once stays true.
 */
export interface FrameDirectory {
  /** Throws NOT_FOUND when none of the consultations holds such an instance at this place. */
  find(consultationIds: readonly ConsultationId[], place: InstancePlace): Promise<FoundInstance>;
}

export function createFrameDirectory(db: Pick<Repositories, 'material'>, indexes: FrameIndexReader): FrameDirectory {
  const instances = new Map<SopInstanceUid, FoundInstance>();
  const members = new Set<string>();

  return {
    async find(consultationIds, place) {
      const keys = consultationIds.map((id) => `${id} ${place.studyUid} ${place.seriesUid} ${place.sopInstanceUid}`);
      const known = instances.get(place.sopInstanceUid);
      if (known !== undefined && keys.some((key) => members.has(key))) {
        // Back to the young end of the map.
        instances.delete(place.sopInstanceUid);
        instances.set(place.sopInstanceUid, known);
        return known;
      }
      for (const [index, consultationId] of consultationIds.entries()) {
        const stored = await db.material.instanceIn(consultationId, place.sopInstanceUid);
        if (stored?.studyUid !== place.studyUid || stored.seriesUid !== place.seriesUid) continue;
        const found = describe(stored, indexes);
        if (instances.size >= REMEMBERED_INSTANCES) dropOldest(instances);
        instances.set(place.sopInstanceUid, found);
        if (members.size >= REMEMBERED_MEMBERS) members.clear();
        members.add(keys[index] ?? '');
        return found;
      }
      throw new AppError('NOT_FOUND');
    },
  };
}

function describe(stored: StoredInstance, indexes: FrameIndexReader): FoundInstance {
  const { sopInstanceUid, sopClassUid, sha256, sizeBytes, transferSyntaxUid, description, frameIndex } = stored;
  const frames = frameIndex === null ? null : indexes.open({ frameIndex, transferSyntaxUid, description });
  return { sopInstanceUid, sopClassUid, sha256, sizeBytes, transferSyntaxUid, frames };
}

function dropOldest(map: Map<SopInstanceUid, FoundInstance>): void {
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
