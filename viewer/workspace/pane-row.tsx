import { Pane, type PaneProps } from './pane.tsx';
import { itemKey } from './pane-item.ts';
import styles from './reading-page.module.css';
import { SelectedCard } from './selected-card.tsx';

/** The open viewports, one or two side by side; the active one takes what is chosen in the tray. */
export function PaneRow(props: Omit<PaneProps, 'item' | 'pane'>) {
  const { panes, state, work, dispatch } = props;
  const selected = state.panelOpen ? undefined : work.annotations.find(({ id }) => id === state.selectedId);
  return (
    <main className={styles.panes}>
      {panes.items.length === 0 && (
        <p className={styles.nothing}>There is no image in this consultation. Documents are in the tray.</p>
      )}
      {panes.items.map((item, pane) => (
        <Pane key={itemKey(item)} {...props} item={item} pane={pane} />
      ))}
      {selected !== undefined && (
        <SelectedCard
          key={selected.id}
          annotation={selected}
          work={work}
          images={panes.images}
          onClose={() => dispatch({ type: 'select', id: null })}
        />
      )}
    </main>
  );
}
