/**
 * The library alone for a slide: OpenSeadragon with its canvas drawer (where graphics are emulated its faster one), the
 * same tiles and the same moves. Runs in the browser; everything it needs stands in its address.
 */
interface Level {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly columns: number;
  readonly rows: number;
  readonly downsampleX: number;
}
interface Slide {
  readonly width: number;
  readonly height: number;
  readonly objectivePower: number | null;
  readonly levels: readonly Level[];
}
interface TiledImage {
  getFullyLoaded(): boolean;
}
interface Viewer {
  readonly viewport: {
    panTo(center: unknown, immediately: boolean): void;
    zoomTo(zoom: number, about: undefined, immediately: boolean): void;
  };
  readonly world: { getItemCount(): number; getItemAt(index: number): TiledImage };
  addHandler(name: string, handler: () => void): void;
}
declare const OpenSeadragon: {
  (options: object): Viewer;
  readonly Point: new (x: number, y: number) => unknown;
};

const query = new URLSearchParams(location.search);
const id = query.get('slide');
const [width, height] = [Number(query.get('width')), Number(query.get('height'))];
const shown = document.documentElement.dataset;
const MAGNIFICATIONS = [1.25, 2.5, 5, 10, 20, 40];
const NAVIGATOR_PX = 132;

const slide = (await (await fetch(`/api/slides/${id}`)).json()) as Slide;
const last = slide.levels.length - 1;
const levelOf = (level: number): Level | undefined => slide.levels[last - level];

const element = document.createElement('div');
Object.assign(element.style, { width: `${width}px`, height: `${height}px` });
const navigator = document.createElement('div');
const scale = NAVIGATOR_PX / Math.max(slide.width, slide.height);
Object.assign(navigator.style, {
  position: 'absolute',
  right: '8px',
  bottom: '8px',
  background: '#333',
  width: `${slide.width * scale}px`,
  height: `${slide.height * scale}px`,
});
navigator.id = 'navigator';
document.body.append(element, navigator);

const viewer = OpenSeadragon({
  element,
  drawer: 'canvas',
  showNavigationControl: false,
  tileSources: {
    width: slide.width,
    height: slide.height,
    tileSize: slide.levels[0]?.tileWidth,
    tileOverlap: 0,
    minLevel: 0,
    maxLevel: last,
    getLevelScale: (level: number) => 1 / (levelOf(level)?.downsampleX ?? 1),
    getNumTiles: (level: number) => new OpenSeadragon.Point(levelOf(level)?.columns ?? 0, levelOf(level)?.rows ?? 0),
    getTileUrl: (level: number, column: number, row: number) =>
      `/api/slides/${id}/levels/${last - level}/tiles/${column}/${row}`,
  },
});
// After a frame was drawn: by then the library has judged the view that is on the screen.
viewer.addHandler('update-viewport', () => {
  if (viewer.world.getItemCount() > 0 && viewer.world.getItemAt(0).getFullyLoaded()) shown.sharp = 'yes';
});
navigator.addEventListener('pointerdown', (event) => {
  delete shown.sharp;
  const box = navigator.getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
  viewer.viewport.panTo(new OpenSeadragon.Point(x / slide.width, y / slide.width), true);
});
addEventListener('keydown', ({ key }) => {
  const magnification = MAGNIFICATIONS[Number(key) - 1];
  if (magnification === undefined) return;
  delete shown.sharp;
  const pixels = magnification / (slide.objectivePower ?? 40);
  viewer.viewport.zoomTo((pixels * slide.width) / width, undefined, true);
});

export {};
