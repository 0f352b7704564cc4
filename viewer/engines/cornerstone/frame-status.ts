import { calibratedByUser, type UserCalibration } from '#shared/annotation/user-calibration.ts';
import { type Calibration, type MillimetreCalibration, millimetresPerPixel } from '#shared/imaging/calibration.ts';
import { slicePosition } from '#shared/imaging/image-plane.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import { fidelityOf } from './fidelity.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameFailure } from './frame-failure.ts';
import type { FrameLook } from './frame-look.ts';
import { type FrameStack, targetAt } from './frame-stack.ts';
import { petValuesOf } from './pet-values.ts';
import { type Placement, screenLetters } from './placement.ts';

export interface StatusFacts {
  readonly stack: FrameStack | null;
  readonly painted: number | null;
  readonly covered: boolean;
  readonly failure: FrameFailure | null;
  readonly placement: Placement | null;
  readonly look: FrameLook;
  /** Device pixels to a CSS pixel. */
  readonly density: number;
  readonly view: FrameView | null;
  readonly loadedCount: number;
  readonly probe: string | null;
  readonly preview: boolean;
  readonly lens: boolean;
  /** The known length by which new shapes on the painted frame are measured. */
  readonly userCalibration: UserCalibration | undefined;
}

/** The status for overlays: everything in it is of the painted image, never of the one that is asked for. */
export function describeStatus(facts: StatusFacts): EngineStatus {
  const { stack, painted, covered, failure, placement, look, view } = facts;
  if (stack === null) return { phase: 'blank', reason: null, target: null, view: null, frame: null, slide: null };
  const phase = failure !== null && covered ? 'covered' : covered ? 'loading' : 'shown';
  const reason = phase === 'covered' && failure !== null ? failure.message : null;
  const description = painted === null ? undefined : stack.frames[painted]?.description;
  if (painted === null || description === undefined || placement === null || covered) {
    return { phase, reason, target: null, view: null, frame: null, slide: null };
  }
  const { plane } = description;
  const window = look.voi.windowOf(description);
  const user = facts.userCalibration;
  const calibration = user === undefined ? description.calibration : calibratedByUser(description.calibration, user);
  const scale = millimetresPerPixel(calibration);
  const millimetres = scale === null ? null : Math.min(scale.x, scale.y) / placement.zoom;
  return {
    phase,
    reason,
    target: targetAt(stack, painted),
    view,
    frame: {
      index: painted,
      count: stack.frames.length,
      positionMm: plane === null ? null : slicePosition(plane),
      windowCenter: window.center,
      windowWidth: window.width,
      windowName: windowName(description, look),
      zoom: placement.zoom,
      orientation: screenLetters(placement, description.edges),
      mmPerScreenPixel: millimetres,
      scaleNote: scaleNote(calibration),
      fidelity: fidelityOf(description, look, placement.zoom * facts.density, calibration),
      colorMap: look.colors,
      overlays: description.display.overlays.length === 0 ? null : look.overlaysShown,
      shutter: description.display.shutter === null ? null : look.shutterShown,
      loadedCount: facts.loadedCount,
      pet: petValuesOf(description, look.petValues),
      fusion: look.fusion?.status() ?? null,
      probe: facts.probe,
      preview: facts.preview,
      lens: facts.lens,
    },
    slide: null,
  };
}

/** The name of the table in place of a window; null for a plain window. */
function windowName(description: FrameDescription, look: FrameLook): string | null {
  const voi = look.voi.of(description);
  if ('window' in voi) return voi.window.voiFunction === 'SIGMOID' ? 'Sigmoid' : null;
  return description.display.voiLuts.find(({ table }) => table === voi.table)?.name ?? 'Table';
}

/** What a reader must know of the scale beyond its bar; null where the file gives the patient's own. */
function scaleNote(calibration: Calibration): string | null {
  switch (calibration.kind) {
    case 'ultrasound-regions':
      return `${calibration.regions.length === 1 ? '1 calibrated region' : `${calibration.regions.length} calibrated regions`}; px elsewhere`;
    case 'mm-per-pixel':
      return SCALE_NOTES[calibration.source] ?? null;
    default:
      return null;
  }
}

const SCALE_NOTES: Partial<Record<MillimetreCalibration['source'], string>> = {
  'user-calibration': 'Calibrated by you',
  ImagerPixelSpacing: 'Lengths at the detector, not in the patient',
  'ImagerPixelSpacing-magnification': 'Magnification estimated by the file',
  'PixelSpacing-geometry': 'Magnification corrected by geometry',
  'PixelSpacing-fiducial': 'Calibrated by an object of known size',
  NominalScannedPixelSpacing: 'Scale of the film scan',
};
