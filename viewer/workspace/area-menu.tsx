import { ActionIcon, Kbd, Menu, Tooltip } from '@mantine/core';
import { IconSquareHalf } from '@tabler/icons-react';
import { usePreferences } from '#viewer/state/preferences.ts';
import { AREA_CHOICES } from './area-choices.ts';
import type { AreaOperation } from './area-plans.ts';
import { areaAction, keyText } from './shortcuts.ts';
import type { AreaWork } from './use-area-work.ts';

/** Sums and differences of the selected areas; nothing where no area of a slide is selected. */
export function AreaMenu({ work }: { readonly work: AreaWork }) {
  const { shortcuts } = usePreferences();
  const [first, ...others] = work.selection;
  if (first === undefined) return null;
  const isPossible = (operation: AreaOperation) =>
    operation === 'separate' ? first.geometry.kind === 'multipolygon' : others.length > 0;
  return (
    <Menu position="bottom-end" width={260} withinPortal>
      <Menu.Target>
        <Tooltip label="Combine areas">
          <ActionIcon variant="subtle" color="gray" aria-label="Combine areas">
            <IconSquareHalf size={16} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {others.length === 0
            ? 'Shift and click selects further areas'
            : `${others.length + 1} areas; the first one becomes the result`}
        </Menu.Label>
        {AREA_CHOICES.map(({ operation, name, Icon }) => (
          <Menu.Item
            key={operation}
            disabled={!isPossible(operation)}
            leftSection={<Icon size={16} stroke={1.75} aria-hidden />}
            rightSection={<KeyHint text={keyText(areaAction({ operation }), shortcuts)} />}
            onClick={() => work.run(operation)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function KeyHint({ text }: { readonly text: string }) {
  return text === '' ? null : <Kbd size="xs">{text}</Kbd>;
}
