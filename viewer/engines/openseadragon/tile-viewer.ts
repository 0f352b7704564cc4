import OpenSeadragon from 'openseadragon';
import type { NativePyramid } from './native-pyramid.ts';
import type { Size, SlidePlacement } from './slide-placement.ts';

/** OpenSeadragon as we use it: it chooses the tiles of a viewport, asks for them and keeps them. */
export interface TileViewer {
  /** `leastPixelSize`: the least size, in device pixels, of a pixel of the level that is shown. */
  add(pyramid: NativePyramid, leastPixelSize: number): void;
  /** Takes over a placement; the frame is painted with the next turn of its loop. */
  follow(placement: SlidePlacement, screen: Size, slideWidth: number): void;
  redraw(): void;
  /** What the tiles are painted into, and nothing else. */
  readonly painted: HTMLElement;
  /** Lets tiles that failed be asked for again. */
  askAgain(): void;
  /** Forgets the slide and its tiles. */
  clear(): void;
  dispose(): void;
}

/** About 260 MB of pixels with tiles of 256 px: some twenty fields of view. */
const KEPT_TILES = 1000;
/** The loader ends what takes too long, retries included; OpenSeadragon must not count the time a tile waits. */
const NEVER_MS = 2_000_000_000;

/** Builds OpenSeadragon into `element` without its controls, gestures, keys and animations, which are ours. */
export function createTileViewer(element: HTMLElement, painter: typeof OpenSeadragon.DrawerBase): TileViewer {
  const silent = () => undefined;
  // Failures reach the reader as sentences; addresses of slides do not belong into a console.
  Object.assign(OpenSeadragon, {
    console: { log: silent, debug: silent, info: silent, warn: silent, error: silent, assert: silent },
  });
  const viewer = new OpenSeadragon.Viewer({
    element,
    drawer: [painter] as never,
    tabIndex: -1,
    showNavigationControl: false,
    showNavigator: false,
    autoResize: false,
    preserveViewport: true,
    preserveImageSizeOnResize: true,
    animationTime: 0,
    blendTime: 0,
    immediateRender: false,
    maxTilesPerFrame: 24,
    maxImageCacheCount: KEPT_TILES,
    imageLoaderLimit: 0,
    timeout: NEVER_MS,
  });
  viewer.setMouseNavEnabled(false);
  viewer.setKeyboardNavEnabled(false);
  // What OpenSeadragon builds around the canvas must neither take the focus nor swallow a pointer.
  viewer.canvas.removeAttribute('tabindex');
  viewer.container.style.zIndex = '0';

  let current: NativePyramid | null = null;
  let failed: OpenSeadragon.Tile[] = [];
  viewer.addHandler('tile-load-failed', ({ tile }) => {
    failed.push(tile);
  });

  return {
    add(pyramid, leastPixelSize) {
      current = pyramid;
      viewer.addTiledImage({
        tileSource: pyramid,
        x: 0,
        y: 0,
        width: 1,
        success(event: Event | { item?: OpenSeadragon.TiledImage }) {
          const item = 'item' in event ? event.item : undefined;
          if (item === undefined) return;
          if (current !== pyramid) viewer.world.removeItem(item);
          else Object.assign(item, { minPixelRatio: leastPixelSize });
        },
      });
    },
    follow(placement, screen, slideWidth) {
      const { viewport } = viewer;
      const held = viewport.getContainerSize();
      if (held.x !== screen.width || held.y !== screen.height) {
        viewport.resize(new OpenSeadragon.Point(screen.width, screen.height), true);
      }
      const [x, y] = placement.center;
      // It only chooses tiles, and a flip shows the same ones as the opposite turn: the screen is its own mirror image.
      viewport.setRotation(placement.flipped ? 360 - placement.rotation : placement.rotation, true);
      viewport.zoomTo((placement.scale * slideWidth) / screen.width, undefined, true);
      viewport.panTo(new OpenSeadragon.Point(x / slideWidth, y / slideWidth), true);
      viewer.forceRedraw();
    },
    redraw: () => void viewer.forceRedraw(),
    painted: viewer.canvas,
    askAgain() {
      for (const tile of failed.splice(0)) tile.exists = true;
      // An image looks for tiles again only when something about it changed; its clip is set to what it is.
      if (viewer.world.getItemCount() > 0) viewer.world.getItemAt(0).setClip(null);
      viewer.forceRedraw();
    },
    clear() {
      current = null;
      failed = [];
      viewer.world.removeAll();
      // Nothing may stay on the screen of the slide before, not even for a frame.
      const { canvas } = viewer.drawer;
      canvas.width = Math.max(canvas.width, 1);
    },
    dispose() {
      current = null;
      viewer.destroy();
    },
  };
}
