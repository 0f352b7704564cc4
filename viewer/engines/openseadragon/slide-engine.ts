import { sameTarget, type Target } from '#shared/annotation/annotation.ts';
import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import { describeMeasurement, type Measurement } from '#shared/annotation/measurement.ts';
import type { SlideSummary } from '#shared/api/material.ts';
import { type Affine, applied, appliedBack } from '#shared/imaging/affine.ts';
import { AS_STORED, type DisplayAdjustment, isAsStored } from '#shared/imaging/display-adjustment.ts';
import { FIRST_PLANES, type PlaneSelection } from '#shared/imaging/plane-selection.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import type { EngineListener, Mark } from '#viewer/engines/image-engine.ts';
import { createMarkOverlay } from '#viewer/engines/overlay/mark-overlay.ts';
import { createDisplayFilter } from './display-filter.ts';
import { createHeatMapLayer } from './heat-map-layer.ts';
import { leastPixelSize } from './level-choice.ts';
import { calibrationOf } from './magnification.ts';
import { NativePyramid } from './native-pyramid.ts';
import type { SlideEngine, SlideSource } from './slide-engine-port.ts';
import { createSlideGestures } from './slide-gestures.ts';
import {
  affineOf,
  fitted,
  heldOnSlide,
  mirrored,
  panned,
  placementOfView,
  type SlidePlacement,
  scaledAbout,
  turned,
  viewOf,
} from './slide-placement.ts';
import { describeSlideStatus } from './slide-status.ts';
import { TileFailure } from './tile-failure.ts';
import { createTileLedger } from './tile-ledger.ts';
import { createTileLoader, type TileLoader } from './tile-loader.ts';
import { createTilePainter } from './tile-painter.ts';
import { createTileViewer } from './tile-viewer.ts';

/** True for slides of several focal planes or channels. */
export function hasPlanes({ focalPlanes, channels }: Pick<SlideSummary, 'focalPlanes' | 'channels'>): boolean {
  return focalPlanes.length > 1 || channels.length > 1 || channels.some(({ window }) => window !== null);
}

type Framing = 'fit' | 'free' | { readonly view: SlideView };

