import { createSlideDecodePools, createSlideDecoder } from '#server/codecs/slide-decoder.ts';
import { openSlide } from '#server/slides/open-slide.ts';
import type { ByteSource } from '#server/slides/source.ts';
import type { QualityCard } from '#shared/imaging/quality-card.ts';
import { measureQuality } from './measure-quality.ts';
import { createQualityPool, qualityTasks } from './quality-pool.ts';

export interface QualityMeasurer {
  /** Errors: those of opening and reading a slide; the signal's reason. */
  measure(sha256: string, signal: AbortSignal): Promise<QualityCard>;
  close(): Promise<void>;
}

/** Measures stored slides with processes of its own, which are started when needed and give way to all others. */
export function openQualityMeasurer(open: (sha256: string) => Promise<ByteSource>): QualityMeasurer {
  const decoding = createSlideDecodePools(1, undefined, true);
  const decoder = createSlideDecoder(decoding);
  const computing = createQualityPool();
  const tasks = qualityTasks(computing);
  return {
    async measure(sha256, signal) {
      const source = await open(sha256);
      let slide: Awaited<ReturnType<typeof openSlide>>;
      try {
        slide = await openSlide(source, { signal, decoder, stored: open });
      } catch (error) {
        await source.close();
        throw error;
      }
      try {
        return await measureQuality(slide, tasks, signal);
      } finally {
        await slide.close();
      }
    },
    async close() {
      await Promise.all([decoding.tiles, decoding.pictures, computing].map((pool) => pool.close()));
    },
  };
}
