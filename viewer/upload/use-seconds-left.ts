import { useEffect, useRef, useState } from 'react';

const WINDOW_MS = 8000;

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** Seconds left at the pace of the last few seconds; null while it cannot be told. */
export function secondsLeft(samples: readonly Sample[], total: number): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < 1500) return null;
  const perSecond = ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  if (perSecond <= 0) return null;
  return (total - last.bytes) / perSecond;
}

/** How long the rest will take, told anew every second while `running`. */
export function useSecondsLeft(sent: number, total: number, running: boolean): number | null {
  const latest = useRef(sent);
  latest.current = sent;
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    if (!running) return;
    let samples: Sample[] = [];
    const timer = setInterval(() => {
      const now = Date.now();
      samples = [...samples.filter(({ at }) => now - at < WINDOW_MS), { at: now, bytes: latest.current }];
      setLeft(secondsLeft(samples, total));
    }, 1000);
    return () => {
      clearInterval(timer);
      setLeft(null);
    };
  }, [running, total]);
  return left;
}
