import { AppError } from '#shared/errors.ts';
import type { SeriesUid, Sha256, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { FrameIndexReader, InstanceFrames } from './image-ports.ts';
import type { StoredInstance } from './material-ports.ts';
import type { Repositories } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';

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
  readonly showsSlideLabel: boolean;
  /** Null for an object without pixels. */
  readonly frames: InstanceFrames | null;
}

/**
 * Finds instances by their place in the DICOM tree, within the reach of a request. A stored
 * instance never changes and is never taken out of a consultation, so what was found once stays true.
 */
export interface FrameDirectory {
  /** Throws NOT_FOUND when no such instance at this place is within reach. */
  find(reach: InstanceReach, place: InstancePlace): Promise<FoundInstance>;
}

export function createFrameDirectory(db: Pick<Repositories, 'material'>, indexes: FrameIndexReader): FrameDirectory {
  const instances = new Map<SopInstanceUid, FoundInstance>();
  const members = new Set<string>();

  return {
    async find(reach, place) {
      const { consultationIds, labelsOf } = reach;
      const keys = consultationIds.map((id) => `${id} ${place.studyUid} ${place.seriesUid} ${place.sopInstanceUid}`);
      const known = instances.get(place.sopInstanceUid);
      const isShown = (label: boolean, index: number): boolean =>
        !label || labelsOf.some((id) => id === consultationIds[index]);
      if (known !== undefined && keys.some((key, index) => members.has(key) && isShown(known.showsSlideLabel, index))) {
        // Back to the young end of the map.
        instances.delete(place.sopInstanceUid);
        instances.set(place.sopInstanceUid, known);
        return known;
      }
      for (const [index, consultationId] of consultationIds.entries()) {
        const stored = await db.material.instanceIn(consultationId, place.sopInstanceUid);
        if (stored?.studyUid !== place.studyUid || stored.seriesUid !== place.seriesUid) continue;
        if (!isShown(stored.showsSlideLabel, index)) continue;
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
  const { showsSlideLabel } = stored;
  const frames = frameIndex === null ? null : indexes.open({ frameIndex, transferSyntaxUid, description });
  return { sopInstanceUid, sopClassUid, sha256, sizeBytes, transferSyntaxUid, showsSlideLabel, frames };
}

function dropOldest(map: Map<SopInstanceUid, FoundInstance>): void {
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
