import type { StackViewport, Types } from '@cornerstonejs/core';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import { type Placement, type Size, screenDirectionToImage } from './placement.ts';
import { rangeOfWindow } from './window-choices.ts';
import { cornerPointOf, crossProduct, worldDirectionOf, worldPlaneOf, worldPointOf } from './world-plane.ts';

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
  const world = worldPlaneOf(description);
  if (onProcessor) {
    const { flippedHorizontally, flippedVertically, rotation, zoom } = placement;
    viewport.setCamera({
      flipHorizontal: flippedHorizontally,
      flipVertical: flippedVertically,
      scale: zoom * window.devicePixelRatio,
    } as Types.ICamera);
    const displayArea = viewport.getDisplayArea();
    viewport.setViewPresentation({ rotation, ...(displayArea === undefined ? {} : { displayArea }) });
    viewport.setCamera({ focalPoint: [...cornerPointOf(world, placement.center)] } as Types.ICamera);
    return;
  }
  const focalPoint = worldPointOf(world, placement.center);
  const up = worldDirectionOf(world, screenDirectionToImage(placement, [0, -1]));
  const right = worldDirectionOf(world, screenDirectionToImage(placement, [1, 0]));
  const normal = crossProduct(right, up);
  const { columnSpacing, rowSpacing } = world;
  const distance = Math.hypot(description.columns * columnSpacing, description.rows * rowSpacing);
  viewport.setCamera({
    flipHorizontal: false,
    flipVertical: false,
    viewUp: [...up],
    viewPlaneNormal: [...normal],
    focalPoint: [...focalPoint],
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
