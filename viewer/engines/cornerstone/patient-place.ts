import { type CineTiming, cineTimingOf } from '#shared/dicom/cine-timing.ts';
import type { PatientVector } from '#shared/imaging/image-plane.ts';
import {
  type ImagePoint,
  imagePoint,
  nearestPlane,
  type PlacedImage,
  patientPoint,
} from '#shared/imaging/plane-intersection.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameStack } from './frame-stack.ts';
import { imageToScreen, type Placement, type Size, screenToImage } from './placement.ts';

/** The painted image as other viewports of the same patient need to know it. */
export interface PatientPlace {
  /** Null without a plane. */
  placed(): (PlacedImage & { readonly frameOfReferenceUid: string | null; readonly modality: string }) | null;
  /** The patient point under the pointer; null outside of the image and without a plane. */
  pointedAt(): PatientVector | null;
  /** Goes to the slice nearest to a point, if one is within its reach (mm). */
  goToPoint(point: PatientVector, reachMm: number): void;
  /** CSS pixels of an image point from the viewport's corner; null while nothing is shown. */
  screenOf(point: ImagePoint): readonly [number, number] | null;
  /** The patient point in the middle and the millimetres of a CSS pixel; null without a plane. */
  framed(): { readonly middle: PatientVector; readonly mmPerPixel: number } | null;
  /** Brings a patient point to the middle at that size; the slice stays. */
  frameAt(middle: PatientVector, mmPerPixel: number): void;
  /** Frames a second the file asks for; null when it says nothing. */
  cineRate(): number | null;
}

interface PatientPlaceNeeds {
  stack(): FrameStack | null;
  shown(): FrameDescription | null;
  placement(): Placement | null;
  screen(): Size;
  pointer(): readonly [number, number] | null;
  goTo(index: number): void;
  place(change: (now: Placement) => Placement): void;
}

const NO_TIMING: CineTiming = { frameTimeMs: null, increments: null };

export function createPatientPlace(needs: PatientPlaceNeeds): PatientPlace {
  const mmPerImagePixel = ({ pixelShape, plane }: FrameDescription): number =>
    plane === null
      ? Math.min(pixelShape.width, pixelShape.height)
      : Math.min(plane.columnSpacingMm, plane.rowSpacingMm);
  return {
    placed() {
      const shown = needs.shown();
      if (shown === null || shown.plane === null) return null;
      const { plane, columns, rows, frameOfReferenceUid, modality } = shown;
      return { plane, columns, rows, frameOfReferenceUid, modality };
    },
    pointedAt() {
      const [shown, placement, pointer] = [needs.shown(), needs.placement(), needs.pointer()];
      if (shown?.plane == null || placement === null || pointer === null) return null;
      const [x, y] = screenToImage(placement, shown, needs.screen(), pointer);
      if (x < 0 || y < 0 || x > shown.columns || y > shown.rows) return null;
      return patientPoint(shown.plane, [x, y]);
    },
    goToPoint(point, reachMm) {
      const planes = needs.stack()?.frames.map(({ description }) => description.plane) ?? [];
      const nearest = nearestPlane(planes, point);
      if (nearest !== null && nearest.distanceMm <= reachMm) needs.goTo(nearest.index);
    },
    screenOf(point) {
      const [shown, placement] = [needs.shown(), needs.placement()];
      return shown === null || placement === null ? null : imageToScreen(placement, shown, needs.screen(), [...point]);
    },
    framed() {
      const [shown, placement] = [needs.shown(), needs.placement()];
      if (shown?.plane == null || placement === null) return null;
      return {
        middle: patientPoint(shown.plane, placement.center),
        mmPerPixel: mmPerImagePixel(shown) / placement.zoom,
      };
    },
    frameAt(middle, mmPerPixel) {
      const shown = needs.shown();
      if (shown?.plane == null || !(mmPerPixel > 0)) return;
      const center = imagePoint(shown.plane, middle);
      needs.place((now) => ({ ...now, center, zoom: mmPerImagePixel(shown) / mmPerPixel }));
    },
    cineRate() {
      const first = needs.stack()?.frames[0];
      const { frameTimeMs, increments } = first === undefined ? NO_TIMING : cineTimingOf(first.metadata);
      const steps = increments?.slice(1) ?? [];
      const mean = steps.reduce((sum, ms) => sum + ms, 0) / Math.max(1, steps.length);
      const period = frameTimeMs ?? (mean > 0 ? mean : null);
      return period === null ? null : 1000 / period;
    },
  };
}
