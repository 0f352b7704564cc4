import type { SlideDecoder } from '#server/codecs/slide-decoding.ts';
import type { SlideReader } from '#server/domain/ingest-ports.ts';
import { AppError } from '#shared/errors.ts';
import { describeSlide } from './open-slide.ts';
import { openFileSource } from './source.ts';
import { isSlideIni, openZipFolder } from './zip-folder.ts';

const READING_SECONDS = 120;

/** Examines uploaded slides for ingest. */
export function createSlideReader(decoder: SlideDecoder): SlideReader {
  return {
    async isSlideFolder(path, signal) {
      const source = await openFileSource(path);
      try {
        const { names } = await openZipFolder(source, signal);
        return names.some(isSlideIni);
      } catch (error) {
        // What is no readable .zip is refused by whoever unpacks archives.
        if (error instanceof AppError) return false;
        throw error;
      } finally {
        await source.close();
      }
    },
    async describe(path, signal) {
      const deadline = AbortSignal.timeout(READING_SECONDS * 1000);
      const source = await openFileSource(path);
      try {
        return await describeSlide(source, AbortSignal.any([signal, deadline]), decoder);
      } catch (error) {
        if (deadline.aborted && !signal.aborted) throw new AppError('READING_TIMEOUT', { seconds: READING_SECONDS });
        throw error;
      } finally {
        await source.close();
      }
    },
  };
}
