import { ActionIcon, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { IconArrowsMaximize, IconRotateClockwise, IconZoomIn } from '@tabler/icons-react';
import { memo } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import { type MagnificationPreset, magnificationPresets } from '#viewer/engines/openseadragon/magnification.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import { MagnificationField } from './magnification-field.tsx';
import classes from './magnification-presets.module.css';

interface MagnificationProps {
  readonly engine: SlideEngine;
  readonly slide: SlideSummary;
  /** Screen pixels per slide pixel now. */
  readonly scale: number;
}

interface ChoicesProps {
  readonly engine: SlideEngine;
  readonly slide: SlideSummary;
  readonly chosen: string | null;
}

function hint(preset: MagnificationPreset, key: number, objective: number | null): string {
  return preset.isInterpolated
    ? `${preset.label} (${key}): enlarged, the slide was scanned at ${objective}×`
    : `${preset.label} (${key})`;
}

/** Largest on top, as on a zoom slider; with the keys that choose them. */
const Presets = memo(function Presets({ engine, slide, chosen }: ChoicesProps) {
  const presets = magnificationPresets(slide).map((preset, index) => ({ preset, key: index + 1 }));
  return (
    <>
      {presets.toReversed().map(({ preset, key }) => (
        <Tooltip key={preset.label} label={hint(preset, key, slide.objectivePower)} position="left" openDelay={300}>
          <UnstyledButton
            className={classes.preset}
            data-chosen={preset.label === chosen || undefined}
            data-interpolated={preset.isInterpolated || undefined}
            aria-pressed={preset.label === chosen}
            aria-keyshortcuts={String(key)}
            onClick={() => engine.zoomTo(preset.scale)}
          >
            {preset.label}
          </UnstyledButton>
        </Tooltip>
      ))}
      <div className={classes.line} />
      <Tooltip label="Whole slide (0)" position="left" openDelay={300}>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label="Whole slide" onClick={() => engine.fit()}>
          <IconArrowsMaximize size={16} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Turn clockwise (.)" position="left" openDelay={300}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={28}
          aria-label="Turn clockwise"
          onClick={() => engine.rotate(90)}
        >
          <IconRotateClockwise size={16} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
});

const Choices = memo(function Choices({ engine, slide, chosen }: ChoicesProps) {
  return (
    <Menu position="left-end" shadow="none" withinPortal transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <ActionIcon className={classes.button ?? ''} variant="default" size={40} aria-label="Magnification">
          <IconZoomIn size={20} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {magnificationPresets(slide)
          .toReversed()
          .map((preset) => (
            <Menu.Item
              key={preset.label}
              data-chosen={preset.label === chosen || undefined}
              className={classes.item ?? ''}
              onClick={() => engine.zoomTo(preset.scale)}
            >
              {preset.label}
              {preset.isInterpolated && <span className={classes.enlarged}> enlarged</span>}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconArrowsMaximize size={16} aria-hidden />} onClick={() => engine.fit()}>
          Whole slide
        </Menu.Item>
        <Menu.Item leftSection={<IconRotateClockwise size={16} aria-hidden />} onClick={() => engine.rotate(90)}>
          Turn clockwise
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
});

function chosenAt(slide: SlideSummary, scale: number): string | null {
  return magnificationPresets(slide).find((preset) => Math.abs(scale / preset.scale - 1) < 0.005)?.label ?? null;
}

/** The magnifications of a microscope, to be typed or chosen. */
export function MagnificationPill({ engine, slide, scale }: MagnificationProps) {
  return (
    <div className={classes.pill} role="toolbar" aria-label="Magnification" aria-orientation="vertical">
      <MagnificationField engine={engine} slide={slide} scale={scale} />
      <Presets engine={engine} slide={slide} chosen={chosenAt(slide, scale)} />
    </div>
  );
}

/** The same behind one button, where there is no room. */
export function MagnificationMenu({ engine, slide, scale }: MagnificationProps) {
  return <Choices engine={engine} slide={slide} chosen={chosenAt(slide, scale)} />;
}
