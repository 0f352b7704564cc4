import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import { nothingSeen, readCoverage, writeCoverage } from '#shared/imaging/slide-coverage.ts';
import { ApiFailure } from '#viewer/api/client.ts';
import { addSlideCoverage, slideCoverageQuery } from '#viewer/api/slide-coverage.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import { createCoverageRecorder, SAMPLE_MS } from '#viewer/engines/openseadragon/coverage-recorder.ts';

const SAVE_MS = 4000;

/**
 * Records what the reader sees of the slide in `host` and saves it; what could not be saved is sent with the next.
 * Only sharp pixels on a visible page count, and nothing does where the magnification is not known.
 */
export function useSlideCoverage(
  host: RefObject<HTMLElement | null>,
  slide: SlideSummary,
  status: EngineStatus,
  isReader: boolean,
): void {
  const client = useQueryClient();
  const { data: stored } = useQuery({ ...slideCoverageQuery(slide.id), enabled: isReader });
  const latest = useRef(status);
  latest.current = status;
  const { id, width, height } = slide;
  const isReady = isReader && stored !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was stored before is taken once; the answers follow
  useEffect(() => {
    if (!isReady) return;
    const size = { width, height };
    const recorder = createCoverageRecorder(size, readCoverage(size, stored) ?? nothingSeen(size));
    let [isChanged, isEnded] = [false, false];
    const look = (): void => {
      const { phase, view, slide: shown } = latest.current;
      const element = host.current;
      if (phase !== 'shown' || view?.kind !== 'slide' || shown === null || element === null) return;
      if (!shown.sharp || shown.magnification === null || document.visibilityState !== 'visible') return;
      const screen = { width: element.clientWidth, height: element.clientHeight };
      if (recorder.sample(view, screen, shown.magnification)) isChanged = true;
    };
    const save = async (): Promise<void> => {
      if (!isChanged || isEnded) return;
      isChanged = false;
      const seen = writeCoverage(recorder.coverage());
      client.setQueryData(slideCoverageQuery(id).queryKey, seen);
      try {
        const all = readCoverage(size, await addSlideCoverage(id, seen));
        if (all !== null) recorder.merge(all);
      } catch (error) {
        // The part is signed or the consultation has moved on: there is nothing more to record.
        if (error instanceof ApiFailure && error.status >= 400 && error.status < 500 && error.status !== 401)
          isEnded = true;
        isChanged = true;
      }
    };
    const looking = window.setInterval(look, SAMPLE_MS);
    const saving = window.setInterval(() => void save(), SAVE_MS);
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') void save();
    };
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      window.clearInterval(looking);
      window.clearInterval(saving);
      document.removeEventListener('visibilitychange', onHidden);
      void save();
    };
  }, [client, host, id, width, height, isReady]);
}
