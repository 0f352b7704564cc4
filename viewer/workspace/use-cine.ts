import { useEffect, useState } from 'react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';

export interface Cine {
  readonly playing: boolean;
  /** Asked for; from the file where it states one. */
  readonly rate: number;
  /** Images that were really shown in the last second; null until one has passed. */
  readonly shownRate: number | null;
  toggle(): void;
  setRate(rate: number): void;
}

/** Where nothing is stated: slices of a volume are looked through at this speed. */
const USUAL_RATE = 15;
const FASTEST = 120;

/**
 * Plays the images of a viewport by the clock: when drawing or loading is late, images are left out, and the film takes
 * the time it should.
 */
export function useCine(engine: FrameEngine | null, count: number, index: number): Cine {
  const [playing, setPlaying] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const [shownRate, setShownRate] = useState<number | null>(null);
  const rate = chosen ?? engine?.cineRate() ?? USUAL_RATE;

  // biome-ignore lint/correctness/useExhaustiveDependencies: where it starts is where it was when it was started
  useEffect(() => {
    if (!playing || engine === null || count < 2) return;
    const began = performance.now();
    let request = 0;
    let last = index;
    let shown = 0;
    let second = began;
    const tick = (now: number): void => {
      const due = (index + Math.floor(((now - began) * rate) / 1000)) % count;
      if (due !== last && engine.isLoaded(due)) {
        engine.goTo(due);
        last = due;
        shown += 1;
      }
      if (now - second >= 1000) {
        setShownRate((shown * 1000) / (now - second));
        shown = 0;
        second = now;
      }
      request = requestAnimationFrame(tick);
    };
    request = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(request);
      setShownRate(null);
    };
  }, [playing, engine, count, rate]);

  return {
    playing: playing && count > 1,
    rate,
    shownRate,
    toggle: () => setPlaying((before) => !before),
    setRate: (next) => setChosen(Math.min(FASTEST, Math.max(1, Math.round(next)))),
  };
}
