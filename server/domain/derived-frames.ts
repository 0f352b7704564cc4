import { HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL } from '#shared/dicom/transcoding.ts';
import { AppError } from '#shared/errors.ts';
import type { DerivedObjects } from './derived-objects.ts';
import type { DerivedFrameKey } from './derived-ports.ts';
import type { FoundInstance } from './frame-directory.ts';
import type { FrameTranscoder } from './image-ports.ts';

export interface DerivedNeeds {
  readonly objects: DerivedObjects;
  readonly transcoder: FrameTranscoder;
  /** Work that several want at the same moment is done once. */
  readonly flights: {
    run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Uint8Array>): Promise<Uint8Array>;
  };
}

/** Part of the key: another number when what makes the frames gives other bytes. */
const MAKER = 1;

/** Frames in other transfer syntaxes: made once and kept. */
export class DerivedFrames {
  readonly #needs: DerivedNeeds;

  constructor(needs: DerivedNeeds) {
    this.#needs = needs;
  }

  /**
   * One frame in one of the instance's targets. `stored` reads the frame as it is sent otherwise.
   * @throws AppError as `stored` and FrameTranscoder do
   */
  async read(
    { sha256, frames }: FoundInstance,
    frameNumber: number,
    targetUid: string,
    stored: (signal: AbortSignal) => Promise<Uint8Array>,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    if (frames?.format == null) throw new AppError('DICOM_NO_PIXELS');
    const { format, transferSyntaxUid } = frames;
    // One stream serves under both names (PS3.5 section 10.18).
    const uid = targetUid === HTJ2K_LOSSLESS ? HTJ2K_LOSSLESS_RPCL : targetUid;
    const key: DerivedFrameKey = { sourceSha256: sha256, frameNumber, form: `${uid} ${MAKER}` };
    return this.#needs.flights.run(`${sha256} ${frameNumber} ${uid}`, signal, async (shared) => {
      const kept = await this.#needs.objects.read(key, shared);
      if (kept !== null) return kept;
      const bytes = await stored(shared);
      const input = { bytes, format, transferSyntaxUid, frameNumber, targetUid: uid };
      const made = await this.#needs.transcoder.transcode(input, shared);
      this.#needs.objects.keep(key, made);
      return made;
    });
  }
}
