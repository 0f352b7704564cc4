import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import { QUALITY_FORM, type QualityCard } from '#shared/imaging/quality-card.ts';
import type { Clock, Database, Repositories } from './ports.ts';

/** The job that measures a slide: a minute or so in the background, once for the same bytes. */
export const MEASURE_SLIDE_QUALITY = 'measure-slide-quality';

/** Queues the job, in the transaction that adds the slide. Measured bytes are not measured again. */
export async function queueSlideQuality(
  { jobs }: Pick<Repositories, 'jobs'>,
  sha256: Sha256,
  at: string,
): Promise<void> {
  const id = `${MEASURE_SLIDE_QUALITY}:${QUALITY_FORM}:${sha256}`;
  await jobs.enqueue({ id, kind: MEASURE_SLIDE_QUALITY, payload: { sha256 }, at });
}

export interface MeasureServices {
  readonly db: Pick<Database, 'quality'>;
  readonly clock: Clock;
  /** Reads the stored slide. Throws a sentence when it cannot be read. */
  readonly measureStored: (sha256: Sha256, signal: AbortSignal) => Promise<QualityCard>;
}

/** Measures the slide unless it was. What is wrong with the slide is a result; trouble of ours is thrown. */
export async function measureSlideQuality(
  { db, clock, measureStored }: MeasureServices,
  sha256: Sha256,
  { signal, lastAttempt }: { readonly signal: AbortSignal; readonly lastAttempt: boolean },
): Promise<void> {
  const known = await db.quality.find(sha256);
  if (known !== null && known.form >= QUALITY_FORM && known.card !== null) return;
  const result = { sha256, form: QUALITY_FORM };
  try {
    const card = await measureStored(sha256, signal);
    await db.quality.save({ ...result, card, refusal: null, measuredAt: clock.now().toISOString() });
  } catch (error) {
    if (signal.aborted) throw error;
    const isOfTheSlide = error instanceof AppError && error.status < 500;
    if (!isOfTheSlide && !lastAttempt) throw error;
    const refusal = isOfTheSlide ? error.message : 'Measuring it failed on our side.';
    await db.quality.save({ ...result, card: null, refusal, measuredAt: clock.now().toISOString() });
    if (!isOfTheSlide) throw error;
  }
}
