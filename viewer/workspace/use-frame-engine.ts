import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine.ts';
import type { EngineListener, EngineStatus } from '#viewer/engines/image-engine.ts';

const BLANK: EngineStatus = { phase: 'blank', reason: null, target: null, view: null, frame: null, slide: null };

export interface FrameEngineState {
  readonly engine: FrameEngine | null;
  readonly status: EngineStatus;
  /** Why the series could not be opened at all, one sentence. */
  readonly problem: string | null;
  readonly retry: () => void;
}

/** Mounts a frame engine in `host`, opens the series in it and closes both with the component. */
export function useFrameEngine(
  host: RefObject<HTMLDivElement | null>,
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  listener: EngineListener,
  onOpened: (engine: FrameEngine) => void,
): FrameEngineState {
  const latest = useRef({ listener, onOpened });
  latest.current = { listener, onOpened };
  const mounting = useRef<Promise<FrameEngine | null>>(Promise.resolve(null));
  const [engine, setEngine] = useState<FrameEngine | null>(null);
  const [status, setStatus] = useState<EngineStatus>(BLANK);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let mounted: FrameEngine | null = null;
    let left = false;
    const mount = async (): Promise<FrameEngine | null> => {
      const { createFrameEngine } = await import('#viewer/engines/cornerstone/frame-engine.ts');
      const element = host.current;
      if (left || element === null) return null;
      mounted = createFrameEngine(element, {
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
      return mounted;
    };
    // Whoever opens a series in it says that there is none.
    mounting.current = mount().catch(() => null);
    return () => {
      left = true;
      setEngine(null);
      mounted?.dispose();
    };
  }, [host]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the same series again
  useEffect(() => {
    const leaving = new AbortController();
    const open = async (): Promise<void> => {
      const { loadFrameStack } = await import('#viewer/engines/cornerstone/series-metadata.ts');
      // What the series holds is asked for while the engine is still being loaded.
      const [stack, opened] = await Promise.all([
        loadFrameStack(studyUid, seriesUid, leaving.signal),
        mounting.current,
      ]);
      if (leaving.signal.aborted) return;
      if (opened === null) throw new Error('The image viewer could not be started in this browser.');
      await opened.open(stack, leaving.signal);
      if (!leaving.signal.aborted) latest.current.onOpened(opened);
    };
    setProblem(null);
    open().catch((error: unknown) => {
      if (!leaving.signal.aborted) setProblem(error instanceof Error ? error.message : 'This series cannot be opened.');
    });
    return () => leaving.abort();
  }, [host, studyUid, seriesUid, attempt]);

  const isOpen = status.phase !== 'blank';
  const retry = useCallback(() => {
    if (isOpen) engine?.retry();
    else setAttempt((before) => before + 1);
  }, [engine, isOpen]);
  return { engine, status, problem: isOpen ? null : problem, retry };
}
