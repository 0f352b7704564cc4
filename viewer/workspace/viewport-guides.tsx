import { useSyncExternalStore } from 'react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import styles from './viewport-guides.module.css';
import type { ViewportSync } from './viewport-sync.ts';

interface ViewportGuidesProps {
  readonly engine: FrameEngine;
  readonly sync: ViewportSync;
  readonly pane: number;
}

/** Where the active viewport cuts this one, and the point it points at. */
export function ViewportGuides({ engine, sync, pane }: ViewportGuidesProps) {
  const { line, cursor } = useSyncExternalStore(sync.subscribe, () => sync.guides(pane));
  const ends = line?.map((point) => engine.screenOf(point));
  const at = cursor === null ? null : engine.screenOf(cursor);
  const [from, to] = ends ?? [];
  return (
    <svg className={styles.guides} aria-hidden>
      {from != null && to != null && <line className={styles.line} x1={from[0]} y1={from[1]} x2={to[0]} y2={to[1]} />}
      {at !== null && (
        <path className={styles.cursor} d={`M${at[0] - 12} ${at[1]}h8m8 0h8M${at[0]} ${at[1] - 12}v8m0 8v8`} />
      )}
    </svg>
  );
}
