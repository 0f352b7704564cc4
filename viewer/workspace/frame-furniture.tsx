import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { FrameStatus } from '#viewer/engines/image-engine.ts';
import { CineControls } from './cine-controls.tsx';
import { FidelityBadge } from './fidelity-badge.tsx';
import { FrameActionsMenu } from './frame-actions.tsx';
import classes from './frame-furniture.module.css';
import { scaleBarFor } from './scale-bar.ts';
import type { Cine } from './use-cine.ts';
import { WindowPresets } from './window-presets.tsx';

interface FrameFurnitureProps {
  readonly engine: FrameEngine;
  readonly frame: FrameStatus;
  readonly inverted: boolean;
  readonly patientLine: string;
  readonly studyLine: string;
  readonly cine: Cine;
}

function Lines({ text }: { readonly text: string }) {
  return text.split('\n').map((line) => (
    <div key={line} className={classes.line}>
      {line}
    </div>
  ));
}

function positionText(positionMm: number): string {
  return `${positionMm.toFixed(1).replace('-', '−')} mm`;
}

/** What must be read together with the image: who, what, where and how, the directions and the scale. */
export function FrameFurniture({ engine, frame, inverted, patientLine, studyLine, cine }: FrameFurnitureProps) {
  const { orientation, mmPerScreenPixel, positionMm, loadedCount, count } = frame;
  const bar = mmPerScreenPixel === null ? null : scaleBarFor(mmPerScreenPixel);
  return (
    <div className={classes.furniture}>
      <div className={classes.topLeft}>
        {patientLine.split('\n').map((line) => (
          <div key={line}>{line}</div>
        ))}
      </div>
      <div className={classes.topRight}>
        <Lines text={studyLine} />
      </div>
      <div className={classes.bottomLeft}>
        {count > 1 && <CineControls cine={cine} />}
        {frame.probe !== null && <div className={classes.probe}>{frame.probe}</div>}
        <div>
          {count > 1 ? `Slice ${frame.index + 1}/${count}` : 'Single image'}
          {positionMm !== null && count > 1 && <span className={classes.quiet}> {positionText(positionMm)}</span>}
        </div>
        {loadedCount < count && count > 1 && (
          <div className={classes.quiet}>
            {loadedCount}/{count} loaded
          </div>
        )}
      </div>
      <div className={classes.bottomRight}>
        <FrameActionsMenu engine={engine} />
        <WindowPresets engine={engine} frame={frame} />
        <div>
          {inverted && <span className={classes.quiet}>Inverted </span>}
          Zoom {frame.zoom.toFixed(2)}×
        </div>
        <FidelityBadge facts={frame.fidelity} />
      </div>
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
