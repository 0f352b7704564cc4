import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { materialPaths, type SlideSummary } from '#shared/api/material.ts';
import { planeQuery } from '#shared/imaging/plane-selection.ts';
import type { EngineListener, EngineStatus } from '#viewer/engines/image-engine.ts';
import type { SlideEngine, SlideSource } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import { useMountedEngine } from './use-mounted-engine.ts';

export interface SlideEngineState {
  readonly engine: SlideEngine | null;
  readonly status: EngineStatus;
  /** Why the slide viewer could not be started at all, one sentence. */
  readonly problem: string | null;
  readonly retry: () => void;
}

const load = async () => (await import('#viewer/engines/openseadragon/slide-engine.ts')).createSlideEngine;

function sourceOf(slide: SlideSummary, icc: boolean): SlideSource {
  const managed = icc && slide.iccProfile !== null;
  const version = `v=${slide.tileVersion}${managed ? '&icc=1' : ''}`;
  return {
    slide,
    icc: managed,
    tileUrl(level, column, row, planes) {
      const query = [version, planeQuery(planes)].filter((part) => part !== '').join('&');
      return `${materialPaths.tile(slide.id, level, column, row)}?${query}`;
    },
  };
}

/** Mounts a slide engine in `host`, opens the slide in it and closes both with the component. */
export function useSlideEngine(
  host: RefObject<HTMLDivElement | null>,
  slide: SlideSummary,
  /** The slide's colour profile is applied. */
  icc: boolean,
  listener: EngineListener,
  onOpened: (engine: SlideEngine) => void,
): SlideEngineState {
  const { engine, status, mounting } = useMountedEngine<SlideEngine>(host, load, listener);
  const latest = useRef({ slide, icc, onOpened });
  latest.current = { slide, icc, onOpened };
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const isUnopened = useRef(false);

  // The same slide may come as a new object whenever the list of material is asked for again.
  const { id } = slide;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the same slide again
  useEffect(() => {
    const leaving = new AbortController();
    const open = async (): Promise<void> => {
      isUnopened.current = false;
      const mounted = await mounting.current;
      if (leaving.signal.aborted) return;
      if (mounted === null) {
        setProblem('The slide viewer could not be started in this browser.');
        return;
      }
      await mounted.open(sourceOf(latest.current.slide, latest.current.icc), leaving.signal);
      if (!leaving.signal.aborted) latest.current.onOpened(mounted);
    };
    // The engine covers the slide and says why; Retry opens it again.
    open().catch(() => {
      if (!leaving.signal.aborted) isUnopened.current = true;
    });
    return () => leaving.abort();
  }, [host, mounting, id, attempt]);

  // Levels that have been made meanwhile, and other colours, come without opening the slide again.
  const { tileVersion } = slide;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version tells that the slide has changed
  useEffect(() => engine?.update(sourceOf(latest.current.slide, icc)), [engine, tileVersion, icc]);

  const retry = useCallback(() => {
    if (isUnopened.current) setAttempt((before) => before + 1);
    else engine?.retry();
  }, [engine]);
  return { engine, status, problem, retry };
}
