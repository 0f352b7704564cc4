import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { EngineListener, Mark, Tool } from '#viewer/engines/image-engine.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { FrameActions } from './frame-actions.tsx';
import { FrameCover } from './frame-cover.tsx';
import { FrameFurniture, type StudyTexts } from './frame-furniture.tsx';
import { pressFrameKey } from './frame-keys.ts';
import { FrameScrubber } from './frame-scrubber.tsx';
import classes from './frame-viewport.module.css';
import { LensNote, PreviewNote } from './preview-note.tsx';
import { actionOfKey, isPlainKey } from './shortcuts.ts';
import { isBrush } from './tool-choices.ts';
import { useCine } from './use-cine.ts';
import { useFrameEngine } from './use-frame-engine.ts';
import type { KeyImageWork } from './use-key-images.ts';
import type { ShownSegments } from './use-segments.ts';
import type { UserCalibrations } from './user-calibrations.ts';
import { VideoPlayer } from './video-player.tsx';
import { ViewportGuides } from './viewport-guides.tsx';
import type { ViewportSync } from './viewport-sync.ts';

export interface FrameViewportProps {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  /** The instances of the series that are shown; none means all. Must be the same array at every render. */
  readonly members: readonly SopInstanceUid[];
  readonly marks: readonly Mark[];
  readonly tool: Tool;
  /** Colour of what is being drawn; the reader's own. */
  readonly color: string;
  /** The known lengths the reader marked on images. */
  readonly calibrations: UserCalibrations;
  /** Who: initials, id, birth year. Lines are separated by line feeds. */
  readonly patientLine: string;
  /** What: study date, series. */
  readonly studyLine: string;
  /** Segments over the images, and what paints them; none where a viewport only shows. */
  readonly segments?: ShownSegments | undefined;
  readonly keyImages?: KeyImageWork | undefined;
  /** The same in parts, for the corners. */
  readonly texts: StudyTexts;
  readonly listener: EngineListener;
  /** The series is open and its first image painted: now views can be restored. Null when the viewport goes away. */
  readonly onEngine: (engine: FrameEngine | null) => void;
  /** Lines and points of the other viewports; none where a viewport stands alone. */
  readonly guides?: { readonly sync: ViewportSync; readonly pane: number } | undefined;
}

const NONE: readonly never[] = [];

/** Menus hang outside of the viewport, but their keys pass through it. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('input,textarea,select,[role="menu"],[role="dialog"]') !== null;
}

/** A radiology viewport: the engine, and around the image what must be read with it. */
export function FrameViewport(props: FrameViewportProps) {
  const {
    studyUid,
    seriesUid,
    members,
    marks,
    tool,
    color,
    calibrations,
    segments,
    keyImages,
    patientLine,
    studyLine,
    texts,
    listener,
    onEngine,
    guides,
  } = props;
  const { shortcuts } = usePreferences();
  const root = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const { engine, status, video, problem, retry } = useFrameEngine(
    host,
    studyUid,
    seriesUid,
    members,
    listener,
    onEngine,
  );
  const cine = useCine(engine, status.frame?.count ?? 0, status.frame?.index ?? 0);
  const leave = useRef(onEngine);
  leave.current = onEngine;

  useEffect(() => () => leave.current(null), []);
  useEffect(() => engine?.setTool(tool), [engine, tool]);
  useEffect(() => engine?.setColor(color), [engine, color]);
  useEffect(() => engine?.setMarks(marks), [engine, marks]);
  useEffect(() => engine?.setCalibrations(calibrations), [engine, calibrations]);
  const { shown = NONE, hand = null, listener: painted = null } = segments ?? {};
  useEffect(() => engine?.setSegments(shown), [engine, shown]);
  useEffect(() => engine?.setSegmentHand(hand, painted), [engine, hand, painted]);

  /** With a brush in hand brackets are its size. */
  const press = (event: Parameters<typeof pressFrameKey>[1]): boolean =>
    engine !== null && !(isBrush(tool) && /^[[\]]$/.test(event.key)) && pressFrameKey(engine, event, shortcuts);
  const pressed = useRef(press);
  pressed.current = press;
  // Keys pressed nowhere in particular belong to the viewport under the pointer.
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const isNowhere = event.target === document.body && root.current?.matches(':hover') === true;
      if (isNowhere && pressed.current(event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (engine === null || isControl(event.target)) return;
    if (isPlainKey(event) && actionOfKey('series', event.key, shortcuts) === 'series.play') cine.toggle();
    else if (!press(event)) return;
    event.preventDefault();
  };
  const { target, view } = status;
  const keyMark =
    keyImages?.canMark !== true || target === null || view?.kind !== 'frame'
      ? null
      : { marked: keyImages.isMarked(target), toggle: () => keyImages.toggle(target, view) };
  return (
    <div
      ref={root}
      className={classes.viewport}
      role="application"
      aria-label={`${studyLine.replaceAll('\n', ', ')}. Arrow keys scroll through the slices.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll the slices
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div ref={host} className={classes.host} />
      {engine !== null && status.frame !== null && (
        <FrameFurniture
          engine={engine}
          frame={status.frame}
          inverted={status.view?.kind === 'frame' && status.view.inverted}
          patientLine={patientLine}
          texts={texts}
          cine={cine}
        />
      )}
      {status.frame?.preview === true && <PreviewNote />}
      {status.frame?.lens === true && <LensNote />}
      {engine !== null && guides !== undefined && <ViewportGuides engine={engine} {...guides} />}
      {engine !== null && video === null && <FrameActions engine={engine} keyMark={keyMark} />}
      {video === null ? (
        <FrameCover
          phase={problem === null ? status.phase : 'covered'}
          reason={problem ?? status.reason}
          retry={retry}
        />
      ) : (
        <VideoPlayer video={video} patientLine={patientLine} studyLine={studyLine} />
      )}
      {engine !== null && video === null && <FrameScrubber engine={engine} frame={status.frame} />}
    </div>
  );
}
