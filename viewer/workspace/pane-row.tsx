import { ActionIcon, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type Dispatch, useMemo } from 'react';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { ImagePane } from './image-pane.tsx';
import { itemKey, itemTitle, type PaneItem } from './pane-item.ts';
import styles from './reading-page.module.css';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import type { Panes } from './use-panes.ts';
import type { ReadingWork } from './use-reading-records.ts';

interface PaneRowProps {
  readonly consultation: Consultation;
  readonly panes: Panes;
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly work: ReadingWork;
}

function Pane({ item, pane, row }: { readonly item: PaneItem; readonly pane: number; readonly row: PaneRowProps }) {
  const { consultation, panes, state, dispatch, work } = row;
  const key = itemKey(item);
  const { listener } = work;
  const { takeStatus } = panes;
  const bound = useMemo(
    () => ({ ...listener, onStatus: (status: Parameters<typeof takeStatus>[1]) => takeStatus(key, status) }),
    [listener, takeStatus, key],
  );
  const activate = () => dispatch({ type: 'activate', pane });
  return (
    <section
      className={styles.pane}
      aria-label={itemTitle(item)}
      data-active={(state.open.length > 1 && pane === state.active) || undefined}
      onPointerDownCapture={activate}
      onFocusCapture={activate}
    >
      <ImagePane
        key={key}
        item={item}
        consultation={consultation}
        marks={work.marks}
        tool={state.tools[item.kind]}
        color={work.myColor}
        listener={bound}
        onEngine={(engine) => panes.takeEngine(key, engine)}
      />
      {state.open.length > 1 && (
        <Tooltip label="Close this viewport">
          <ActionIcon
            className={styles.closePane ?? ''}
            variant="default"
            size={24}
            aria-label={`Close ${itemTitle(item)}`}
            onClick={() => dispatch({ type: 'close', pane })}
          >
            <IconX size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </section>
  );
}

/** The open viewports, one or two side by side; the active one takes what is chosen in the tray. */
export function PaneRow(props: PaneRowProps) {
  const { panes } = props;
  if (panes.items.length === 0) {
    return (
      <main className={styles.panes}>
        <p className={styles.nothing}>There is no image in this consultation. Documents are in the tray.</p>
      </main>
    );
  }
  return (
    <main className={styles.panes}>
      {panes.items.map((item, pane) => (
        <Pane key={itemKey(item)} item={item} pane={pane} row={props} />
      ))}
    </main>
  );
}
