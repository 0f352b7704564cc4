import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowLeft,
  IconColumns2,
  IconKeyboard,
  IconLayoutSidebar,
  IconLayoutSidebarRight,
  type TablerIcon,
} from '@tabler/icons-react';
import { type Dispatch, lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { SaveState } from '#viewer/ui/save-state.tsx';
import { patientLine } from '#viewer/words/patient-words.ts';
import { KeyHelp } from './key-help.tsx';
import { LayoutMenu } from './layout-menu.tsx';
import { itemKey, itemTitle, type PaneItem } from './pane-item.ts';
import styles from './reading-bar.module.css';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import { SyncMenu } from './sync-menu.tsx';
import { ToolBar } from './tool-bar.tsx';
import type { HangingDesk } from './use-hanging.ts';
import type { ReadingWork } from './use-reading-records.ts';
import type { SlideAlignment } from './use-slide-alignment.ts';
import type { SyncChoice } from './viewport-sync.ts';

const HangingEditor = lazy(async () => ({ default: (await import('./hanging-editor.tsx')).HangingEditor }));

interface ReadingBarProps {
  readonly consultation: Consultation;
  readonly items: readonly PaneItem[];
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly activeKind: PaneItem['kind'] | null;
  readonly work: ReadingWork;
  readonly hanging: HangingDesk;
  readonly linked: SyncChoice;
  readonly onLinked: (choice: SyncChoice) => void;
  readonly alignment: SlideAlignment;
}

interface BarButtonProps {
  readonly label: string;
  readonly Icon: TablerIcon;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function BarButton({ label, Icon, disabled = false, pressed, onClick }: BarButtonProps) {
  return (
    <Tooltip label={label} openDelay={300}>
      <ActionIcon
        size={32}
        variant={pressed === true ? 'light' : 'subtle'}
        color="gray"
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled}
        onClick={onClick}
      >
        <Icon size={18} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  );
}

function BesideMenu({ items, state, dispatch }: Pick<ReadingBarProps, 'items' | 'state' | 'dispatch'>) {
  const free = items.filter((item) => !state.grid.slots.includes(itemKey(item)));
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <ActionIcon
          size={32}
          variant="subtle"
          color="gray"
          aria-label="Open another image beside this one"
          disabled={free.length === 0}
        >
          <IconColumns2 size={18} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        <Menu.Label>Open beside</Menu.Label>
        {free.map((item) => (
          <Menu.Item key={itemKey(item)} onClick={() => dispatch({ type: 'open-beside', key: itemKey(item) })}>
            {itemTitle(item)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The one bar above the images: where one is, what is in hand, whether it is saved. */
export function ReadingBar({
  consultation,
  items,
  state,
  dispatch,
  activeKind,
  work,
  hanging,
  linked,
  onLinked,
  alignment,
}: ReadingBarProps) {
  const [help, setHelp] = useState(false);
  const [editing, setEditing] = useState(false);
  return (
    <header className={styles.bar}>
      <Link className={styles.back} to={`/consultations/${consultation.id}`} aria-label="Back to the consultation">
        <IconArrowLeft size={18} stroke={1.75} aria-hidden />
      </Link>
      <BarButton
        label="Material"
        Icon={IconLayoutSidebar}
        pressed={state.trayOpen}
        onClick={() => dispatch({ type: 'tray', open: !state.trayOpen })}
      />
      <div className={styles.case}>
        <span className={styles.patient}>{patientLine(consultation.patient)}</span>
        <span className={styles.title}>{consultation.title}</span>
      </div>
      {activeKind !== null && (
        <div className={styles.tools}>
          <ToolBar
            kind={activeKind}
            tool={state.tools[activeKind]}
            brush={state.brush}
            onBrush={(brush) => dispatch({ type: 'brush', brush })}
            canDraw={work.canWrite}
            onTool={(tool) => dispatch({ type: 'tool', kind: activeKind, tool })}
          />
        </div>
      )}
      <div className={styles.right}>
        <SaveState status={work.status} />
        {work.canWrite && (
          <>
            <BarButton label="Undo  ·  Ctrl Z" Icon={IconArrowBackUp} disabled={!work.canUndo} onClick={work.undo} />
            <BarButton
              label="Redo  ·  Ctrl Shift Z"
              Icon={IconArrowForwardUp}
              disabled={!work.canRedo}
              onClick={work.redo}
            />
          </>
        )}
        <span className={styles.layout}>
          <LayoutMenu
            items={items}
            state={state}
            dispatch={dispatch}
            hanging={hanging}
            onEditHanging={() => setEditing(true)}
          />
          {state.grid.slots.length > 1 && <SyncMenu choice={linked} onChoose={onLinked} alignment={alignment} />}
        </span>
        <BesideMenu items={items} state={state} dispatch={dispatch} />
        <span className={styles.keys}>
          <BarButton label="Keys  ·  ?" Icon={IconKeyboard} onClick={() => setHelp(true)} />
        </span>
        <BarButton
          label="Findings and report"
          Icon={IconLayoutSidebarRight}
          pressed={state.panelOpen}
          onClick={() => dispatch({ type: 'panel', open: !state.panelOpen })}
        />
      </div>
      {editing && (
        <Suspense fallback={null}>
          <HangingEditor desk={hanging} grid={state.grid} linked={linked} onClose={() => setEditing(false)} />
        </Suspense>
      )}
      <KeyHelp opened={help} onOpen={() => setHelp(true)} onClose={() => setHelp(false)} />
    </header>
  );
}
