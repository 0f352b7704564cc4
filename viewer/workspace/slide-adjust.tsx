import { ActionIcon, Button, NumberInput, Popover, Slider, Tooltip, UnstyledButton } from '@mantine/core';
import { IconAdjustments, IconFlipVertical, IconRotate2, IconRotateClockwise2 } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import { AS_STORED, type DisplayAdjustment, isAsStored } from '#shared/imaging/display-adjustment.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import classes from './slide-adjust.module.css';
import furniture from './slide-furniture.module.css';
import labelClasses from './slide-label.module.css';

interface SlideAdjustProps {
  readonly engine: SlideEngine;
  readonly slide: SlideSummary;
  readonly view: SlideView;
}

const SLIDERS = [
  { part: 'brightness', name: 'Brightness', min: -0.5, max: 0.5 },
  { part: 'contrast', name: 'Contrast', min: 0.25, max: 4 },
  { part: 'gamma', name: 'Gamma', min: 0.25, max: 4 },
] as const;

/** Sliders of factors go by octaves, so that 1 stands in the middle. */
const isFactor = (part: keyof DisplayAdjustment): boolean => part !== 'brightness';

function words(part: keyof DisplayAdjustment, value: number): string {
  if (isFactor(part)) return value.toFixed(2);
  return `${value > 0 ? '+' : ''}${Math.round(value * 100)} %`;
}

function Colours({ engine, display }: { readonly engine: SlideEngine; readonly display: DisplayAdjustment }) {
  // The hand is quicker than the frames of the slide: it moves on from what it wanted, not from what is shown.
  const [wanted, setWanted] = useState(display);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown tells that somebody else has changed it
  useEffect(() => setWanted(engine.display()), [engine, display]);
  const take = (next: DisplayAdjustment): void => {
    setWanted(next);
    engine.setDisplay(next);
  };
  return (
    <>
      {SLIDERS.map(({ part, name, min, max }) => {
        const [to, from] = isFactor(part) ? [Math.log2, (value: number) => 2 ** value] : [Number, Number];
        return (
          <div key={part} className={classes.row}>
            <span aria-hidden>{name}</span>
            <Slider
              size="sm"
              min={to(min)}
              max={to(max)}
              step={isFactor(part) ? 0.05 : 0.01}
              value={to(wanted[part])}
              label={null}
              thumbLabel={name}
              thumbProps={{ 'aria-valuetext': words(part, wanted[part]) }}
              onChange={(value) => take({ ...wanted, [part]: Number(from(value).toFixed(2)) })}
            />
            <span className={classes.value}>{words(part, wanted[part])}</span>
          </div>
        );
      })}
      <div className={classes.end}>
        <span className={classes.hint}>Only what is shown changes, never the pixels.</span>
        <Button size="compact-xs" variant="default" disabled={isAsStored(wanted)} onClick={() => take(AS_STORED)}>
          As stored
        </Button>
      </div>
    </>
  );
}

function Turning({ engine, view }: { readonly engine: SlideEngine; readonly view: SlideView }) {
  const buttons = [
    { name: 'Turn left (,)', Icon: IconRotate2, press: () => engine.rotate(-90) },
    { name: 'Turn right (.)', Icon: IconRotateClockwise2, press: () => engine.rotate(90) },
    { name: 'Exchange left and right (X)', Icon: IconFlipVertical, press: engine.flip },
  ];
  return (
    <div className={classes.turning}>
      {buttons.map(({ name, Icon, press }) => (
        <Tooltip key={name} label={name} openDelay={200}>
          <ActionIcon variant="default" size={32} aria-label={name} onClick={press}>
            <Icon size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
      <NumberInput
        size="xs"
        aria-label="Turned clockwise, degrees"
        suffix="°"
        decimalScale={1}
        min={0}
        max={359.9}
        value={Math.round(view.rotation * 10) / 10}
        onChange={(value) => {
          if (typeof value === 'number') engine.rotate(value - view.rotation);
        }}
      />
    </div>
  );
}

function GoTo({ engine, slide }: Pick<SlideAdjustProps, 'engine' | 'slide'>) {
  const [x, setX] = useState<number | string>('');
  const [y, setY] = useState<number | string>('');
  const go = (event: FormEvent): void => {
    event.preventDefault();
    if (typeof x === 'number' && typeof y === 'number') engine.centerOn([x + 0.5, y + 0.5]);
  };
  return (
    <form className={classes.turning} onSubmit={go}>
      <NumberInput
        size="xs"
        aria-label="Go to x, px"
        placeholder="x, px"
        allowDecimal={false}
        min={0}
        max={slide.width - 1}
        value={x}
        onChange={setX}
      />
      <NumberInput
        size="xs"
        aria-label="Go to y, px"
        placeholder="y, px"
        allowDecimal={false}
        min={0}
        max={slide.height - 1}
        value={y}
        onChange={setY}
      />
      <Button size="xs" variant="default" type="submit" disabled={typeof x !== 'number' || typeof y !== 'number'}>
        Go
      </Button>
    </form>
  );
}

/** A button that opens how the slide lies and in which tones it is shown. */
export function SlideAdjust({ engine, slide, view }: SlideAdjustProps) {
  return (
    <Popover
      width="min(320px, 94vw)"
      position="bottom-end"
      shadow="none"
      withinPortal
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <UnstyledButton className={labelClasses.open ?? ''} aria-label="Adjust how this slide is shown">
          <IconAdjustments size={13} aria-hidden /> Adjust
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''}>
        <h3 className={classes.heading}>Tones</h3>
        <Colours engine={engine} display={view.display ?? AS_STORED} />
        <h3 className={classes.heading}>Orientation</h3>
        <Turning engine={engine} view={view} />
        <h3 className={classes.heading}>Go to a pixel</h3>
        <GoTo engine={engine} slide={slide} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Says that the tones are not those of the file, and takes them back when pressed. */
export function DisplayBadge({ engine, view }: Pick<SlideAdjustProps, 'engine' | 'view'>) {
  const { display } = view;
  if (display === undefined) return null;
  const told = SLIDERS.filter(({ part }) => display[part] !== AS_STORED[part]).map(
    ({ part, name }) => `${name} ${words(part, display[part])}`,
  );
  return (
    <Tooltip label={`${told.join(', ')}. Press to show the slide as it is stored.`} position="top-end" openDelay={200}>
      <UnstyledButton
        className={`${furniture.plate} ${furniture.badge}`}
        onClick={() => engine.setDisplay(AS_STORED)}
        aria-label={`Tones changed: ${told.join(', ')}. Show as stored`}
      >
        <IconAdjustments size={14} stroke={1.75} aria-hidden /> Tones changed
      </UnstyledButton>
    </Tooltip>
  );
}
