import type { Measurement } from '#shared/annotation/measurement.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { displayFactsOf } from '#shared/dicom/display-facts.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SopInstanceUid } from '#shared/ids.ts';
import { type DisplayFacts, splitSeries } from '#shared/imaging/display-set.ts';
import { type ImagePlane, imagePlaneOf } from '#shared/imaging/image-plane.ts';
import { countInside, decodeMask } from '#shared/segmentation/mask-runs.ts';
import type { SegmentDraft, SegmentFrame } from '#shared/segmentation/segment.ts';
import { type CountedSlice, segmentVolume } from '#shared/segmentation/segment-volume.ts';
import { addSums, measureSums, NO_VALUES, sumInside, type ValueSums } from '#shared/segmentation/value-sums.ts';
import { describeFrame } from './annotated-image.ts';
import type { AnnotatedImage, PixelReader } from './picture-ports.ts';
import type { Repositories } from './ports.ts';
import { everythingIn } from './search-reach.ts';

/** What is kept of an instance: it never changes, and a segment is measured with every stroke. */
interface KnownInstance {
  readonly facts: DisplayFacts;
  readonly planes: readonly (ImagePlane | null)[];
  readonly meanings: readonly AnnotatedImage['meaning'][];
}

export interface MeasuredSegment {
  readonly measurements: readonly Measurement[];
  /** What could not be measured and why, in sentences. */
  readonly refusals: readonly string[];
}

const MOST_INSTANCES = 20_000;
const MOST_SUMS = 20_000;
const AT_ONCE = 4;

/**
 * Counts and measures segments from the stored images. What was found for a frame is remembered with its runs, so that
 * a stroke costs the decoding of one frame and not of all.
 */
export class SegmentMeasurer {
  readonly #material: Repositories['material'];
  readonly #pixels: PixelReader;
  readonly #known = new Map<SopInstanceUid, KnownInstance | null>();
  readonly #sums = new Map<string, ValueSums>();

  constructor({ material }: Pick<Repositories, 'material'>, pixels: PixelReader) {
    this.#material = material;
    this.#pixels = pixels;
  }

  /**
   * Throws ANNOTATION_TARGET_UNKNOWN for frames this consultation does not hold in that series, ANNOTATION_OUTSIDE_IMAGE
   * for another size, REQUEST_INVALID for runs that are none and frames that are named twice.
   */
  async measure(
    consultationId: ConsultationId,
    { target, columns, rows, frames }: SegmentDraft,
    signal: AbortSignal,
  ): Promise<MeasuredSegment> {
    const listed = await this.#material.instanceRows(everythingIn(consultationId), target);
    const uids = listed.filter(({ frameCount }) => frameCount > 0).map(({ sopInstanceUid }) => sopInstanceUid);
    await this.#learn(uids.filter((uid) => !this.#known.has(uid)));
    if (uids.length === 0) throw new AppError('ANNOTATION_TARGET_UNKNOWN');
    const held = new Set(uids);
    const counts = new Map<string, number>();
    for (const { sopInstanceUid, frameNumber, runs } of frames) {
      const instance = held.has(sopInstanceUid) ? this.#known.get(sopInstanceUid) : null;
      if (instance == null || frameNumber > instance.facts.frameCount) throw new AppError('ANNOTATION_TARGET_UNKNOWN');
      const { facts } = instance;
      if (facts.columns !== columns || facts.rows !== rows) {
        throw new AppError('ANNOTATION_OUTSIDE_IMAGE', { width: facts.columns, height: facts.rows });
      }
      const key = keyOf(sopInstanceUid, frameNumber);
      const inside = countInside(runs, columns * rows);
      if (inside === null || inside === 0 || counts.has(key)) {
        throw new AppError('REQUEST_INVALID', { where: 'segment.frames', reason: 'has runs that are no mask' });
      }
      counts.set(key, inside);
    }
    const volume = segmentVolume(this.#slices(uids, counts));
    const values = await this.#values(frames, columns * rows, signal);
    return {
      measurements: ['measurement' in volume ? [volume.measurement] : [], values.measurements].flat(),
      refusals: [...('refusal' in volume ? [volume.refusal] : []), ...values.refusals],
    };
  }

  /** The frames that are shown together with those of the segment: they tell how far apart slices are. */
  #slices(uids: readonly SopInstanceUid[], counts: ReadonlyMap<string, number>): CountedSlice[] {
    const known = uids.flatMap((uid) => {
      const instance = this.#known.get(uid);
      return instance == null ? [] : [{ ...instance.facts, uid, instance }];
    });
    const sets = splitSeries(known).filter(({ instances }) =>
      instances.some(({ uid, frameCount }) =>
        Array.from({ length: frameCount }, (_, at) => keyOf(uid, at + 1)).some((key) => counts.has(key)),
      ),
    );
    return sets.flatMap(({ instances }) =>
      instances.flatMap(({ uid, instance, columns, rows, frameOfReferenceUid }) =>
        instance.planes.map((plane, at) => ({
          ...{ columns, rows, frameOfReferenceUid, plane },
          inside: counts.get(keyOf(uid, at + 1)) ?? 0,
        })),
      ),
    );
  }

