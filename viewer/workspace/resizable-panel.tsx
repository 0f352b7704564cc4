import { type PointerEvent, type ReactNode, useState } from 'react';
import styles from './reading-page.module.css';

const KEY = 'consilium-panel-width';
const LEAST = 280;
const MOST = 720;
const USUAL = 360;

const held = (width: number): number => Math.min(Math.max(width, LEAST), MOST);

/** The right panel; its left edge can be dragged or moved with the arrow keys. The width is remembered. */
export function ResizablePanel({ children }: { readonly children: ReactNode }) {
  const [width, setWidth] = useState(() => held(Number(localStorage.getItem(KEY)) || USUAL));
  const change = (next: number) => {
    setWidth(held(next));
    localStorage.setItem(KEY, String(held(next)));
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) change(window.innerWidth - event.clientX);
  };
  return (
    <aside className={styles.panel} style={{ width }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a rule that can be moved is a separator, not a line */}
      <div
        className={styles.grip}
        role="separator"
        aria-label="Width of the panel"
        aria-orientation="vertical"
        aria-valuenow={width}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') change(width + 16);
          if (event.key === 'ArrowRight') change(width - 16);
        }}
      />
      <div className={styles.panelContent}>{children}</div>
    </aside>
  );
}
