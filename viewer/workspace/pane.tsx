import { ActionIcon, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowsMaximize, IconArrowsMinimize, IconX } from '@tabler/icons-react';
import { type Dispatch, type MouseEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { measureGeometry } from '#shared/annotation/measure.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { type Drawn, type EngineListener, NAVIGATION_TOOLS, type Tool } from '#viewer/engines/image-engine.ts';
import { FieldAt } from './field-at.tsx';
import { ImagePane } from './image-pane.tsx';
import { draggedItem, isItemDrag } from './item-drag.ts';
import styles from './pane.module.css';
import { itemKey, itemTitle, type PaneItem } from './pane-item.ts';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import type { AreaWork } from './use-area-work.ts';
import type { KeyImageWork } from './use-key-images.ts';
import type { Panes } from './use-panes.ts';
import type { ReadingWork } from './use-reading-records.ts';
import type { ShownSegments } from './use-segments.ts';
import type { SlideAlignment } from './use-slide-alignment.ts';

export interface PaneProps {
  readonly consultation: Consultation;
  readonly panes: Panes;
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly work: ReadingWork;
  readonly areas: AreaWork;
  readonly segments: ShownSegments;
  readonly keyImages: KeyImageWork;
  readonly item: PaneItem;
  readonly alignment: SlideAlignment;
  /** Its place in the grid, row by row. */
  readonly pane: number;
}

interface Question {
  readonly name: string;
  readonly placeholder: string;
  make(drawn: Drawn, answer: string, create: ReadingWork['create']): void;
}

interface Asked extends Question {
  readonly drawn: Drawn;
  readonly at: readonly [number, number];
}

const WORDS: Question = {
  name: 'Text on the image',
  placeholder: 'Text',
  make: (drawn, text, create) => create(drawn, text),
};

/** The line becomes a calibration of the length that is typed; what is no length makes nothing. */
const KNOWN_LENGTH: Question = {
  name: 'Known length in millimetres',
  placeholder: 'Known length, mm',
  make(drawn, answer, create) {
    const lengthMm = Number(answer.replace(',', '.').replace(/\s*mm$/i, ''));
    if (drawn.geometry.kind !== 'line' || !(lengthMm >= 0.001 && lengthMm <= 10_000)) {
      notifications.show({ color: 'yellow', message: 'The known length must be a number of millimetres.' });
      return;
    }
    const { from, to } = drawn.geometry;
    const geometry = { kind: 'calibration', from, to, lengthMm } as const;
    const { target, view } = drawn;
    const measurements = measureGeometry(geometry, { kind: 'none', reason: 'the line is its own scale' });
    create({ target, view, geometry, measurements }, '');
  },
};

/** What must be asked before something drawn can be kept. */
function askedFor({ geometry }: Drawn, tool: Tool): Question | null {
  if (geometry.kind === 'text') return WORDS;
  return tool === 'calibration' && geometry.kind === 'line' ? KNOWN_LENGTH : null;
}

const NAVIGATION: ReadonlySet<Tool> = new Set(NAVIGATION_TOOLS);

/** One viewport of the grid: the image, its head when there are two, and the words of a text while they are typed. */
export function Pane({
  consultation,
  panes,
  state,
  dispatch,
  work,
  areas,
  segments,
  keyImages,
  alignment,
  item,
  pane,
}: PaneProps) {
  const [writing, setWriting] = useState<Asked | null>(null);
  const pointer = useRef<readonly [number, number]>([0, 0]);
  const key = itemKey(item);
  const { listener, create } = work;
  const { takeStatus } = panes;
  const tool = state.tools[item.kind];
  const cut = useRef(areas.cut);
  cut.current = areas.cut;
  const bound = useMemo(
    (): EngineListener => ({
      ...listener,
      onStatus: (status) => takeStatus(pane, status),
      onDrawn(drawn) {
        const asked = askedFor(drawn, tool);
        if (tool === 'cut') cut.current(drawn);
        else if (asked === null) create(drawn, '');
        else setWriting({ ...asked, drawn, at: pointer.current });
      },
    }),
    [listener, create, takeStatus, pane, tool],
  );
  const activate = () => dispatch({ type: 'activate', pane });
  // Drawing swallows the press that would move the focus; the keys of the image must follow the hand all the same.
  const press = ({ target, currentTarget }: PointerEvent<HTMLElement>) => {
    activate();
    if (target instanceof Element && target.closest('button,input,[role="menu"]') === null)
      currentTarget.querySelector<HTMLElement>('[role="application"]')?.focus({ preventScroll: true });
  };
  const [dropping, setDropping] = useState(false);
  const several = state.grid.slots.length > 1;
  /** Only where a double click means nothing else. */
  const enlarge = ({ target }: MouseEvent<HTMLElement>) => {
    if (!NAVIGATION.has(state.tools[item.kind])) return;
    if (target instanceof Element && target.closest('button,input,[role="menu"],[data-mark]') === null) {
      dispatch({ type: 'alone', pane });
    }
  };
  return (
    <section
      className={styles.pane}
      aria-label={itemTitle(item)}
      data-active={(several && pane === state.grid.active) || undefined}
      data-dropping={dropping || undefined}
      onPointerDownCapture={press}
      onFocusCapture={activate}
    >
      {several && (
        <header className={styles.head}>
          <span className={styles.title}>{itemTitle(item)}</span>
          <Tooltip label={state.grid.alone ? 'Show all viewports' : 'Show this viewport alone'}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={24}
              aria-label={state.grid.alone ? 'Show all viewports' : `Show ${itemTitle(item)} alone`}
              onClick={() => dispatch({ type: 'alone', pane })}
            >
              {state.grid.alone ? <IconArrowsMinimize size={14} /> : <IconArrowsMaximize size={14} />}
            </ActionIcon>
          </Tooltip>
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
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what a double click and a drop do, buttons and keys do too */}
      <div
        className={styles.image}
        onDoubleClick={enlarge}
        onWheelCapture={() => panes.sync.movedByHand(pane)}
        onDragOver={(event) => {
          if (!isItemDrag(event)) return;
          event.preventDefault();
          setDropping(true);
        }}
        onDragLeave={() => setDropping(false)}
        onDrop={(event) => {
          setDropping(false);
          const dropped = draggedItem(event);
          if (dropped !== null) dispatch({ type: 'place', pane, key: dropped });
        }}
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
          tool={tool}
          color={work.myColor}
          brush={state.brush}
          calibrations={work.calibrations}
          segments={segments}
          keyImages={keyImages}
          listener={bound}
          onEngine={(engine) => panes.takeEngine(pane, engine)}
          guides={several ? { sync: panes.sync, pane } : undefined}
        />
        {alignment.pair?.panes.includes(pane) === true && <div className={styles.cross} data-cross aria-hidden />}
        {writing !== null && (
          <FieldAt
            at={writing.at}
            color={work.myColor}
            name={writing.name}
            placeholder={writing.placeholder}
            onWritten={(text) => {
              writing.make(writing.drawn, text, create);
              setWriting(null);
            }}
            onGivenUp={() => setWriting(null)}
          />
        )}
      </div>
    </section>
  );
}
