import { ActionIcon, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type Dispatch, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { EngineListener } from '#viewer/engines/image-engine.ts';
import { ImagePane } from './image-pane.tsx';
import styles from './pane.module.css';
import { itemKey, itemTitle, type PaneItem } from './pane-item.ts';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import { TextEntry } from './text-entry.tsx';
import type { Panes } from './use-panes.ts';
import type { ReadingWork } from './use-reading-records.ts';

export interface PaneProps {
  readonly consultation: Consultation;
  readonly panes: Panes;
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly work: ReadingWork;
  readonly item: PaneItem;
  /** Its place in the row, from the left. */
  readonly pane: number;
}

type Drawn = Parameters<EngineListener['onDrawn']>[0];

/** One viewport of the row: the image, its head when there are two, and the words of a text while they are typed. */
export function Pane({ consultation, panes, state, dispatch, work, item, pane }: PaneProps) {
  const [writing, setWriting] = useState<{ drawn: Drawn; at: readonly [number, number] } | null>(null);
  const pointer = useRef<readonly [number, number]>([0, 0]);
  const key = itemKey(item);
  const { listener, create } = work;
  const { takeStatus } = panes;
  const bound = useMemo(
    (): EngineListener => ({
      ...listener,
      onStatus: (status) => takeStatus(key, status),
      onDrawn(drawn) {
        if (drawn.geometry.kind === 'text') setWriting({ drawn, at: pointer.current });
        else create(drawn, '');
      },
    }),
    [listener, create, takeStatus, key],
  );
  const activate = () => dispatch({ type: 'activate', pane });
  // Drawing swallows the press that would move the focus; the keys of the image must follow the hand all the same.
  const press = ({ target, currentTarget }: PointerEvent<HTMLElement>) => {
    activate();
    if (target instanceof Element && target.closest('button,input,[role="menu"]') === null)
      currentTarget.querySelector<HTMLElement>('[role="application"]')?.focus({ preventScroll: true });
  };
  const several = state.open.length > 1;
  return (
    <section
      className={styles.pane}
      aria-label={itemTitle(item)}
      data-active={(several && pane === state.active) || undefined}
      onPointerDownCapture={press}
      onFocusCapture={activate}
    >
      {several && (
        <header className={styles.head}>
          <span className={styles.title}>{itemTitle(item)}</span>
          <Tooltip label="Close this viewport">
            <ActionIcon
              variant="subtle"
              color="gray"
              size={24}
              aria-label={`Close ${itemTitle(item)}`}
              onClick={() => dispatch({ type: 'close', pane })}
            >
              <IconX size={14} />
            </ActionIcon>
          </Tooltip>
        </header>
      )}
      <div
        className={styles.image}
        onPointerUpCapture={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          pointer.current = [event.clientX - box.left, event.clientY - box.top];
        }}
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
        {writing !== null && (
          <TextEntry
            at={writing.at}
            color={work.myColor}
            onWritten={(text) => {
              create(writing.drawn, text);
              setWriting(null);
            }}
            onGivenUp={() => setWriting(null)}
          />
        )}
      </div>
    </section>
  );
}
