import { Pane, type PaneProps } from './pane.tsx';
import { itemKey } from './pane-item.ts';
import styles from './reading-page.module.css';

/** The open viewports, one or two side by side; the active one takes what is chosen in the tray. */
export function PaneRow(props: Omit<PaneProps, 'item' | 'pane'>) {
  const { panes } = props;
  return (
    <main className={styles.panes}>
      {panes.items.length === 0 && (
        <p className={styles.nothing}>There is no image in this consultation. Documents are in the tray.</p>
      )}
      {panes.items.map((item, pane) => (
        <Pane key={itemKey(item)} {...props} item={item} pane={pane} />
      ))}
    </main>
  );
}
