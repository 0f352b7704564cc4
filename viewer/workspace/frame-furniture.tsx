import { CORNERS, type Corner, type CornerLine, cornersFor } from '#shared/imaging/corner-texts.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { FrameStatus } from '#viewer/engines/image-engine.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { CineControls } from './cine-controls.tsx';
import { FidelityBadge } from './fidelity-badge.tsx';
import { FrameActionsMenu } from './frame-actions.tsx';
import classes from './frame-furniture.module.css';
import { scaleBarFor } from './scale-bar.ts';
import type { Cine } from './use-cine.ts';
import { WindowPresets } from './window-presets.tsx';

/** What is written of the study and the series, and by which modality corners are chosen. */
export interface StudyTexts {
  readonly modality: string;
  readonly date: string;
  readonly description: string;
  readonly series: string;
}

interface FrameFurnitureProps {
  readonly engine: FrameEngine;
  readonly frame: FrameStatus;
  readonly inverted: boolean;
  readonly patientLine: string;
  readonly texts: StudyTexts;
  readonly cine: Cine;
}

const CLASS_OF: Readonly<Record<Corner, keyof typeof classes>> = {
  ...{ 'top-left': 'topLeft', 'top-right': 'topRight', 'bottom-left': 'bottomLeft', 'bottom-right': 'bottomRight' },
};

function positionText(positionMm: number): string {
  return `${positionMm.toFixed(1).replace('-', '−')} mm`;
}

/** One line of a corner, or nothing where the image has nothing to say. */
function CornerLineText({ line, ...facts }: FrameFurnitureProps & { readonly line: CornerLine }) {
  const { engine, frame, inverted, texts } = facts;
  const { count, index, positionMm, loadedCount } = frame;
  switch (line) {
    case 'study-date':
      return <div className={classes.line}>{texts.date}</div>;
    case 'study-description':
      return texts.series.includes(texts.description) ? null : <div className={classes.line}>{texts.description}</div>;
    case 'series':
      return <div className={classes.line}>{texts.series}</div>;
    case 'slice':
      return <div>{count > 1 ? `Slice ${index + 1}/${count}` : 'Single image'}</div>;
    case 'position':
      return positionMm === null || count < 2 ? null : <div className={classes.quiet}>{positionText(positionMm)}</div>;
    case 'loaded':
      return loadedCount < count && count > 1 ? (
        <div className={classes.quiet}>
          {loadedCount}/{count} loaded
        </div>
      ) : null;
    case 'probe':
      return frame.probe === null ? null : <div className={classes.probe}>{frame.probe}</div>;
    case 'window':
      return <WindowPresets engine={engine} frame={frame} />;
    case 'zoom':
      return (
        <div>
          {inverted && <span className={classes.quiet}>Inverted </span>}
          Zoom {frame.zoom.toFixed(2)}×
        </div>
      );
    case 'fidelity':
      return <FidelityBadge facts={frame.fidelity} />;
  }
}

/**
 * What must be read together with the image: who, what, where and how, the directions and the scale. Which line stands in
 * which corner is the reader's choice; who the patient is, the directions and the scale are not.
 */
export function FrameFurniture(props: FrameFurnitureProps) {
  const { engine, frame, patientLine, texts, cine } = props;
  const { orientation, mmPerScreenPixel, count } = frame;
  const corners = cornersFor(usePreferences().cornerTexts, texts.modality);
  const bar = mmPerScreenPixel === null ? null : scaleBarFor(mmPerScreenPixel);
  return (
    <div className={classes.furniture}>
      {CORNERS.map((corner) => (
        <div key={corner} className={classes[CLASS_OF[corner]]}>
          {corner === 'top-left' && patientLine.split('\n').map((line) => <div key={line}>{line}</div>)}
          {corner === 'bottom-left' && count > 1 && <CineControls cine={cine} />}
          {corner === 'bottom-right' && <FrameActionsMenu engine={engine} />}
          {corners[corner].map((line) => (
            <CornerLineText key={line} {...props} line={line} />
          ))}
        </div>
      ))}
      {orientation !== null && (
        <>
          <div className={classes.top} data-edge="top">
            {orientation.top}
          </div>
          <div className={classes.right} data-edge="right">
            {orientation.right}
          </div>
          <div className={classes.left} data-edge="left">
            {orientation.left}
          </div>
        </>
      )}
      <div className={classes.foot}>
        {orientation !== null && (
          <div className={classes.bottom} data-edge="bottom">
            {orientation.bottom}
          </div>
        )}
        {bar === null ? (
          <div>{frame.scaleNote ?? 'No scale in the file: lengths in px'}</div>
        ) : (
          <>
            <div>{bar.text}</div>
            {frame.scaleNote !== null && <div className={classes.quiet}>{frame.scaleNote}</div>}
            <div className={classes.bar} style={{ width: bar.widthPx }} />
          </>
        )}
      </div>
    </div>
  );
}
