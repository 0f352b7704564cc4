import { type RefObject, useEffect, useRef, useState } from 'react';
import type { EngineListener, EngineStatus } from '#viewer/engines/image-engine.ts';

const BLANK: EngineStatus = { phase: 'blank', reason: null, target: null, view: null, frame: null, slide: null };

/** How an engine is made, once its code is there. */
export type EngineMaker<Engine> = (element: HTMLDivElement, listener: EngineListener) => Engine;

export interface MountedEngine<Engine> {
  readonly engine: Engine | null;
  readonly status: EngineStatus;
  /** Resolves with the engine when its code has come; with null when it cannot start or the viewport has gone. */
  readonly mounting: RefObject<Promise<Engine | null>>;
}

/**
 * Mounts an engine in `host` for as long as the component is shown. `load` fetches its code; it must be the same
 * function at every render. The engine always speaks to the newest listener.
 */
export function useMountedEngine<Engine extends { dispose(): void }>(
  host: RefObject<HTMLDivElement | null>,
  load: () => Promise<EngineMaker<Engine>>,
  listener: EngineListener,
): MountedEngine<Engine> {
  const latest = useRef(listener);
  latest.current = listener;
  const mounting = useRef<Promise<Engine | null>>(Promise.resolve(null));
  const [engine, setEngine] = useState<Engine | null>(null);
  const [status, setStatus] = useState<EngineStatus>(BLANK);

  useEffect(() => {
    let mounted: Engine | null = null;
    let left = false;
    const mount = async (): Promise<Engine | null> => {
      const make = await load();
      const element = host.current;
      if (left || element === null) return null;
      mounted = make(element, {
        onDrawn: (drawn) => latest.current.onDrawn(drawn),
        onChanged: (changed) => latest.current.onChanged(changed),
        onSelected: (id, more) => latest.current.onSelected(id, more),
        onDeleteRequested: (...ids) => latest.current.onDeleteRequested(...ids),
        onStatus(next) {
          if (left) return;
          setStatus(next);
          latest.current.onStatus(next);
        },
      });
      setEngine(() => mounted);
      return mounted;
    };
    // Whoever opens an image in it says that there is no engine.
    mounting.current = mount().catch(() => null);
    return () => {
      left = true;
      setEngine(null);
      mounted?.dispose();
    };
  }, [host, load]);

  return { engine, status, mounting };
}
