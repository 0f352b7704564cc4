import { ActionIcon, Group, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowsMaximize,
  IconContrast2,
  IconFlipHorizontal,
  IconRotateClockwise,
  IconZoomScan,
} from '@tabler/icons-react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine.ts';

interface Action {
  readonly name: string;
  readonly key: string;
  readonly icon: typeof IconContrast2;
  readonly run: (engine: FrameEngine) => void;
}

const ACTIONS: readonly Action[] = [
  { name: 'Fit the image', key: 'F', icon: IconArrowsMaximize, run: (engine) => engine.fit() },
  { name: 'Actual size', key: '0', icon: IconZoomScan, run: (engine) => engine.actualSize() },
  { name: 'Turn clockwise', key: '.', icon: IconRotateClockwise, run: (engine) => engine.rotate(90) },
  { name: 'Mirror', key: 'M', icon: IconFlipHorizontal, run: (engine) => engine.mirror() },
  { name: 'Invert', key: 'I', icon: IconContrast2, run: (engine) => engine.invert() },
  { name: 'Reset the view', key: '', icon: IconArrowBackUp, run: (engine) => engine.reset() },
];

/** What can be done at once to the view of a radiology viewport, for the tool bar. */
export function FrameActions({ engine }: { readonly engine: FrameEngine | null }) {
  return (
    <Group gap={2} wrap="nowrap">
      {ACTIONS.map(({ name, key, icon: Icon, run }) => (
        <Tooltip key={name} label={key === '' ? name : `${name} (${key})`} openDelay={400}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={32}
            aria-label={name}
            disabled={engine === null}
            onClick={() => engine !== null && run(engine)}
          >
            <Icon size={18} stroke={1.6} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </Group>
  );
}
