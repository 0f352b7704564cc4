import { useEffect, useRef } from 'react';
import { AlignSlides } from './align-slides.tsx';
import { EmptyPane } from './empty-pane.tsx';
import { Pane, type PaneProps } from './pane.tsx';
import styles from './reading-page.module.css';
import { SelectedCard } from './selected-card.tsx';

interface PaneRowProps extends Omit<PaneProps, 'item' | 'pane'> {
  /** Too small a screen for more than the active viewport. */
  readonly narrow: boolean;
}

/** The viewports in their grid; the active one takes what is chosen in the tray. */
export function PaneRow({ narrow, ...props }: PaneRowProps) {
  const { panes, state, work, areas, dispatch } = props;
  const { rows, columns, active, alone } = state.grid;
  const selected = state.panelOpen ? undefined : work.annotations.find(({ id }) => id === state.selectedId);
  const single = narrow || alone;
  const template = single
    ? undefined
    : {
        gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))`,
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
      };
  const isNothing = panes.items.length === 1 && panes.items[0] === null;
  const room = useRef<HTMLElement>(null);
  const { hanging } = panes;
  useEffect(() => {
    // The engines take over the size first.
    const observer = new ResizeObserver(() => requestAnimationFrame(hanging.resized));
    if (room.current !== null) observer.observe(room.current);
    return () => observer.disconnect();
  }, [hanging]);
  return (
    <main ref={room} className={styles.panes} style={template}>
      {isNothing && (
        <p className={styles.nothing}>There is no image in this consultation. Documents are in the tray.</p>
      )}
      {!isNothing &&
        panes.items.map((item, pane) => {
          if (single && pane !== active) return null;
          return item === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a viewport is its place
            <EmptyPane key={pane} pane={pane} state={state} dispatch={dispatch} />
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: a viewport is its place
            <Pane key={pane} {...props} item={item} pane={pane} />
          );
        })}
      {props.alignment.pair !== null && (
        <AlignSlides
          {...props.alignment.pair}
          sync={panes.slides}
          registrations={props.alignment.registrations}
          onEnd={props.alignment.end}
        />
      )}
      {selected !== undefined && (
        <SelectedCard
          key={selected.id}
          annotation={selected}
          work={work}
          areas={areas}
          images={panes.images}
          onClose={() => dispatch({ type: 'select', id: null })}
        />
      )}
    </main>
  );
}
