import { sameTarget, type Target } from '#shared/annotation/annotation.ts';
import { type Geometry, liesWithin } from '#shared/annotation/geometry.ts';
import type { Measurement } from '#shared/annotation/measurement.ts';
import type { UserCalibration } from '#shared/annotation/user-calibration.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { Drawn, Mark, MeasuredHistogram } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import { type FrameImage, modalityValuesOf } from './frame-image.ts';
import { histogramOfMark, measureMark, probeText } from './measure-mark.ts';

/** The frame that is painted now. */
export interface PaintedFrame {
  readonly target: Target;
  readonly description: FrameDescription;
  readonly view: FrameView;
  /** Null while the frame is not decoded. */
  readonly image: FrameImage | null;
}

/** The known lengths the reader marked, by the SOP Instance UID of the image they lie on. */
export type UserCalibrations = ReadonlyMap<string, UserCalibration>;

/** What a page may ask a frame engine about shapes. */
export interface ShapeControls {
  /** The known lengths by which new shapes are measured. */
  setCalibrations(calibrations: UserCalibrations): void;
  /** How the values inside a region of the shown image are spread; null for other shapes and images. */
  histogram(target: Target, geometry: Geometry): MeasuredHistogram | null;
  /**
   * Goes to the image `steps` on from that of the target and measures the shape there; null at the end of the stack,
   * in another series, and where the shape would lie outside.
   */
  copyTo(target: Target, geometry: Geometry, steps: number): Promise<Drawn | null>;
}

export interface FrameMeasuring extends ShapeControls {
  /** The known length by which a new shape on the painted frame is measured. */
  calibrationHere(): UserCalibration | undefined;
  /** What a shape measures there: a mark by its own calibration, a new shape (null) by the one that is set. */
  measure(geometry: Geometry, mark: Mark | null): Measurement[];
  drawn(geometry: Geometry): Drawn | null;
  /** The value of the pixel at an image point, in words. */
  probe(point: readonly [number, number]): string | null;
}

interface Hooks {
  /** Null while nothing, or not the wanted image, is painted. */
  painted(): PaintedFrame | null;
  /** Goes to the image `steps` on from that of the target; resolves when it is painted, false where there is none. */
  goTo(target: Target, steps: number): Promise<boolean>;
  onCalibrated(): void;
}

/** The part of it that a page may ask. */
export function shapeControls({ setCalibrations, histogram, copyTo }: ShapeControls): ShapeControls {
  return { setCalibrations, histogram, copyTo };
}

/** Measures shapes on whatever frame is painted. */
export function createFrameMeasuring({ painted, goTo, onCalibrated }: Hooks): FrameMeasuring {
  let calibrations: UserCalibrations = new Map();
  const calibrationHere = (): UserCalibration | undefined => {
    const target = painted()?.target;
    return target?.kind === 'frame' ? calibrations.get(target.sopInstanceUid) : undefined;
  };
  const monochrome = ({ image, description }: PaintedFrame) =>
    image === null || image.isColor ? null : modalityValuesOf(image, description);
  const measure = (geometry: Geometry, mark: Mark | null): Measurement[] => {
    const frame = painted();
    if (frame === null) return [];
    const calibration = mark === null ? calibrationHere() : mark.calibration;
    return measureMark(geometry, frame.description, monochrome(frame), calibration);
  };
  const drawn = (geometry: Geometry): Drawn | null => {
    const frame = painted();
    if (frame === null) return null;
    const { target, view } = frame;
    return { target, geometry, view, calibration: calibrationHere(), measurements: measure(geometry, null) };
  };
  return {
    calibrationHere,
    measure,
    drawn,
    probe(point) {
      const frame = painted();
      const samples = frame?.image?.samples;
      return frame === null || samples === undefined ? null : probeText(point, frame.description, samples);
    },
    setCalibrations(next) {
      calibrations = next;
      onCalibrated();
    },
    histogram(target, geometry) {
      const frame = painted();
      if (frame === null || !sameTarget(target, frame.target)) return null;
      return histogramOfMark(geometry, frame.description, monochrome(frame));
    },
    async copyTo(target, geometry, steps) {
      if (!(await goTo(target, steps))) return null;
      const frame = painted();
      const fits = frame !== null && liesWithin(geometry, frame.description.columns, frame.description.rows);
      return fits ? drawn(geometry) : null;
    },
  };
}
