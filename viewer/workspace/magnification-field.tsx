import { type KeyboardEvent, useState } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import { magnificationAt, magnificationText, scaleOfText } from '#viewer/engines/openseadragon/magnification.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import classes from './magnification-presets.module.css';

interface MagnificationFieldProps {
  readonly engine: SlideEngine;
  readonly slide: SlideSummary;
  readonly scale: number;
}

/** The magnification now; any other can be typed over it. Not there when the objective is unknown. */
export function MagnificationField({ engine, slide, scale }: MagnificationFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const now = magnificationAt(slide, scale);
  if (now === null) return null;
  const wanted = typed === null ? null : scaleOfText(slide, typed);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter' && wanted !== null) engine.zoomTo(wanted);
    if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
    event.stopPropagation();
  };
  return (
    <input
      className={classes.field}
      aria-label="Magnification"
      aria-invalid={typed !== null && wanted === null}
      inputMode="decimal"
      autoComplete="off"
      value={typed ?? magnificationText(now)}
      onFocus={(event) => {
        setTyped(magnificationText(now));
        event.currentTarget.select();
      }}
      onBlur={() => setTyped(null)}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={onKeyDown}
    />
  );
}
