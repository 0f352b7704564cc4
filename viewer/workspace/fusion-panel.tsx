import { Button, NumberInput, Popover, Select, Slider } from '@mantine/core';
import { IconLayersIntersect2 } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { StudySummary } from '#shared/api/material.ts';
import { COLOR_MAP_NAMES, COLOR_MAPS, type ColorMapName } from '#shared/imaging/color-maps.ts';
import type { FrameStack } from '#viewer/engines/cornerstone/frame-stack.ts';
import type { FusionChoice, FusionStatus } from '#viewer/engines/image-engine.ts';
import classes from './fusion-panel.module.css';
import { itemKey, itemTitle, type SeriesItem } from './pane-item.ts';

interface FusionPanelProps {
  readonly study: StudySummary;
  /** The series in the viewport, which cannot be laid over itself. */
  readonly beneath: string;
  readonly status: FusionStatus | null;
  readonly onFuse: (
    over: FrameStack,
    name: string,
    onProgress: (loaded: number, of: number) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly onUnfuse: () => void;
  readonly onChoose: (choice: FusionChoice) => void;
}

/** Fewer slices make no volume. */
const FEWEST = 3;

/** Lays another series of the study over the one in the viewport, and says why where that cannot be. */
export function FusionPanel({ study, beneath, status, onFuse, onUnfuse, onChoose }: FusionPanelProps) {
  const [said, setSaid] = useState<{ readonly text: string; readonly isProblem: boolean } | null>(null);
  const loading = useRef(new AbortController());
  useEffect(() => () => loading.current.abort(new DOMException('The viewport was closed', 'AbortError')), []);
  const items = study.series
    .flatMap((series) => series.displaySets.map((set): SeriesItem => ({ kind: 'series', study, series, set })))
    .filter(({ series, set }) => set.frameCount >= FEWEST && series.seriesUid !== beneath);
  const fuse = async (item: SeriesItem): Promise<void> => {
    loading.current.abort(new DOMException('Another series is wanted', 'AbortError'));
    loading.current = new AbortController();
    const { signal } = loading.current;
    setSaid({ text: 'Loading …', isProblem: false });
    try {
      const { loadFrameStack } = await import('#viewer/engines/cornerstone/series-metadata.ts');
      const stack = await loadFrameStack(study.studyUid, item.series.seriesUid, signal, item.set.instanceUids);
      const progress = (loaded: number, of: number) =>
        signal.aborted || setSaid({ text: `${loaded}/${of} slices loaded`, isProblem: false });
      await onFuse(stack, itemTitle(item), progress, signal);
      if (!signal.aborted) setSaid(null);
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof Error ? error.message : 'This series cannot be laid over.';
      setSaid({ text, isProblem: true });
    }
  };
  return (
    <Popover position="bottom-end" width={280} shadow="none" withinPortal transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant={status === null ? 'default' : 'light'}
          leftSection={<IconLayersIntersect2 size={16} stroke={1.75} aria-hidden />}
          aria-label={status === null ? 'Fusion' : `Fusion: ${status.name} laid over`}
        >
          Fusion
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.panel} aria-label="Fusion">
        {status !== null && (
          <FusionSettings key={status.name} status={status} onChoose={onChoose} onUnfuse={onUnfuse} />
        )}
        {status === null && <p className={classes.lead}>Lay over this series</p>}
        {status === null &&
          items.map((item) => (
            <Button
              key={itemKey(item)}
              variant="subtle"
              color="gray"
              size="sm"
              justify="flex-start"
              onClick={() => void fuse(item)}
            >
              {itemTitle(item)}
            </Button>
          ))}
        {items.length === 0 && (
          <p className={classes.quiet}>The study holds no other series of {FEWEST} slices or more.</p>
        )}
        {said !== null && (
          <p className={said.isProblem ? classes.problem : classes.quiet} role={said.isProblem ? 'alert' : 'status'}>
            {said.text}
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

interface FusionSettingsProps {
  readonly status: FusionStatus;
  readonly onChoose: (choice: FusionChoice) => void;
  readonly onUnfuse: () => void;
}

const short = (value: number): number => Number(value.toPrecision(4));

function FusionSettings({ status, onChoose, onUnfuse }: FusionSettingsProps) {
  const { name, colors, opacity, window, factor, unit, windows } = status;
  const [low, high] = [(window.center - window.width / 2) * factor, (window.center + window.width / 2) * factor];
  const choose = (from: number, to: number): void => {
    if (!(to > from)) return;
    const [center, width] = [(from + to) / 2 / factor, (to - from) / factor];
    onChoose({ window: { center, width, voiFunction: 'LINEAR_EXACT' } });
  };
  return (
    <>
      <p className={classes.lead}>{name}</p>
      <div>
        <span className={classes.name}>Opacity, {Math.round(opacity * 100)} %</span>
        <Slider
          aria-label="Opacity"
          label={null}
          thumbLabel="Opacity"
          min={0}
          max={100}
          value={Math.round(opacity * 100)}
          onChange={(value) => onChoose({ opacity: value / 100 })}
        />
      </div>
      <Select
        size="xs"
        label="Colours"
        data={COLOR_MAPS.map((value) => ({ value, label: COLOR_MAP_NAMES[value] }))}
        value={colors}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        onChange={(value) => value !== null && onChoose({ colors: value as ColorMapName })}
      />
      <div className={classes.range}>
        <NumberInput
          size="xs"
          label={`From${unit === '' ? '' : `, ${unit}`}`}
          hideControls
          decimalScale={3}
          value={short(low)}
          onBlur={({ currentTarget }) => choose(Number.parseFloat(currentTarget.value), high)}
        />
        <NumberInput
          size="xs"
          label={`To${unit === '' ? '' : `, ${unit}`}`}
          hideControls
          decimalScale={3}
          value={short(high)}
          onBlur={({ currentTarget }) => choose(low, Number.parseFloat(currentTarget.value))}
        />
      </div>
      {windows.length > 0 && (
        <div className={classes.windows}>
          {windows.map((one) => (
            <Button
              key={one.name}
              size="compact-xs"
              variant={one.center === window.center && one.width === window.width ? 'light' : 'default'}
              onClick={() => onChoose({ window: one })}
            >
              {one.name}
            </Button>
          ))}
        </div>
      )}
      <Button size="xs" variant="default" onClick={onUnfuse}>
        Take away
      </Button>
    </>
  );
}
