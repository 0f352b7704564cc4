import { ActionIcon, NativeSelect, NumberInput, Popover } from '@mantine/core';
import { IconCircle } from '@tabler/icons-react';
import { type Brush, heldSize } from '#viewer/engines/tools/brush.ts';
import styles from './brush-size.module.css';

interface BrushSizeProps {
  readonly brush: Brush;
  readonly onBrush: (brush: Brush) => void;
}

const UNITS = [
  { value: 'px', label: 'px on the screen' },
  { value: 'um', label: 'µm on the slide' },
];

/** How wide the brush is, beside the tools while it is in hand. */
export function BrushSize({ brush, onBrush }: BrushSizeProps) {
  const unit = brush.unit === 'um' ? 'µm' : 'px';
  return (
    <Popover position="bottom" width={200} withinPortal trapFocus>
      <Popover.Target>
        <ActionIcon
          className={styles.size ?? ''}
          variant="subtle"
          color="gray"
          h={32}
          w="auto"
          aria-label={`Brush ${brush.size} ${unit} across`}
        >
          <IconCircle size={16} stroke={1.75} aria-hidden />
          {brush.size} {unit}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={styles.fields ?? ''}>
        <NumberInput
          size="xs"
          label="Across (keys [ and ])"
          value={brush.size}
          allowDecimal={false}
          allowNegative={false}
          onChange={(size) => {
            if (typeof size === 'number') onBrush({ ...brush, size: heldSize(size, brush.unit) });
          }}
        />
        <NativeSelect
          size="xs"
          label="Unit"
          data={UNITS}
          value={brush.unit}
          onChange={(event) => onBrush({ ...brush, unit: event.currentTarget.value === 'um' ? 'um' : 'px' })}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
