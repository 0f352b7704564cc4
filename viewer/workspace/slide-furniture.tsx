import { Tooltip, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconAlertTriangle, IconLoader2 } from '@tabler/icons-react';
import type { SlideSummary } from '#shared/api/material.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import type { SlideStatus } from '#viewer/engines/image-engine.ts';
import { magnificationText } from '#viewer/engines/openseadragon/magnification.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import { ColourProfileBadge } from './colour-profile.tsx';
import { MagnificationMenu, MagnificationPill } from './magnification-presets.tsx';
import { scaleBarFor } from './scale-bar.ts';
import { SlideAbout } from './slide-about.tsx';
import { DisplayBadge, SlideAdjust } from './slide-adjust.tsx';
import classes from './slide-furniture.module.css';
import { SlideLabel } from './slide-label.tsx';
import { SlideNavigator } from './slide-navigator.tsx';
import { lengthText, resolutionText, scaleSource, slideFormat } from './slide-words.ts';

interface SlideFurnitureProps {
  readonly engine: SlideEngine;
  readonly slide: SlideSummary;
  readonly status: SlideStatus;
  readonly view: SlideView;
  readonly patientLine: string;
  readonly retry: () => void;
  /** The slide's colour profile is applied. */
  readonly icc: boolean;
  readonly onIcc: () => void;
  readonly isReader: boolean;
}

function Lines({ text }: { readonly text: string }) {
  return text.split('\n').map((line) => <div key={line}>{line}</div>);
}

/** "1:3.3" where no objective is known; "2:1" when slide pixels are enlarged. */
function reductionText(downsample: number): string {
  const number = (value: number) => Number(value.toPrecision(2));
  return downsample >= 1 ? `1:${number(downsample)}` : `${number(1 / downsample)}:1`;
}

function ScaleBar({ micrometres }: { readonly micrometres: number | null }) {
  if (micrometres === null)
    return <div className={`${classes.scale} ${classes.plate}`}>No scale in the file: lengths in px</div>;
  const { widthPx } = scaleBarFor(micrometres / 1000);
  return (
    <div className={`${classes.scale} ${classes.plate}`}>
      <div>{lengthText(widthPx * micrometres)}</div>
      <div className={classes.bar} style={{ width: widthPx }} />
    </div>
  );
}

function Sharpness({ status, retry }: { readonly status: SlideStatus; readonly retry: () => void }) {
  if (status.missingTiles > 0) {
    const { missingTiles } = status;
    return (
      <div className={classes.missing} role="status">
        <IconAlertTriangle size={14} aria-hidden />
        {missingTiles === 1 ? '1 tile missing' : `${missingTiles} tiles missing`}
        <UnstyledButton className={classes.retry} onClick={retry}>
          Retry
        </UnstyledButton>
      </div>
    );
  }
  if (status.sharp) return null;
  return (
    <div className={classes.sharpening}>
      <IconLoader2 size={13} aria-hidden /> Sharpening…
    </div>
  );
}

/** What must be read together with the slide: who, what, where and how, and the scale. */
export function SlideFurniture(props: SlideFurnitureProps) {
  const { engine, slide, status, view, patientLine, retry, icc, onIcc, isReader } = props;
  const { magnification, micrometresPerScreenPixel, downsample, level, pointer } = status;
  const isNarrow = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false }) ?? false;
  const isEnlarged = downsample < 0.999;
  return (
    <div className={classes.furniture}>
      <div className={`${classes.topLeft} ${classes.plate}`}>
        <Lines text={patientLine} />
      </div>
      <div className={classes.topRight}>
        <div className={classes.plate}>
          <div>{slide.name}</div>
          <div className={classes.quiet}>{slideFormat(slide)}</div>
        </div>
        <div className={classes.opens}>
          <SlideAdjust engine={engine} slide={slide} view={view} />
          <SlideAbout engine={engine} slide={slide} view={view} isReader={isReader} />
          <SlideLabel slide={slide} />
        </div>
        {!isNarrow && <MagnificationPill engine={engine} slide={slide} scale={1 / downsample} />}
      </div>
      <div className={`${classes.bottomLeft} ${classes.plate}`}>
        {pointer !== null && (
          <div className={classes.pointer}>
            x {pointer[0]} y {pointer[1]}
          </div>
        )}
        <div className={classes.magnification}>
          {magnification === null ? reductionText(downsample) : magnificationText(magnification)}
          {isEnlarged && <span className={classes.quiet}> interpolated</span>}
        </div>
        <div className={classes.quiet}>
          Level {level + 1} of {slide.levels.length}
          {view.rotation !== 0 && ` · turned ${Math.round(view.rotation)}°`}
          {view.flipped === true && ' · flipped'}
        </div>
        <div className={classes.quiet}>
          {micrometresPerScreenPixel === null ? 'Uncalibrated' : resolutionText(micrometresPerScreenPixel)}
        </div>
      </div>
      <div className={classes.bottomRight}>
        {isNarrow && <MagnificationMenu engine={engine} slide={slide} scale={1 / downsample} />}
        <Sharpness status={status} retry={retry} />
        <DisplayBadge engine={engine} view={view} />
        <ColourProfileBadge slide={slide} isApplied={icc} onToggle={onIcc} />
        <SlideNavigator engine={engine} slide={slide} visible={view.visible} />
        <Tooltip label={scaleSource(slide)} multiline maw={280} position="top-end" openDelay={200}>
          <div className={`${classes.source} ${classes.plate}`}>
            {slide.objectivePower === null ? 'Objective unknown' : `Objective ${slide.objectivePower}×`}
            {!isNarrow && (
              <span className={classes.quiet}>
                {micrometresPerScreenPixel === null ? ' · uncalibrated' : ` · ${resolutionText(slide.mppX ?? 0)}`}
              </span>
            )}
          </div>
        </Tooltip>
      </div>
      <ScaleBar micrometres={micrometresPerScreenPixel} />
    </div>
  );
}
