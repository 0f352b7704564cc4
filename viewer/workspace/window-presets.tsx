import { Menu, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine.ts';
import classes from './window-presets.module.css';

interface WindowPresetsProps {
  readonly engine: FrameEngine;
  readonly center: number;
  readonly width: number;
}

function numberText(value: number): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0;
  return value.toFixed(digits).replace('-', '−');
}

/** The present window; a click opens the list of presets with their keys. */
export function WindowPresets({ engine, center, width }: WindowPresetsProps) {
  const choices = engine.windowChoices();
  const text = `W ${numberText(width)} L ${numberText(center)}`;
  if (choices.length === 0) return null;
  return (
    <Menu position="top-end" shadow="none" withinPortal transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <UnstyledButton className={classes.target} aria-label={`Window width and level: ${text}. Choose a preset`}>
          {text} <IconChevronDown size={12} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Window</Menu.Label>
        {choices.map((choice) => (
          <Menu.Item
            key={choice.name}
            onClick={() => engine.chooseWindow(choice)}
            rightSection={choice.key === null ? null : <kbd className={classes.key}>{choice.key}</kbd>}
          >
            {choice.name}
            {choice.window !== null && (
              <span className={classes.numbers}>
                {numberText(choice.window.width)} / {numberText(choice.window.center)}
              </span>
            )}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
