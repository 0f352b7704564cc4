import { Button, Menu, NumberInput, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { COLOR_MAP_NAMES, COLOR_MAPS } from '#shared/imaging/color-maps.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { FrameStatus } from '#viewer/engines/image-engine.ts';
import { PetValuesMenu } from './pet-values-menu.tsx';
import classes from './window-presets.module.css';

interface WindowPresetsProps {
  readonly engine: FrameEngine;
  readonly frame: FrameStatus;
}

function numberText(exact: number): string {
  // A factor leaves dust in the last places.
  const value = Number(exact.toFixed(4));
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0;
  return value.toFixed(digits).replace('-', '−');
}

/** Two numbers to type; they are taken together, so that no half-typed window is shown. */
function WindowNumbers({ engine, frame }: WindowPresetsProps) {
  const factor = frame.pet?.factor ?? 1;
  const [width, setWidth] = useState<number | string>(Number((frame.windowWidth * factor).toFixed(3)));
  const [center, setCenter] = useState<number | string>(Number((frame.windowCenter * factor).toFixed(3)));
  const isUsable = Number.isFinite(Number(center)) && center !== '' && Number(width) > 0;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isUsable) return;
        const exact = factor === 1 ? {} : { voiFunction: 'LINEAR_EXACT' as const };
        engine.setWindow({ center: Number(center) / factor, width: Number(width) / factor, ...exact });
      }}
    >
      <NumberInput label="Width" size="xs" hideControls decimalScale={4} value={width} onChange={setWidth} />
      <NumberInput label="Level" size="xs" hideControls decimalScale={4} value={center} onChange={setCenter} />
      <Button type="submit" size="xs" variant="light" disabled={!isUsable}>
        Set
      </Button>
    </form>
  );
}

/** The present window; a click opens the numbers, the presets with their keys, and the colours. */
export function WindowPresets({ engine, frame }: WindowPresetsProps) {
  const choices = engine.windowChoices();
  const { pet } = frame;
  const factor = pet?.factor ?? 1;
  const unit = pet === null || pet.kind === 'modality' ? '' : ` SUV${pet.kind}`;
  const numbers = `W ${numberText(frame.windowWidth * factor)} L ${numberText(frame.windowCenter * factor)}${unit}`;
  const text =
    frame.windowName === null ? numbers : frame.windowName === 'Sigmoid' ? `${numbers} sigmoid` : frame.windowName;
  const isNarrow = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false }) ?? false;
  if (choices.length === 0) return null;
  return (
    <Menu
      position={isNarrow ? 'top-end' : 'left-end'}
      shadow="none"
      withinPortal
      transitionProps={{ duration: 0 }}
      closeOnItemClick
    >
      <Menu.Target>
        <UnstyledButton className={classes.target} aria-label={`Window width and level: ${text}. Choose a preset`}>
          {text} <IconChevronDown size={12} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        <WindowNumbers engine={engine} frame={frame} />
        <Menu.Label>Window</Menu.Label>
        {choices.map((choice) => (
          <Menu.Item
            key={choice.name}
            onClick={() => engine.chooseWindow(choice)}
            rightSection={choice.key === null ? null : <kbd className={classes.key}>{choice.key}</kbd>}
          >
            {choice.name}
            {choice.voi !== null && 'window' in choice.voi && (
              <span className={classes.numbers}>
                {numberText(choice.voi.window.width * factor)} / {numberText(choice.voi.window.center * factor)}
              </span>
            )}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => engine.windowOnSelection()} rightSection={<kbd className={classes.key}>J</kbd>}>
          From the selected region
        </Menu.Item>
        <Menu.Sub position="left-end" transitionProps={{ duration: 0 }}>
          <Menu.Sub.Target>
            <Menu.Sub.Item>
              Colours
              <span className={classes.numbers}>
                {frame.colorMap === null ? 'Grey' : COLOR_MAP_NAMES[frame.colorMap]}
              </span>
            </Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown>
            {[null, ...COLOR_MAPS].map((name) => (
              <Menu.Item
                key={name ?? 'grey'}
                onClick={() => engine.setColorMap(name)}
                leftSection={<IconCheck size={14} opacity={frame.colorMap === name ? 1 : 0} aria-hidden />}
                aria-current={frame.colorMap === name || undefined}
              >
                {name === null ? 'Grey' : COLOR_MAP_NAMES[name]}
              </Menu.Item>
            ))}
          </Menu.Sub.Dropdown>
        </Menu.Sub>
        {pet !== null && <PetValuesMenu engine={engine} pet={pet} />}
        {(frame.overlays !== null || frame.shutter !== null) && <Menu.Label>Of the file</Menu.Label>}
        {frame.overlays !== null && (
          <Menu.Item onClick={() => engine.toggleOverlays()} rightSection={<kbd className={classes.key}>Y</kbd>}>
            {frame.overlays ? 'Hide the overlay' : 'Show the overlay'}
          </Menu.Item>
        )}
        {frame.shutter !== null && (
          <Menu.Item onClick={() => engine.toggleShutter()} rightSection={<kbd className={classes.key}>U</kbd>}>
            {frame.shutter ? 'Open the shutter' : 'Close the shutter'}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
