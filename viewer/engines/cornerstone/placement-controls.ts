import type { FrameView } from '#shared/imaging/view-state.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameEngine } from './frame-engine-port.ts';
import { type HungPlace, hungPlacement, mmOfWhole } from './hung-place.ts';
import { actualSize, fitted, mirrored, type Placement, rotated, type Size, zoomedAbout } from './placement.ts';
import { trueSizeZoom } from './true-size.ts';

/** What the placement follows when the viewport changes its size: the whole image, a restored or a hung view, or nothing. */
export type Framing = 'fit' | 'free' | FrameView | HungPlace;

interface PlacementNeeds {
  screen(): Size;
  shown(): FrameDescription | null;
  framing(): Framing;
  /** Changes where the shown image lies, if there is one; what it follows then is 'free' unless said. */
  move(change: (now: Placement, shown: FrameDescription) => Placement, then?: Framing): void;
}

type PlacementControls = Pick<
  FrameEngine,
  'hang' | 'isHung' | 'wholeAt' | 'fit' | 'actualSize' | 'trueSize' | 'zoomBy' | 'rotate' | 'mirror'
>;

/** Where the image lies, by wish. */
export function placementControls({ screen, shown, framing, move }: PlacementNeeds): PlacementControls {
  /** Turning keeps a fitted image fitted. */
  const turn = (change: (now: Placement) => Placement): void => {
    if (framing() === 'fit') move((now, image) => fitted(image, screen(), change(now)), 'fit');
    else move(change);
  };
  return {
    hang: (wanted) => move((_, image) => hungPlacement(wanted, image, screen()), wanted),
    isHung() {
      const now = framing();
      return typeof now === 'object' && 'edge' in now;
    },
    wholeAt() {
      const image = shown();
      return image === null ? null : mmOfWhole(image, screen());
    },
    fit: () => move((now, image) => fitted(image, screen(), now), 'fit'),
    actualSize: () => move((now, image) => actualSize(now, image, screen(), window.devicePixelRatio)),
    trueSize() {
      const zoom = trueSizeZoom(shown()?.calibration);
      if (zoom !== null) move((now, image) => ({ ...fitted(image, screen(), now), zoom }));
      return zoom !== null;
    },
    zoomBy(factor) {
      const { width, height } = screen();
      move((now, image) => zoomedAbout(now, image, screen(), factor, [width / 2, height / 2]));
    },
    rotate: (degrees) => turn((now) => rotated(now, degrees)),
    mirror: () => turn(mirrored),
  };
}
