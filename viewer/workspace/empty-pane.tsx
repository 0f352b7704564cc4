import type { Dispatch } from 'react';
import { draggedItem, isItemDrag } from './item-drag.ts';
import styles from './pane.module.css';
import type { ReadingEvent, ReadingState } from './reading-state.ts';

interface EmptyPaneProps {
  readonly pane: number;
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
}

/** A viewport without an image: it takes what is chosen or dropped next. */
export function EmptyPane({ pane, state, dispatch }: EmptyPaneProps) {
  return (
    <section className={styles.pane} aria-label="Empty viewport" data-active={pane === state.grid.active || undefined}>
      <button
        type="button"
        className={styles.empty}
        onClick={() => dispatch({ type: 'activate', pane })}
        onDragOver={(event) => {
          if (isItemDrag(event)) event.preventDefault();
        }}
        onDrop={(event) => {
          const key = draggedItem(event);
          if (key !== null) dispatch({ type: 'place', pane, key });
        }}
      >
        Drag a series here, or choose one in the tray
      </button>
    </section>
  );
}
