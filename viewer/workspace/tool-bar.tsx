import { ActionIcon, Tooltip } from '@mantine/core';
import type { Tool } from '#viewer/engines/image-engine.ts';
import type { PaneItem } from './pane-item.ts';
import styles from './tool-bar.module.css';
import { TOOL_CHOICES } from './tool-choices.ts';

interface ToolBarProps {
  readonly kind: PaneItem['kind'];
  readonly tool: Tool;
  /** False: only navigation is offered. */
  readonly canDraw: boolean;
  readonly onTool: (tool: Tool) => void;
}

/** The tools of the active viewport; the one in hand is unmistakable. */
export function ToolBar({ kind, tool, canDraw, onTool }: ToolBarProps) {
  const [navigation, drawing] = TOOL_CHOICES[kind];
  const groups = canDraw ? [navigation, drawing] : [navigation];
  return (
    <div className={styles.bar} role="toolbar" aria-label="Tools">
      {groups.map((group) => (
        <div key={group?.[0]?.tool} className={styles.group}>
          {group?.map(({ tool: choice, name, key, Icon }) => (
            <Tooltip key={choice} label={`${name}  ·  ${key}`} openDelay={300}>
              <ActionIcon
                size={32}
                variant={choice === tool ? 'filled' : 'subtle'}
                color={choice === tool ? 'accent' : 'gray'}
                aria-label={name}
                aria-keyshortcuts={key}
                aria-pressed={choice === tool}
                onClick={() => onTool(choice)}
              >
                <Icon size={18} stroke={1.75} />
              </ActionIcon>
            </Tooltip>
          ))}
        </div>
      ))}
    </div>
  );
}
