import { type PatientVector, planeNormal } from '#shared/imaging/image-plane.ts';
import { areParallelPlanes, type PlacedImage } from '#shared/imaging/plane-intersection.ts';
import { along, dot } from '#shared/imaging/volume-sampling.ts';

/**
 * Examinations of different days have different spaces: which of their slices show the same place, only the reader knows. He
 * scrolls each to one of them, and from there on they go the same number of millimetres.
 */
export interface ParallelWalk {
  /** The leading image now stands here; what follows is measured from it. */
  stand(middle: PatientVector | null): void;
  /** Where a following viewport is to go now that the leader went on; null when nothing can or need be done. */
  follow(
    pane: number,
    leader: PlacedImage | null,
    leaderMiddle: PatientVector | null,
    follower: PlacedImage | null,
    followerMiddle: PatientVector | null,
  ): PatientVector | null;
  /** How far apart they stand is taken anew, for one of them or for all. */
  forget(pane?: number): void;
}

const NEGLIGIBLE_MM = 0.01;

export function createParallelWalk(): ParallelWalk {
  /** Millimetres along the leader's normal from the leader to each follower. */
  const distances = new Map<number, number>();
  let from: PatientVector | null = null;
  return {
    stand(middle) {
      from = middle;
    },
    follow(pane, leader, leaderMiddle, follower, followerMiddle) {
      if (leader === null || leaderMiddle === null || follower === null || followerMiddle === null) return null;
      if (from === null || !areParallelPlanes(leader.plane, follower.plane)) return null;
      const normal = planeNormal(leader.plane);
      const distance = distances.get(pane) ?? dot(followerMiddle, normal) - dot(from, normal);
      distances.set(pane, distance);
      const missing = dot(leaderMiddle, normal) + distance - dot(followerMiddle, normal);
      return Math.abs(missing) < NEGLIGIBLE_MM ? null : along(followerMiddle, normal, missing);
    },
    forget(pane) {
      if (pane === undefined) distances.clear();
      else distances.delete(pane);
    },
  };
}
