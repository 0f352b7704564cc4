import { ActionIcon, Kbd, Menu, Tooltip } from '@mantine/core';
import {
  IconLayersDifference,
  IconLayersIntersect,
  IconLayersUnion,
  IconShape3,
  IconSquareHalf,
  type TablerIcon,
} from '@tabler/icons-react';
import type { AreaOperation } from './area-plans.ts';
import type { AreaWork } from './use-area-work.ts';

interface AreaChoice {
  readonly operation: AreaOperation;
  readonly name: string;
  readonly key: string | null;
  readonly Icon: TablerIcon;
}

/** What can be done with selected areas, in the order of the menu. */
export const AREA_CHOICES: readonly AreaChoice[] = [
  { operation: 'unite', name: 'Unite', key: 'U', Icon: IconLayersUnion },
  { operation: 'subtract', name: 'Subtract the others', key: 'H', Icon: IconLayersDifference },
  { operation: 'intersect', name: 'Keep what is common', key: 'J', Icon: IconLayersIntersect },
  { operation: 'separate', name: 'Separate its pieces', key: null, Icon: IconShape3 },
];

/** The operation of a key on a slide. */
export function areaOperationOfKey(key: string): AreaOperation | null {
  return AREA_CHOICES.find((choice) => choice.key === key.toUpperCase())?.operation ?? null;
}

/** Sums and differences of the selected areas; nothing where no area of a slide is selected. */
export function AreaMenu({ work }: { readonly work: AreaWork }) {
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
        {AREA_CHOICES.map(({ operation, name, key, Icon }) => (
          <Menu.Item
            key={operation}
            disabled={!isPossible(operation)}
            leftSection={<Icon size={16} stroke={1.75} aria-hidden />}
            rightSection={key === null ? null : <Kbd size="xs">{key}</Kbd>}
            onClick={() => work.run(operation)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
