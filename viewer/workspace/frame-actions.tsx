import { ActionIcon, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowsMaximize,
  IconChevronDown,
  IconContrast2,
  IconFlipHorizontal,
  IconRotateClockwise,
  IconSearch,
  IconStar,
  IconStarFilled,
  IconZoomScan,
} from '@tabler/icons-react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { DrawingItems } from './drawing-items.tsx';
import classes from './frame-actions.module.css';
import { keyText } from './shortcuts.ts';

interface Action {
  readonly name: string;
  /** The action of shortcuts. */
  readonly action: string | null;
  readonly icon: typeof IconContrast2;
  readonly run: (engine: FrameEngine) => void;
}

const ACTIONS: readonly Action[] = [
  { name: 'Fit the image', action: 'fit', icon: IconArrowsMaximize, run: (engine) => engine.fit() },
  { name: 'Actual size', action: 'series.actual-size', icon: IconZoomScan, run: (engine) => engine.actualSize() },
  { name: 'Turn clockwise', action: 'turn-right', icon: IconRotateClockwise, run: (engine) => engine.rotate(90) },
  { name: 'Mirror', action: 'series.mirror', icon: IconFlipHorizontal, run: (engine) => engine.mirror() },
  { name: 'Invert', action: 'series.invert', icon: IconContrast2, run: (engine) => engine.invert() },
  { name: 'Magnifier', action: 'series.magnifier', icon: IconSearch, run: (engine) => engine.toggleMagnifier() },
  { name: 'Reset the view', action: null, icon: IconArrowBackUp, run: (engine) => engine.reset() },
];

/** Whether the shown frame is a key image, and how to change that. */
export interface KeyMark {
  readonly marked: boolean;
  readonly toggle: () => void;
}

interface FrameActionsProps {
  readonly engine: FrameEngine;
  /** Null where nothing can be marked. */
  readonly keyMark: KeyMark | null;
}

/** What can be done at once to the view: a strip at the edge for a mouse, a menu for fingers. */
export function FrameActions({ engine, keyMark }: FrameActionsProps) {
  const { shortcuts } = usePreferences();
  const label = (name: string, action: string | null): string => {
    const key = action === null ? '' : keyText(action, shortcuts);
    return key === '' ? name : `${name}  ·  ${key}`;
  };
  return (
    <div className={classes.strip} role="toolbar" aria-label="View" aria-orientation="vertical">
      {ACTIONS.map(({ name, action, icon: Icon, run }) => (
        <Tooltip
          key={name}
          label={label(name, action)}
          position="right"
          openDelay={300}
          transitionProps={{ duration: 0 }}
        >
          <ActionIcon
            className={classes.action}
            variant="subtle"
            color="gray"
            size={30}
            aria-label={name}
            onClick={() => run(engine)}
          >
            <Icon size={18} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
      {keyMark !== null && (
        <Tooltip
          label={keyMark.marked ? 'Key image: take the mark back' : 'Mark as key image'}
          position="right"
          openDelay={300}
          transitionProps={{ duration: 0 }}
        >
          <ActionIcon
            className={classes.action}
            variant="subtle"
            color="gray"
            {...(keyMark.marked && { style: { color: 'var(--state-attention)' } })}
            size={30}
            aria-label="Key image"
            aria-pressed={keyMark.marked}
            onClick={keyMark.toggle}
          >
            {keyMark.marked ? (
              <IconStarFilled size={18} aria-hidden />
            ) : (
              <IconStar size={18} stroke={1.75} aria-hidden />
            )}
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}

/** The same as a menu among the corner texts. */
export function FrameActionsMenu({ engine }: { readonly engine: FrameEngine }) {
  return (
    <Menu position="top-end" shadow="none" withinPortal transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <UnstyledButton className={classes.menu}>
          View <IconChevronDown size={12} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {ACTIONS.map(({ name, icon: Icon, run }) => (
          <Menu.Item key={name} leftSection={<Icon size={18} stroke={1.75} aria-hidden />} onClick={() => run(engine)}>
            {name}
          </Menu.Item>
        ))}
        <DrawingItems engine={engine} />
      </Menu.Dropdown>
    </Menu>
  );
}