/** Shows one slide at a time in `element` (position: relative, with a size). OpenSeadragon chooses and keeps tiles. */
export function createSlideEngine(element: HTMLDivElement, listener: EngineListener): SlideEngine {
  let source: SlideSource | null = null;
  let pyramid: NativePyramid | null = null;
  let loader: TileLoader | null = null;
  let placement: SlidePlacement | null = null;
  let planes = FIRST_PLANES;
  let affine: Affine | null = null;
  let display = AS_STORED;
  let framing: Framing = 'fit';
  let marks: readonly Mark[] = [];
  let pointer: Point | null = null;
  let statusFrame = 0;
  let lastStatus = '';
  let waiting: { isDone(): boolean; resolve(): void; reject(error: Error): void }[] = [];
  const ledger = createTileLedger();

  const screen = () => ({ width: element.clientWidth, height: element.clientHeight });
  const target = (): Target | null => (source === null ? null : { kind: 'slide', slideId: source.slide.id });
  const state = () =>
    source === null || placement === null
      ? null
      : ledger.judge(source.slide.levels, placement, screen(), window.devicePixelRatio);
  const isShown = (): boolean => state()?.phase === 'shown';

  const painter = createTilePainter({
    affine: () => affine,
    screen,
    slideSize: () => source?.slide ?? null,
    onPainted(tiles) {
      const present = pyramid;
      ledger.setPainted(
        present === null
          ? []
          : tiles.map(({ level, column, row }) => ({ level: present.levelIndex(level), column, row })),
      );
      refresh();
    },
  });
  const viewer = createTileViewer(element, painter);
  const filter = createDisplayFilter(element, viewer.painted);
  const heat = createHeatMapLayer(element, { affine: () => affine, screen, slideSize: () => source?.slide ?? null });
  const overlay = createMarkOverlay(
    element,
    {
      toScreen: (point) => (affine === null ? point : applied(affine, point)),
      toImage: (point) => (affine === null ? point : appliedBack(affine, point)),
      imageSize: () => (source !== null && isShown() ? source.slide : null),
      micrometresPerPixel: () => source?.slide.mppX ?? null,
    },
    {
      onDrawn(geometry) {
        const facts = factsOf(geometry);
        if (facts !== null) listener.onDrawn({ geometry, ...facts });
      },
      onChanged({ id }, geometry) {
        const facts = factsOf(geometry);
        if (facts !== null) listener.onChanged({ id, geometry, view: facts.view, measurements: facts.measurements });
      },
      onSelected: (id, more) => listener.onSelected(id, more),
      onDeleteRequested: (...ids) => listener.onDeleteRequested(...ids),
      describe: (geometry) => measurementsOf(geometry).map(describeMeasurement),
    },
  );

  const measurementsOf = (geometry: Geometry): Measurement[] =>
    source === null ? [] : measureGeometry(geometry, calibrationOf(source.slide));
  const factsOf = (geometry: Geometry): { target: Target; view: SlideView; measurements: Measurement[] } | null => {
    const on = target();
    if (on === null || placement === null || !isShown()) return null;
    return { target: on, view: viewNow(placement), measurements: measurementsOf(geometry) };
  };
  const viewNow = (at: SlidePlacement): SlideView => {
    return {
      ...viewOf(at, screen()),
      ...(isAsStored(display) ? {} : { display }),
      ...(source !== null && hasPlanes(source.slide) ? { planes } : {}),
    };
  };
  const placeMarks = (): void => {
    const on = target();
    overlay.setMarks(on === null ? [] : marks.filter((mark) => sameTarget(mark.target, on)));
  };

  function refresh(): void {
    overlay.setLocked(!isShown());
    overlay.refresh();
    settle();
    if (statusFrame !== 0) return;
    statusFrame = requestAnimationFrame(() => {
      statusFrame = 0;
      settle();
      const under = pointer === null || affine === null ? null : appliedBack(affine, pointer);
      const status = describeSlideStatus({
        source,
        placement,
        view: placement === null ? null : viewNow(placement),
        state: state(),
        pointer: under,
      });
      const text = JSON.stringify(status);
      if (text === lastStatus) return;
      lastStatus = text;
      listener.onStatus(status);
    });
  }
  /** Answers those who wait for a painted view: once it is sharp, or when what is missing cannot be had. */
  function settle(): void {
    const now = state();
    if (now === null || now.isLoading) return;
    const done = waiting.filter((one) => one.isDone());
    waiting = waiting.filter((one) => !done.includes(one));
    for (const { resolve, reject } of done) {
      if (now.phase === 'shown') resolve();
      else reject(new TileFailure(now.reason ?? 'The slide cannot be shown.'));
    }
  }
  const abandonWaiting = (sentence: string): void => {
    for (const { reject } of waiting.splice(0)) reject(new TileFailure(sentence));
  };
  /** Hands the placement to everything that depends on it; the pixels follow with the next frame. */
  function place(next: SlidePlacement): void {
    placement = next;
    affine = affineOf(next, screen());
    heat.draw();
    if (source !== null) viewer.follow(next, screen(), source.slide.width);
    refresh();
  }
  const move = (change: (now: SlidePlacement, slide: SlideSummary) => SlidePlacement): void => {
    if (source === null || placement === null) return;
    framing = 'free';
    place(change(placement, source.slide));
  };
  const painted = (): Promise<void> => {
    // A frame must have been painted since: what the ledger knows is of the view before.
    const since = ledger.paintCount();
    return new Promise((resolve, reject) =>
      waiting.push({ isDone: () => ledger.paintCount() > since, resolve, reject }),
    );
  };
  const reframe = (): void => {
    if (source === null || placement === null || element.clientWidth === 0 || element.clientHeight === 0) return;
    if (framing === 'fit') place(fitted(source.slide, screen(), placement));
    else place(typeof framing === 'object' ? placementOfView(framing.view, screen()) : placement);
  };

  const gestures = createSlideGestures(element, {
    panBy: (dx, dy) => move((now, slide) => panned(now, slide, dx, dy)),
    zoomBy: (factor, anchor) => move((now, slide) => scaledAbout(now, slide, screen(), now.scale * factor, anchor)),
    pointAt(at) {
      pointer = at;
      refresh();
    },
    clickEmpty: () => listener.onSelected(null),
    abandonDrawing() {
      while (overlay.cancelDrawing());
    },
  });
  const zoomTo = (scale: number): void =>
    move((now, slide) => scaledAbout(now, slide, screen(), scale, [screen().width / 2, screen().height / 2]));
  const fitWhole = (): void => {
    move((now, slide) => fitted(slide, screen(), now));
    framing = 'fit';
  };
  /** Turns and flips; what showed the whole slide goes on showing it. */
  const reorient = (change: (now: SlidePlacement) => SlidePlacement): void => {
    const wasFit = framing === 'fit';
    move(change);
    if (wasFit) fitWhole();
  };
  const setDisplay = (next: DisplayAdjustment): void => {
    display = next;
    filter.set(next);
    refresh();
  };
  const retry = (): void => {
    ledger.forgetFailures();
    viewer.askAgain();
    refresh();
  };
  const observer = new ResizeObserver(reframe);
  observer.observe(element);
  window.addEventListener('online', retry);

  function close(): void {
    abandonWaiting('Another slide was opened meanwhile.');
    viewer.clear();
    loader?.dispose();
    loader = null;
    pyramid = null;
    source = null;
    placement = null;
    affine = null;
    framing = 'fit';
    planes = FIRST_PLANES;
    display = AS_STORED;
    filter.set(display);
    ledger.clear();
    heat.set(null);
    overlay.setMarks([]);
  }

  /** Loads the tiles of a source from the beginning; nothing of what was painted before stays. */
  function load({ slide, tileUrl }: SlideSource): void {
    const shown = planes;
    const { width, height, levels } = slide;
    viewer.clear();
    loader?.dispose();
    loader = createTileLoader();
    const opened = loader;
    ledger.restart();
    pyramid = new NativePyramid(
      { width, height, levels, tileUrl: (level, column, row) => tileUrl(level, column, row, shown) },
      opened,
      {
        onTileFailed(tile, failure) {
          if (loader !== opened) return;
          ledger.addFailure(tile, failure);
          viewer.redraw();
          refresh();
        },
      },
    );
    viewer.add(pyramid, leastPixelSize(levels));
  }
  function takePlanes(next: PlaneSelection): void {
    if (source === null || placement === null || JSON.stringify(next) === JSON.stringify(planes)) return;
    planes = next;
    load(source);
    place(placement);
  }

  return {
    async open(next, signal) {
      signal.throwIfAborted();
      close();
      source = next;
      load(next);
      signal.addEventListener(
        'abort',
        () => {
          if (source?.slide.id === next.slide.id) close();
          refresh();
        },
        { once: true },
      );
      place(fitted(next.slide, screen()));
      placeMarks();
      await painted();
    },
    setTool(tool) {
      overlay.setTool(tool);
      gestures.setTool(tool);
      element.dataset.tool = tool;
    },
    setMarks(next) {
      marks = next;
      placeMarks();
    },
    setHeatMap: heat.set,
    heatMap: heat.name,
    setColor: overlay.setColor,
    setBrush: overlay.setBrush,
    async show(wanted, view) {
      const on = target();
      if (on === null || !sameTarget(on, wanted) || view.kind !== 'slide') {
        throw new TileFailure('This place is not on the slide that is open.');
      }
      abandonWaiting('Another place was asked for meanwhile.');
      if (source !== null && hasPlanes(source.slide)) takePlanes(view.planes ?? FIRST_PLANES);
      setDisplay(view.display ?? AS_STORED);
      framing = { view };
      place(placementOfView(view, screen()));
      await painted();
    },
    view: () => (placement === null || source === null ? null : viewNow(placement)),
    lying: () =>
      source === null || placement === null ? null : { slideId: source.slide.id, mpp: source.slide.mppX, placement },
    lieAs: (next) => move((_, slide) => heldOnSlide(next, slide)),
    planes: () => planes,
    setPlanes: takePlanes,
    update(next) {
      if (source === null || placement === null || source.slide.id !== next.slide.id) return;
      const isSame = source.icc === next.icc && source.slide.tileVersion === next.slide.tileVersion;
      source = next;
      if (isSame) return;
      load(next);
      place(placement);
    },
    cancelDrawing: overlay.cancelDrawing,
    fit: fitWhole,
    zoomBy: (factor) => {
      if (placement !== null) zoomTo(placement.scale * factor);
    },
    zoomTo,
    moveField: (across, down) =>
      move((now, slide) => panned(now, slide, -across * screen().width, -down * screen().height)),
    centerOn: (center) => move((now, slide) => heldOnSlide({ ...now, center }, slide)),
    rotate: (degrees) => reorient((now) => turned(now, degrees)),
    flip: () => reorient(mirrored),
    display: () => display,
    setDisplay,
    retry,
    dispose() {
      window.removeEventListener('online', retry);
      observer.disconnect();
      cancelAnimationFrame(statusFrame);
      close();
      gestures.dispose();
      overlay.dispose();
      heat.dispose();
      filter.dispose();
      viewer.dispose();
    },
  };
}
