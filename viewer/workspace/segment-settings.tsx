import { Button, NumberInput, Slider } from '@mantine/core';
import { IconArrowsJoin, IconLasso } from '@tabler/icons-react';
import type { Tool } from '#viewer/engines/image-engine.ts';
import styles from './segment-panel.module.css';
import { SEGMENT_CHOICES } from './tool-choices.ts';
import { LARGEST_RADIUS, type SegmentSettings, type SegmentWork, SMALLEST_RADIUS } from './use-segments.ts';

interface SegmentSettingsProps {
  readonly work: SegmentWork;
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  /** Fills the slices between drawn ones of the active segment. */
  readonly onInterpolate: (id: string) => void;
  readonly onThresholdInRegion: () => void;
}

interface NumberProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly least?: number;
  readonly suffix?: string;
}

function NumberField({ label, value, onChange, least, suffix }: NumberProps) {
  return (
    <NumberInput
      size="xs"
      variant="filled"
      label={label}
      value={value}
      {...(least !== undefined && { min: least })}
      {...(suffix !== undefined && { suffix })}
      onChange={(next) => {
        if (typeof next === 'number' && Number.isFinite(next)) onChange(next);
      }}
    />
  );
}

/** The tools that paint, and what they paint with. */
export function SegmentSettingsForm(props: SegmentSettingsProps) {
  const { work, tool, onTool, onInterpolate, onThresholdInRegion } = props;
  const { settings, set, activeId } = work;
  const { radius, range, tolerance, growRadiusMm } = settings;
  const change = (next: Partial<SegmentSettings>) => set(next);
  return (
    <div className={styles.settings}>
      <div className={styles.tools} role="toolbar" aria-label="Painting tools">
        {SEGMENT_CHOICES.map(({ tool: choice, name, key, Icon }) => (
          <Button
            key={choice}
            size="xs"
            variant={choice === tool ? 'filled' : 'default'}
            aria-pressed={choice === tool}
            aria-keyshortcuts={key}
            leftSection={<Icon size={14} stroke={1.75} aria-hidden />}
            onClick={() => onTool(choice)}
          >
            {name}
          </Button>
        ))}
      </div>
      <div className={styles.size}>
        <span>Radius · [ ]</span>
        <Slider
          size="sm"
          min={SMALLEST_RADIUS}
          max={50}
          step={0.5}
          label={null}
          value={Math.min(50, radius)}
          onChange={(value) => change({ radius: value })}
          thumbProps={{ 'aria-label': 'Radius of the brush in pixels' }}
        />
        <span>{radius} px</span>
      </div>
      <div className={styles.numbers}>
        <NumberField
          label="Threshold: from"
          value={range.lower}
          onChange={(lower) => change({ range: { ...range, lower } })}
        />
        <NumberField
          label="Threshold: to"
          value={range.upper}
          onChange={(upper) => change({ range: { ...range, upper } })}
        />
        <NumberField
          label="Growing: tolerance ±"
          value={tolerance}
          least={0}
          onChange={(value) => change({ tolerance: value })}
        />
        <NumberField
          label="Growing: within"
          value={growRadiusMm}
          least={1}
          suffix=" mm"
          onChange={(value) => change({ growRadiusMm: Math.min(500, value) })}
        />
        <p className={styles.hint}>
          Thresholds and tolerance are in the unit of the file: HU on CT, usually Bq/ml on PET.
        </p>
      </div>
      <div className={styles.tools}>
        <Button
          size="xs"
          variant="default"
          disabled={activeId === null}
          leftSection={<IconArrowsJoin size={14} stroke={1.75} aria-hidden />}
          onClick={() => activeId !== null && onInterpolate(activeId)}
        >
          Fill between slices
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconLasso size={14} stroke={1.75} aria-hidden />}
          onClick={onThresholdInRegion}
        >
          Threshold in region
        </Button>
      </div>
    </div>
  );
}

/** The next size of the brush, larger or smaller by a fifth, in half pixels. */
export function nextRadius(radius: number, larger: boolean): number {
  const step = Math.max(0.5, Math.round(radius / 5 / 0.5) * 0.5);
  return Math.min(LARGEST_RADIUS, Math.max(SMALLEST_RADIUS, radius + (larger ? step : -step)));
}
