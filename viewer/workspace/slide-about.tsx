import { Popover, Switch, UnstyledButton } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import { qualityLines } from '#shared/imaging/quality-card.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import { slideQualityQuery } from '#viewer/api/slide-quality.ts';
import { HEAT_COLOURS } from '#viewer/engines/openseadragon/heat-map-layer.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import { QualityLines } from '#viewer/words/quality-words.tsx';
import { CoverageMap } from './coverage-map.tsx';
import { SaveRegion } from './save-region.tsx';
import classes from './slide-about.module.css';
import { slideFacts } from './slide-facts.ts';
import labelClasses from './slide-label.module.css';

interface SlideAboutProps {
  readonly engine: SlideEngine;
  readonly slide: SlideSummary;
  readonly view: SlideView;
  /** Whether it is recorded what the person sees. */
  readonly isReader: boolean;
}

const gradient = `linear-gradient(90deg, ${[HEAT_COLOURS.low, HEAT_COLOURS.middle, HEAT_COLOURS.high]
  .map((colour) => `rgb(${colour.join(' ')})`)
  .join(', ')})`;

function FocusMap({ engine, slide }: { readonly engine: SlideEngine; readonly slide: SlideSummary }) {
  const { data } = useQuery(slideQualityQuery(slide.id));
  const [isOn, setOn] = useState(engine.heatMap() === 'focus');
  const focus = data?.card?.focus;
  if (focus?.measured !== true) return null;
  const show = (on: boolean): void => {
    setOn(on);
    const { cellWidth, cellHeight, columns, rows, scores } = focus;
    const values = Uint8Array.from(atob(scores), (one) => one.charCodeAt(0));
    engine.setHeatMap(on ? { name: 'focus', cellWidth, cellHeight, columns, rows, values } : null);
  };
  return (
    <>
      <Switch
        size="sm"
        label="Show the focus map over the slide"
        checked={isOn}
        onChange={(event) => show(event.currentTarget.checked)}
      />
      {isOn && (
        <div className={classes.scale}>
          blurred <span className={classes.bar} style={{ background: gradient }} aria-hidden /> sharp
        </div>
      )}
    </>
  );
}

function Quality({ slide }: { readonly slide: SlideSummary }) {
  const { data, isError } = useQuery(slideQualityQuery(slide.id));
  if (isError) return <p className={classes.scale}>Its quality could not be loaded.</p>;
  if (data === undefined) return null;
  return <QualityLines quality={{ ...data, lines: data.card === null ? [] : qualityLines(data.card) }} />;
}

/** A button that opens everything that is known of the slide: what the file says, and what was measured. */
export function SlideAbout({ engine, slide, view, isReader }: SlideAboutProps) {
  return (
    <Popover
      width="min(400px, 94vw)"
      position="bottom-end"
      shadow="none"
      withinPortal
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <UnstyledButton className={labelClasses.open ?? ''} aria-label="About this slide">
          <IconInfoCircle size={13} aria-hidden /> About
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''}>
        <h3 className={classes.heading}>About this slide</h3>
        <dl className={classes.facts}>
          {slideFacts(slide).map(([name, value]) => [
            <dt key={name}>{name}</dt>,
            <dd key={`${name} value`}>{value}</dd>,
          ])}
        </dl>
        <h3 className={classes.heading}>Quality</h3>
        <Quality slide={slide} />
        <FocusMap engine={engine} slide={slide} />
        {isReader && <CoverageMap engine={engine} slide={slide} />}
        <div className={classes.save}>
          Save this view <SaveRegion slideId={slide.id} size={slide} rectangle={view.visible} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
