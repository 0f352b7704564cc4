import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { materialPaths, type SlideSummary } from '#shared/api/material.ts';
import type { EngineListener, EngineStatus } from '#viewer/engines/image-engine.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine.ts';

const BLANK: EngineStatus = { phase: 'blank', reason: null, target: null, view: null, frame: null, slide: null };

export interface SlideEngineState {
  readonly engine: SlideEngine | null;
  readonly status: EngineStatus;
  /** Why the slide could not be opened at all, one sentence. */
  readonly problem: string | null;
  readonly retry: () => void;
}

/** Mounts a slide engine in `host`, opens the slide in it and closes both with the component. */
export function useSlideEngine(
  host: RefObject<HTMLDivElement | null>,
  slide: SlideSummary,
  listener: EngineListener,
  onOpened: (engine: SlideEngine) => void,
): SlideEngineState {
  const latest = useRef({ slide, listener, onOpened });
  latest.current = { slide, listener, onOpened };
  const [engine, setEngine] = useState<SlideEngine | null>(null);
  const [status, setStatus] = useState<EngineStatus>(BLANK);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const isUnopened = useRef(false);

  useEffect(() => {
    let mounted: SlideEngine | null = null;
    let left = false;
    const mount = async (): Promise<void> => {
      const { createSlideEngine } = await import('#viewer/engines/openseadragon/slide-engine.ts');
      const element = host.current;
      if (left || element === null) return;
      mounted = createSlideEngine(element, {
        onDrawn: (drawn) => latest.current.listener.onDrawn(drawn),
        onChanged: (changed) => latest.current.listener.onChanged(changed),
        onSelected: (id) => latest.current.listener.onSelected(id),
        onDeleteRequested: (id) => latest.current.listener.onDeleteRequested(id),
        onStatus(next) {
          if (left) return;
          setStatus(next);
          latest.current.listener.onStatus(next);
        },
      });
      setEngine(mounted);
    };
    mount().catch(() => setProblem('The slide viewer could not be started in this browser.'));
    return () => {
      left = true;
      setEngine(null);
      mounted?.dispose();
    };
  }, [host]);

  // The same slide may come as a new object whenever the list of material is asked for again.
  const { id } = slide;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the same slide again
  useEffect(() => {
    if (engine === null) return;
    const leaving = new AbortController();
    const present = latest.current.slide;
    isUnopened.current = false;
    const opening = engine.open(
      { slide: present, tileUrl: (level, column, row) => materialPaths.tile(id, level, column, row) },
      leaving.signal,
    );
    opening.then(
      () => {
        if (!leaving.signal.aborted) latest.current.onOpened(engine);
      },
      // The engine covers the slide and says why; Retry opens it again.
      () => {
        if (!leaving.signal.aborted) isUnopened.current = true;
      },
    );
    return () => leaving.abort();
  }, [engine, id, attempt]);

  const retry = useCallback(() => {
    if (isUnopened.current) setAttempt((before) => before + 1);
    else engine?.retry();
  }, [engine]);
  return { engine, status, problem, retry };
}
