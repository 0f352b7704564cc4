import { ActionIcon, Menu } from '@mantine/core';
import { IconCheck, IconLink, IconTarget } from '@tabler/icons-react';
import type { SlideAlignment } from './use-slide-alignment.ts';
import type { SyncChoice } from './viewport-sync.ts';

interface SyncMenuProps {
  readonly choice: SyncChoice;
  readonly onChoose: (choice: SyncChoice) => void;
  readonly alignment: SlideAlignment;
}

const CHOICES: readonly (readonly [key: keyof SyncChoice, name: string])[] = [
  ['scroll', 'Scroll together, by position in the patient; other examinations by distance'],
  ['window', 'Same window in the same modality'],
  ['place', 'Zoom and pan together'],
  ['lines', 'Reference lines'],
];

/** What the other viewports do along with the active one. */
export function SyncMenu({ choice, onChoose, alignment }: SyncMenuProps) {
  const isOn = choice.scroll || choice.window || choice.place || alignment.isAttached;
  return (
    <Menu position="bottom-end" closeOnItemClick={false} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <ActionIcon
          size={32}
          variant={isOn ? 'light' : 'subtle'}
          color="gray"
          aria-label="Link viewports"
          title="Link viewports"
        >
          <IconLink size={18} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map(([key, name]) => (
          <Menu.Item
            key={key}
            aria-label={`${name}: ${choice[key] ? 'on' : 'off'}`}
            leftSection={<IconCheck size={14} opacity={choice[key] ? 1 : 0} aria-hidden />}
            onClick={() => onChoose({ ...choice, [key]: !choice[key] })}
          >
            {name}
          </Menu.Item>
        ))}
        {alignment.isPossible && (
          <>
            <Menu.Divider />
            <Menu.Item
              aria-label={`Slides move together: ${alignment.isAttached ? 'on' : 'off'}`}
              leftSection={<IconCheck size={14} opacity={alignment.isAttached ? 1 : 0} aria-hidden />}
              onClick={() => alignment.setAttached(!alignment.isAttached)}
            >
              Slides move together
            </Menu.Item>
            <Menu.Item leftSection={<IconTarget size={14} aria-hidden />} closeMenuOnClick onClick={alignment.begin}>
              Align slides by places …
            </Menu.Item>
            <Menu.Divider />
          </>
        )}
        <Menu.Label>Hold Shift over an image to show its point in the others</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
