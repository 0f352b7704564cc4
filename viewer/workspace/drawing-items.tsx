import { Menu } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';

const CHOICES = [
  ['automatic', 'Automatic'],
  ['processor', 'By the processor'],
  ['graphics', 'By the graphics card'],
] as const;

/** Who draws the images on this computer; for readers whose graphics card misbehaves. */
export function DrawingItems({ engine }: { readonly engine: FrameEngine }) {
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Drawing on this computer</Menu.Label>
      {CHOICES.map(([choice, name]) => {
        const chosen = engine.drawing() === choice;
        return (
          <Menu.Item
            key={choice}
            role="menuitemradio"
            aria-checked={chosen}
            leftSection={<IconCheck size={18} stroke={1.75} aria-hidden opacity={chosen ? 1 : 0} />}
            onClick={() => engine.chooseDrawing(choice)}
          >
            {name}
          </Menu.Item>
        );
      })}
    </>
  );
}
