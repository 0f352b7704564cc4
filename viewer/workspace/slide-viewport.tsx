import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import type { EngineListener, Mark, Tool } from '#viewer/engines/image-engine.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine.ts';
import { FrameCover } from './frame-cover.tsx';
import { SlideFurniture } from './slide-furniture.tsx';
import { pressSlideKey } from './slide-keys.ts';
import classes from './slide-viewport.module.css';
import { useSlideEngine } from './use-slide-engine.ts';

export interface SlideViewportProps {
  readonly slide: SlideSummary;
  readonly marks: readonly Mark[];
  readonly tool: Tool;
  /** Colour of what is being drawn; the reader's own. */
  readonly color: string;
  /** Who: initials, id, birth year. Lines are separated by line feeds. */
  readonly patientLine: string;
  readonly listener: EngineListener;
  /** The slide is open and painted: now views can be restored. Null when the viewport goes away. */
  readonly onEngine: (engine: SlideEngine | null) => void;
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('input,textarea,select,[role="menu"],[role="dialog"]') !== null;
}

/** A pathology viewport: the engine, and around the slide what must be read with it. */
export function SlideViewport(props: SlideViewportProps) {
  const { slide, marks, tool, color, patientLine, listener, onEngine } = props;
  const root = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const { engine, status, problem, retry } = useSlideEngine(host, slide, listener, onEngine);
  const leave = useRef(onEngine);
  leave.current = onEngine;

  useEffect(() => () => leave.current(null), []);
  useEffect(() => engine?.setTool(tool), [engine, tool]);
  useEffect(() => engine?.setColor(color), [engine, color]);
  useEffect(() => engine?.setMarks(marks), [engine, marks]);

  // Keys pressed nowhere in particular belong to the slide under the pointer.
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const isNowhere = event.target === document.body && root.current?.matches(':hover') === true;
      if (engine !== null && isNowhere && pressSlideKey(engine, slide, event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [engine, slide]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (engine !== null && !isControl(event.target) && pressSlideKey(engine, slide, event)) event.preventDefault();
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
      {engine !== null && status.slide !== null && status.view?.kind === 'slide' && (
        <SlideFurniture
          engine={engine}
          slide={slide}
          status={status.slide}
          view={status.view}
          patientLine={patientLine}
          retry={retry}
        />
      )}
      <FrameCover phase={problem === null ? status.phase : 'covered'} reason={problem ?? status.reason} retry={retry} />
    </div>
  );
}
