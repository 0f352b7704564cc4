/** How fast the frames of an instance follow each other (PS3.3 C.7.6.5 Cine, C.7.6.5.1.1). */
import type { DicomJsonDataset } from './dicom-json.ts';

export interface CineTiming {
  /** For all frames alike; null where the object does not say. */
  readonly frameTimeMs: number | null;
  /** Frame Time Vector: the time from the frame before to each frame; null where there is none. */
  readonly increments: readonly number[] | null;
}

const TAGS = {
  frameTime: '00181063',
  frameTimeVector: '00181065',
  cineRate: '00180040',
  recommendedDisplayFrameRate: '00082144',
  frameIncrementPointer: '00280009',
} as const;

/** Recommended Display Frame Rate before Frame Time (Vector) before Cine Rate; both rates are in frames a second. */
export function cineTimingOf(metadata: DicomJsonDataset): CineTiming {
  const numbers = (tag: string) => (metadata[tag]?.Value ?? []).map(Number);
  const period = (rate: number | undefined) => positive(rate === undefined || rate <= 0 ? undefined : 1000 / rate);
  const byVector = metadata[TAGS.frameIncrementPointer]?.Value?.[0] === TAGS.frameTimeVector;
  const vector = numbers(TAGS.frameTimeVector);
  const recommended = period(numbers(TAGS.recommendedDisplayFrameRate)[0]);
  if (recommended === null && byVector && vector.length > 1 && vector.slice(1).every((ms) => positive(ms) !== null)) {
    return { frameTimeMs: null, increments: vector };
  }
  const frameTimeMs = recommended ?? positive(numbers(TAGS.frameTime)[0]) ?? period(numbers(TAGS.cineRate)[0]);
  return { frameTimeMs, increments: null };
}

/**
 * How long to show each of the frames (numbers from 1), in ms: until the next one of the object comes.
 * `fallbackMs` is for objects that do not say.
 */
export function frameDelays(timing: CineTiming, frameNumbers: readonly number[], fallbackMs: number): number[] {
  const { increments } = timing;
  if (increments === null) return frameNumbers.map(() => timing.frameTimeMs ?? fallbackMs);
  // The last frame has no next one: it stays as long as the one before.
  return frameNumbers.map((number) => increments[number] ?? increments.at(-1) ?? fallbackMs);
}

function positive(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) && value > 0 && value <= 60_000 ? value : null;
}
