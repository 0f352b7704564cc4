import { millimetresPerPixel } from '#shared/imaging/calibration.ts';
import type { EdgeLetters } from '#shared/imaging/image-plane.ts';
import type { FrameDescription } from './frame-description.ts';
import { fitted, type ImageFormat, type Placement, type Size, shapeOf, UPRIGHT } from './placement.ts';

/** Where a hanging protocol puts the whole image. */
export interface HungPlace {
  readonly edge: 'centre' | 'left' | 'right';
  /** Millimetres of a CSS pixel; null is as large as it fits. */
  readonly mmPerPixel: number | null;
}

/** An image as far as its place needs it. */
type Hung = Pick<FrameDescription, 'calibration' | 'edges'> & ImageFormat;

/**
 * The whole image upright at an edge of the viewport. Where the image says which of its sides is posterior, that side (the
 * chest wall of a breast) is brought to the edge.
 */
export function hungPlacement({ edge, mmPerPixel }: HungPlace, image: Hung, screen: Size): Placement {
  const flippedHorizontally = edge !== 'centre' && isPosterior(image.edges?.[edge === 'left' ? 'right' : 'left']);
  const whole = fitted(image, screen, { ...UPRIGHT, flippedHorizontally });
  const mm = smallestMm(image);
  const zoom = mm === null || mmPerPixel === null ? whole.zoom : mm / mmPerPixel;
  const sized = { ...whole, zoom };
  if (edge === 'centre') return sized;
  const [across] = shapeOf(image);
  // From the middle of the image to the point that lies in the middle of the screen, in columns.
  const offset = (image.columns - screen.width / zoom / across) / 2;
  const sign = (edge === 'right') === flippedHorizontally ? -1 : 1;
  return { ...sized, center: [sized.center[0] + offset * sign, sized.center[1]] };
}

/** Millimetres of a CSS pixel when the whole image is as large as the screen allows; null without a scale. */
export function mmOfWhole(image: Hung, screen: Size): number | null {
  const mm = smallestMm(image);
  return mm === null ? null : mm / fitted(image, screen).zoom;
}

function isPosterior(letters: EdgeLetters['left'] | undefined): boolean {
  return letters?.startsWith('P') === true;
}

/** The smaller side of a pixel. */
function smallestMm({ calibration }: Hung): number | null {
  const scale = millimetresPerPixel(calibration);
  return scale === null ? null : Math.min(scale.x, scale.y);
}
