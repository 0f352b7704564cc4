import type { Target } from '#shared/annotation/annotation.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import type { Drawn, EngineStatus, MeasuredHistogram } from '#viewer/engines/image-engine.ts';

/** What an engine tells of shapes on the image it shows; engines of slides tell nothing. */
interface ShapeTeller {
  histogram?(target: Target, geometry: Geometry): MeasuredHistogram | null;
  copyTo?(target: Target, geometry: Geometry, steps: number): Promise<Drawn | null>;
}

/** The images that are on the screen, for those who want to know something of their pixels. */
export interface ShownImages {
  subscribe(listener: () => void): () => void;
  /** Changes whenever another image comes on the screen. */
  snapshot(): number;
  takeEngine(key: string, engine: ShapeTeller | null): void;
  takeStatus(key: string, status: EngineStatus): void;
  /** Null unless the image of the target is on the screen. */
  histogram(target: Target, geometry: Geometry): MeasuredHistogram | null;
  /** Goes `steps` on from the image of the target and measures the shape there; null where there is no such image. */
  copyTo(target: Target, geometry: Geometry, steps: number): Promise<Drawn | null>;
}

/** Keeps engines and what they show; outside of React, since an engine tells its status many times a second. */
export function createShownImages(): ShownImages {
  const engines = new Map<string, ShapeTeller>();
  const shown = new Map<string, string>();
  const listeners = new Set<() => void>();
  let version = 0;
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => version,
    takeEngine(key, engine) {
      if (engine === null) engines.delete(key);
      else engines.set(key, engine);
    },
    takeStatus(key, { phase, target }) {
      const now = phase === 'shown' && target !== null ? JSON.stringify(target) : '';
      if (shown.get(key) === now) return;
      shown.set(key, now);
      version += 1;
      for (const listener of listeners) listener();
    },
    histogram(target, geometry) {
      for (const engine of engines.values()) {
        const histogram = engine.histogram?.(target, geometry) ?? null;
        if (histogram !== null) return histogram;
      }
      return null;
    },
    async copyTo(target, geometry, steps) {
      for (const engine of engines.values()) {
        const drawn = (await engine.copyTo?.(target, geometry, steps)) ?? null;
        if (drawn !== null) return drawn;
      }
      return null;
    },
  };
}
