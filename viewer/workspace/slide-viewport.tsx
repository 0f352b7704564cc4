import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import { tissueMaskOf } from '#shared/imaging/tissue-mask.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import { slideQualityQuery } from '#viewer/api/slide-quality.ts';
import type { EngineListener, Mark, SlideStatus, Tool } from '#viewer/engines/image-engine.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import type { Brush } from '#viewer/engines/tools/brush.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { useColourProfile } from './colour-profile.tsx';
import { FrameCover } from './frame-cover.tsx';
import { actionOfKey, isPlainKey } from './shortcuts.ts';
import { SlideFurniture } from './slide-furniture.tsx';
import { pressSlideKey } from './slide-keys.ts';
import { SlidePlanes } from './slide-planes.tsx';
import classes from './slide-viewport.module.css';
import { useSlideCoverage } from './use-slide-coverage.ts';
import { useSlideEngine } from './use-slide-engine.ts';

export interface SlideViewportProps {
  readonly slide: SlideSummary;
  readonly marks: readonly Mark[];
  readonly tool: Tool;
  /** Colour of what is being drawn; the reader's own. */
  readonly color: string;
  readonly brush: Brush;
  /** Who: initials, id, birth year. Lines are separated by line feeds. */
  readonly patientLine: string;
  readonly listener: EngineListener;
  /** An expert who reads the consultation: what he sees is recorded for him. */
  readonly isReader: boolean;
  /** The slide is open and painted: now views can be restored. Null when the viewport goes away. */
  readonly onEngine: (engine: SlideEngine | null) => void;
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('input,textarea,select,[role="menu"],[role="dialog"]') !== null;
}

/** A pathology viewport: the engine, and around the slide what must be read with it. */
export function SlideViewport(props: SlideViewportProps) {
  const { slide, marks, tool, color, brush, patientLine, listener, isReader, onEngine } = props;
  const root = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const { shortcuts } = usePreferences();
  const [icc, toggleIcc] = useColourProfile();
  const { engine, status, problem, retry } = useSlideEngine(host, slide, icc, listener, onEngine);
  useSlideCoverage(host, slide, status, isReader);
  // While the same place is loaded in another plane or in other colours, what is written around it stays.
  const lastShown = useRef<{ slide: SlideStatus; view: SlideView } | null>(null);
  if (status.slide !== null && status.view?.kind === 'slide')
    lastShown.current = { slide: status.slide, view: status.view };
  else if (status.phase !== 'loading') lastShown.current = null;
  const isReloading = status.phase === 'loading' && lastShown.current !== null;
  const shown = lastShown.current;
  // The controls show what is wanted at once; the slide follows.
  const [, setWanted] = useState<PlaneSelection | null>(null);
  const takePlanes = (planes: PlaneSelection): void => {
    engine?.setPlanes(planes);
    setWanted(planes);
  };
  const { data: quality } = useQuery(slideQualityQuery(slide.id));
  const tissue = useMemo(() => tissueMaskOf(quality?.card ?? null), [quality]);
  const leave = useRef(onEngine);
  leave.current = onEngine;

  useEffect(() => () => leave.current(null), []);
  useEffect(() => engine?.setTool(tool), [engine, tool]);
  useEffect(() => engine?.setColor(color), [engine, color]);
  useEffect(() => engine?.setBrush(brush), [engine, brush]);
  useEffect(() => engine?.setMarks(marks), [engine, marks]);

  const pressKey = (event: Parameters<typeof pressSlideKey>[3]): boolean => {
    const action = isPlainKey(event) ? actionOfKey('slide', event.key, shortcuts) : null;
    if (action === 'slide.colour-profile' && slide.iccProfile !== null) {
      toggleIcc();
      return true;
    }
    return engine !== null && pressSlideKey(engine, slide, tissue, event, shortcuts);
  };
  const latestKey = useRef(pressKey);
  latestKey.current = pressKey;
  // Keys pressed nowhere in particular belong to the slide under the pointer.
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const isNowhere = event.target === document.body && root.current?.matches(':hover') === true;
      if (isNowhere && latestKey.current(event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isControl(event.target) && pressKey(event)) event.preventDefault();
  };
  return (
    <div
      ref={root}
      className={classes.viewport}
      role="application"
      aria-label={`${slide.name}. Arrow keys move over the slide, plus and minus zoom.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move over the slide
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div ref={host} className={classes.host} />
      {engine !== null && shown !== null && (
        <>
          <SlideFurniture
            engine={engine}
            slide={slide}
            status={isReloading ? { ...shown.slide, sharp: false } : shown.slide}
            view={shown.view}
            patientLine={patientLine}
            retry={retry}
            icc={icc}
            onIcc={toggleIcc}
            isReader={isReader}
          />
          <SlidePlanes slide={slide} planes={engine.planes()} onPlanes={takePlanes} />
        </>
      )}
      <FrameCover
        phase={problem !== null ? 'covered' : isReloading ? 'shown' : status.phase}
        reason={problem ?? status.reason}
        retry={retry}
      />
    </div>
  );
}