  async #values(frames: readonly SegmentFrame[], pixels: number, signal: AbortSignal): Promise<MeasuredSegment> {
    const [first] = frames;
    const meaningOf = ({ sopInstanceUid, frameNumber }: SegmentFrame) =>
      this.#known.get(sopInstanceUid)?.meanings[frameNumber - 1] ?? null;
    const meaning = first === undefined ? null : meaningOf(first);
    if (first === undefined) return { measurements: [], refusals: [] };
    if (meaning === null) return { measurements: [], refusals: ['No values: these are colour images.'] };
    if (frames.some((frame) => meaningOf(frame)?.unit !== meaning.unit)) {
      return { measurements: [], refusals: ['No values: the images have different units.'] };
    }
    try {
      let sums = NO_VALUES;
      for (let at = 0; at < frames.length; at += AT_ONCE) {
        const parts = frames.slice(at, at + AT_ONCE).map((frame) => this.#sumsOf(frame, pixels, signal));
        sums = (await Promise.all(parts)).reduce(addSums, sums);
      }
      return { measurements: measureSums(sums, meaning), refusals: [] };
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError) || error.status >= 500) throw error;
      return { measurements: [], refusals: ['No values: an image of this segment cannot be decoded here.'] };
    }
  }

  async #sumsOf(
    { sopInstanceUid, frameNumber, runs }: SegmentFrame,
    pixels: number,
    signal: AbortSignal,
  ): Promise<ValueSums> {
    const key = `${keyOf(sopInstanceUid, frameNumber)} ${runs}`;
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const { values } = await this.#pixels.frameValues(sopInstanceUid, frameNumber, signal);
    const sums = sumInside(values, decodeMask(runs, pixels) ?? new Uint8Array());
    if (this.#sums.size >= MOST_SUMS) this.#sums.clear();
    this.#sums.set(key, sums);
    return sums;
  }

  async #learn(uids: readonly SopInstanceUid[]): Promise<void> {
    if (uids.length === 0) return;
    if (this.#known.size + uids.length > MOST_INSTANCES) this.#known.clear();
    const [metadata, descriptions] = await Promise.all([
      this.#material.metadataTexts(uids),
      this.#material.descriptions(uids),
    ]);
    for (const uid of uids) this.#known.set(uid, describe(metadata.get(uid), descriptions.get(uid)));
  }
}

function keyOf(sopInstanceUid: string, frameNumber: number): string {
  return `${sopInstanceUid} ${frameNumber}`;
}

/** Null for objects without a picture. */
function describe(metadataText = '{}', descriptionText = '{"image":null}'): KnownInstance | null {
  const metadata = JSON.parse(metadataText) as DicomJsonDataset;
  const description = JSON.parse(descriptionText) as InstanceDescription;
  const facts = displayFactsOf(metadata);
  const { image } = description;
  if (facts === null || image === null) return null;
  const numbers = Array.from({ length: facts.frameCount }, (_, at) => at + 1);
  return {
    facts,
    planes: numbers.map((number) => imagePlaneOf(image.framePlanes?.[number - 1] ?? image)),
    meanings: numbers.map((number) => describeFrame(description, metadata, number).meaning),
  };
}
