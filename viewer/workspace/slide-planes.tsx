import { ActionIcon, Checkbox, ColorInput, NumberInput, Popover, RangeSlider, Slider, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconStack } from '@tabler/icons-react';
import type { SlideSummary } from '#shared/api/material.ts';
import type { ChannelView, PlaneSelection } from '#shared/imaging/plane-selection.ts';
import { chosenPlane, planeText, shownChannels, steppedPlane, windowBounds } from './plane-choices.ts';
import classes from './slide-planes.module.css';

interface SlidePlanesProps {
  readonly slide: SlideSummary;
  readonly planes: PlaneSelection;
  readonly onPlanes: (planes: PlaneSelection) => void;
}

/** The controls a slide needs that has several focal planes or channels; nothing for others. */
export function SlidePlanes(props: SlidePlanesProps) {
  const { focalPlanes, channels } = props.slide;
  const hasChannels = channels.some(({ window }) => window !== null) || channels.length > 1;
  if (focalPlanes.length < 2 && !hasChannels) return null;
  return (
    <div className={classes.panel}>
      {focalPlanes.length > 1 && <FocalPlane {...props} />}
      {hasChannels && <Channels {...props} />}
    </div>
  );
}

function FocalPlane({ slide, planes, onPlanes }: SlidePlanesProps) {
  const last = slide.focalPlanes.length - 1;
  const plane = chosenPlane(slide, planes);
  const go = (to: number) => onPlanes({ ...planes, focalPlane: Math.min(last, Math.max(0, to)) });
  const step = (by: number) => onPlanes(steppedPlane(slide, planes, by));
  return (
    <fieldset className={classes.focus} aria-label="Focal plane">
      <div className={classes.row}>
        <span className={classes.caption}>Focus</span>
        <span className={classes.value}>{planeText(slide, planes)}</span>
        <Tooltip label="Plane below ([)" openDelay={300}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={24}
            aria-label="Plane below"
            disabled={plane === 0}
            onClick={() => step(-1)}
          >
            <IconChevronDown size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Plane above (])" openDelay={300}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={24}
            aria-label="Plane above"
            disabled={plane === last}
            onClick={() => step(1)}
          >
            <IconChevronUp size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <Slider
        size="xs"
        min={0}
        max={last}
        value={plane}
        label={null}
        thumbLabel="Focal plane"
        onChange={go}
        marks={last <= 20 ? slide.focalPlanes.map((_, value) => ({ value })) : []}
      />
    </fieldset>
  );
}

const isColour = (value: string): boolean => /^#[0-9a-f]{6}$/i.test(value);

function Channels({ slide, planes, onPlanes }: SlidePlanesProps) {
  const shown = shownChannels(slide, planes);
  const replace = (views: readonly ChannelView[]) =>
    onPlanes({ ...planes, channels: views.toSorted((one, other) => one.index - other.index) });
  const change = (view: ChannelView) => replace([...shown.filter(({ index }) => index !== view.index), view]);
  return (
    <Popover
      width="min(340px, 88vw)"
      position="right-start"
      shadow="none"
      withinPortal
      transitionProps={{ duration: 0 }}
      trapFocus={false}
    >
      <Popover.Target>
        <button type="button" className={classes.channelsButton} aria-label="Channels">
          <IconStack size={14} stroke={1.75} aria-hidden />
          {shown.length === slide.channels.length
            ? `${slide.channels.length} channels`
            : `${shown.length} of ${slide.channels.length} channels`}
          <span className={classes.swatches}>
            {shown.map(({ index, colour }) => (
              <span
                key={index}
                className={classes.swatch}
                style={{ background: colour ?? slide.channels[index]?.colour ?? undefined }}
              />
            ))}
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''} aria-label="Channels">
        {slide.channels.map((channel, index) => {
          const view = shown.find((one) => one.index === index) ?? null;
          const isAlone = view !== null && shown.length === 1;
          const colour = view?.colour ?? channel.colour;
          const window = view?.window ?? channel.window;
          const bounds = windowBounds(channel, view);
          const name = channel.name === '' ? `Channel ${index + 1}` : channel.name;
          return (
            <fieldset key={name + String(index)} className={classes.channel} aria-label={name}>
              <div className={classes.row}>
                <Checkbox
                  size="xs"
                  checked={view !== null}
                  disabled={isAlone}
                  label={name}
                  onChange={({ currentTarget: { checked } }) =>
                    checked
                      ? change({ index, colour: null, window: null })
                      : replace(shown.filter((one) => one.index !== index))
                  }
                />
                {view !== null && colour !== null && (
                  <ColorInput
                    className={classes.colour ?? ''}
                    size="xs"
                    value={colour}
                    format="hex"
                    withEyeDropper={false}
                    aria-label={`Colour of ${name}`}
                    onChangeEnd={(value) => isColour(value) && change({ ...view, colour: value.toLowerCase() })}
                    onBlur={({ currentTarget: { value } }) =>
                      isColour(value) && change({ ...view, colour: value.toLowerCase() })
                    }
                  />
                )}
              </div>
              {view !== null && window !== null && (
                <div className={classes.window}>
                  <NumberInput
                    hideControls
                    size="xs"
                    className={classes.number ?? ''}
                    aria-label={`Black at, ${name}`}
                    value={window.low}
                    max={window.high}
                    clampBehavior="none"
                    onChange={(low) =>
                      typeof low === 'number' && low < window.high && change({ ...view, window: { ...window, low } })
                    }
                  />
                  <RangeSlider
                    className={classes.range ?? ''}
                    size="xs"
                    label={null}
                    {...bounds}
                    value={[window.low, window.high]}
                    thumbFromLabel={`Black at, ${name}`}
                    thumbToLabel={`Full colour at, ${name}`}
                    onChange={([low, high]) => low < high && change({ ...view, window: { low, high } })}
                  />
                  <NumberInput
                    hideControls
                    size="xs"
                    className={classes.number ?? ''}
                    aria-label={`Full colour at, ${name}`}
                    value={window.high}
                    min={window.low}
                    clampBehavior="none"
                    onChange={(high) =>
                      typeof high === 'number' && high > window.low && change({ ...view, window: { ...window, high } })
                    }
                  />
                </div>
              )}
            </fieldset>
          );
        })}
      </Popover.Dropdown>
    </Popover>
  );
}
