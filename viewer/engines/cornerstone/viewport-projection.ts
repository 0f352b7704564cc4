import type { StackViewport, Types } from '@cornerstonejs/core';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import { worldPlaneOf } from './frame-metadata.ts';
import { type Placement, type Size, screenDirectionToImage } from './placement.ts';

type Vector = readonly [number, number, number];

/**
 * Hands our placement and window to a Cornerstone viewport. It is one way: the viewport is never asked where the image
 * is, since it forgets flips with the next image, zooms non-square pixels wrongly on the processor and counts pixels
 * from their centre on one path and from their corner on the other.
 */
export function projectPlacement(
  viewport: StackViewport,
  placement: Placement,
  description: FrameDescription,
  screen: Size,
  onProcessor: boolean,
): void {
  const focalPoint = worldPoint(description, placement.center, onProcessor ? 0 : -0.5);
  if (onProcessor) {
    const { flippedHorizontally, flippedVertically, rotation, zoom } = placement;
    viewport.setCamera({
      flipHorizontal: flippedHorizontally,
      flipVertical: flippedVertically,
      scale: zoom * window.devicePixelRatio,
    } as Types.ICamera);
    const displayArea = viewport.getDisplayArea();
    viewport.setViewPresentation({ rotation, ...(displayArea === undefined ? {} : { displayArea }) });
    viewport.setCamera({ focalPoint } as Types.ICamera);
    return;
  }
  const up = worldDirection(description, screenDirectionToImage(placement, [0, -1]));
  const right = worldDirection(description, screenDirectionToImage(placement, [1, 0]));
  const normal = cross(right, up);
  const { columnSpacing, rowSpacing } = worldPlaneOf(description);
  const distance = Math.hypot(description.columns * columnSpacing, description.rows * rowSpacing);
  viewport.setCamera({
    flipHorizontal: false,
    flipVertical: false,
    viewUp: [...up],
    viewPlaneNormal: [...normal],
    focalPoint,
    position: [
      focalPoint[0] + normal[0] * distance,
      focalPoint[1] + normal[1] * distance,
      focalPoint[2] + normal[2] * distance,
    ],
    // Wide, since an oblique plane is never exactly where the camera looks.
    clippingRange: [distance / 100, distance * 2],
    parallelScale: ((screen.height / 2) * Math.min(columnSpacing, rowSpacing)) / placement.zoom,
    parallelProjection: true,
  });
}

/** The window as the range of values from black to white (PS3.3 C.11.2.1.2; narrow windows without the half-unit shift). */
export function rangeOfWindow({ center, width, voiFunction }: VoiWindow): { lower: number; upper: number } {
  if (voiFunction === 'LINEAR_EXACT' || width < 2) return { lower: center - width / 2, upper: center + width / 2 };
  return { lower: center - 0.5 - (width - 1) / 2, upper: center - 0.5 + (width - 1) / 2 };
}

/** `inverted` is what the reader asked for; MONOCHROME1 is inverted besides. */
export function projectWindow(
  viewport: StackViewport,
  voiWindow: VoiWindow,
  inverted: boolean,
  description: FrameDescription,
): void {
  const isMonochrome1 = description.photometricInterpretation === 'MONOCHROME1';
  viewport.setProperties({ voiRange: rangeOfWindow(voiWindow), invert: inverted !== isMonochrome1 });
}

function worldPoint(
  description: FrameDescription,
  [column, row]: readonly [number, number],
  shift: number,
): Types.Point3 {
  const { origin, rowCosines, columnCosines, columnSpacing, rowSpacing } = worldPlaneOf(description);
  const along = (column + shift) * columnSpacing;
  const down = (row + shift) * rowSpacing;
  return [
    origin[0] + rowCosines[0] * along + columnCosines[0] * down,
    origin[1] + rowCosines[1] * along + columnCosines[1] * down,
    origin[2] + rowCosines[2] * along + columnCosines[2] * down,
  ];
}

function worldDirection(description: FrameDescription, [x, y]: readonly [number, number]): Vector {
  const { rowCosines, columnCosines } = worldPlaneOf(description);
  return [
    rowCosines[0] * x + columnCosines[0] * y,
    rowCosines[1] * x + columnCosines[1] * y,
    rowCosines[2] * x + columnCosines[2] * y,
  ];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
