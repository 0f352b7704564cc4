import { ActionIcon, Kbd, Menu, Tooltip } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { Tool } from '#viewer/engines/image-engine.ts';
import type { Brush } from '#viewer/engines/tools/brush.ts';
import { isPaintingTool } from '#viewer/engines/tools/drawing-tool.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { BrushSize } from './brush-size.tsx';
import type { PaneItem } from './pane-item.ts';
import { keyText, toolAction } from './shortcuts.ts';
import styles from './tool-bar.module.css';
import { TOOL_CHOICES, type ToolChoice } from './tool-choices.ts';

interface ToolBarProps {
  readonly kind: PaneItem['kind'];
  readonly tool: Tool;
  readonly brush: Brush;
  /** False: only navigation is offered. */
  readonly canDraw: boolean;
  readonly onTool: (tool: Tool) => void;
  readonly onBrush: (brush: Brush) => void;
}

interface ToolButtonProps {
  readonly kind: PaneItem['kind'];
  readonly choice: ToolChoice;
  readonly inHand: boolean;
  readonly onTool: (tool: Tool) => void;
}

function ToolButton({ kind, choice: { tool, name, Icon }, inHand, onTool }: ToolButtonProps) {
  const key = keyText(toolAction(kind, tool), usePreferences().shortcuts);
  return (
    <Tooltip label={key === '' ? name : `${name}  ·  ${key}`} openDelay={300}>
      <ActionIcon
        size={32}
        variant={inHand ? 'filled' : 'subtle'}
        color={inHand ? 'accent' : 'gray'}
        aria-label={name}
        aria-keyshortcuts={key || undefined}
        aria-pressed={inHand}
        onClick={() => onTool(tool)}
      >
        <Icon size={18} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  );
}

/** The rarer tools; the one in hand stands beside the menu. */
function MoreTools({
  kind,
  choices,
  tool,
  onTool,
}: Pick<ToolBarProps, 'kind' | 'tool' | 'onTool'> & { readonly choices: readonly ToolChoice[] }) {
  const inHand = choices.find((choice) => choice.tool === tool);
  const { shortcuts } = usePreferences();
  return (
    <>
      {inHand !== undefined && <ToolButton kind={kind} choice={inHand} inHand onTool={onTool} />}
      <Menu position="bottom-start" width={260}>
        <Menu.Target>
          <ActionIcon size={32} variant="subtle" color="gray" aria-label="More measuring tools">
            <IconChevronDown size={16} stroke={1.75} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {choices.map(({ tool: choice, name, Icon }) => (
            <Menu.Item
              key={choice}
              leftSection={<Icon size={16} stroke={1.75} />}
              rightSection={<Kbd size="xs">{keyText(toolAction(kind, choice), shortcuts)}</Kbd>}
              onClick={() => onTool(choice)}
            >
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** The tools of the active viewport; the one in hand is unmistakable. */
export function ToolBar({ kind, tool, brush, canDraw, onTool, onBrush }: ToolBarProps) {
  const [navigation = [], drawing = [], more = []] = TOOL_CHOICES[kind];
  const buttons = (choices: readonly ToolChoice[]) =>
    choices.map((choice) => (
      <ToolButton key={choice.tool} kind={kind} choice={choice} inHand={choice.tool === tool} onTool={onTool} />
    ));
  return (
    <div className={styles.bar} role="toolbar" aria-label="Tools">
      <div className={styles.group}>{buttons(navigation)}</div>
      {canDraw && (
        <div className={styles.group}>
          {buttons(drawing)}
          <MoreTools kind={kind} choices={more} tool={tool} onTool={onTool} />
          {isPaintingTool(tool) && <BrushSize brush={brush} onBrush={onBrush} />}
        </div>
      )}
    </div>
  );
}
