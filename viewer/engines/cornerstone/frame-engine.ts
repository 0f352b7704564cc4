import { sameTarget } from '#shared/annotation/annotation.ts';
import { describeMeasurement } from '#shared/annotation/measurement.ts';
import type { Voi } from '#shared/imaging/grey-scale.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { EngineListener, EngineStatus, Mark } from '#viewer/engines/image-engine.ts';
import { createMarkOverlay } from '#viewer/engines/overlay/mark-overlay.ts';
import { chooseDrawing, drawingChoice } from './canvas-drawing.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameEngine } from './frame-engine-port.ts';
import { FrameFailure } from './frame-failure.ts';
import { fusionControls } from './frame-fusion.ts';
import { createFrameLook, frameViewOf, lookControls } from './frame-look.ts';
import { createFrameMeasuring, type PaintedFrame, shapeControls } from './frame-measuring.ts';
import { type FrameStack, indexOfTarget, targetAt } from './frame-stack.ts';
import { describeStatus } from './frame-status.ts';
import { hungPlacement } from './hung-place.ts';
import { middleOf } from './lens.ts';
import { createOverlaySource } from './overlay-source.ts';
import { createPaintWatch } from './paint-watch.ts';
import { createPatientPlace } from './patient-place.ts';
import { readAs } from './pet-values.ts';
import {
  fitted,
  imageToScreen,
  type Placement,
  panned,
  placementOfView,
  screenToImage,
  zoomedAbout,
} from './placement.ts';
import { type Framing, placementControls } from './placement-controls.ts';
import { createGestures } from './pointer-gestures.ts';
import { selectedRegionOf, windowOfRegion } from './region-window.ts';
import { createSegmentLayer, segmentControls } from './segment-layer.ts';
import { automaticWindow, needsAutomaticWindow } from './series-window.ts';
import { createStackPainter } from './stack-painter.ts';
import { createStackPrefetch, type StackPrefetch } from './stack-prefetch.ts';

/** How long the former image may stay while the wanted one loads, before it is covered. */
const GRACE_MS = 150;

/**
 * Shows series in `element` (positioned, with a size). Where the image lies, its window, its marks and all numbers are
 * held here; the painter is handed a look.
 */
export function createFrameEngine(element: HTMLDivElement, listener: EngineListener): FrameEngine {
  const look = createFrameLook(createOverlaySource(() => repaint()));
  let stack: FrameStack | null = null;
  let opening = new AbortController();
  let prefetch: StackPrefetch | null = null;
  let placement: Placement | null = null;
  let framing: Framing = 'fit';
  let marks: readonly Mark[] = [];
  let isMagnifying = false;
  let pointer: readonly [number, number] | null = null;
  let statusFrame = 0;
  let lastPainted: number | null = null;
  let direction = 1;

  const watch = createPaintWatch(() => refresh());
  const painter = createStackPainter(element, {
    lookOf(index, image) {
      const description = stack?.frames[index]?.description;
      if (description === undefined) throw new FrameFailure('This image is not part of the open series.');
      placement = placementFor(description);
      return { placement, ...look.pixels(description, image) };
    },
    overlayOf: (index) => segments.pictureOn(index),
    onPainted() {
      if (isTrue()) watch.settle();
      const painted = painter.painted();
      if (painted !== lastPainted) {
        lastPainted = painted;
        // What was being drawn or pulled belonged to the image before.
        overlay.setLocked(true);
        segments.leaveImage();
        placeMarks();
      }
      if (isTrue() && painted !== null && !painter.isPreview()) prefetch?.setPlace(painted, direction);
      refresh();
    },
    onFailed() {
      const failure = painter.failure();
      if (failure !== null) watch.fail(failure);
      refresh();
    },
  });
  const overlay = createMarkOverlay(
    element,
    {
      toScreen: (point) => projected((now, shown) => imageToScreen(now, shown, painter.screen(), point)) ?? point,
      toImage: (point) => projected((now, shown) => screenToImage(now, shown, painter.screen(), point)) ?? point,
      imageSize: () => (isCovered() ? null : projected((_, { columns, rows }) => ({ width: columns, height: rows }))),
    },
    {
      onDrawn(geometry) {
        const drawn = measuring.drawn(geometry);
        if (drawn !== null) listener.onDrawn(drawn);
      },
      onChanged(mark, geometry) {
        const now = view();
        if (now === null || isCovered()) return;
        listener.onChanged({ id: mark.id, geometry, view: now, measurements: measuring.measure(geometry, mark) });
      },
      onSelected: (id, more) => listener.onSelected(id, more),
      onDeleteRequested: (...ids) => listener.onDeleteRequested(...ids),
      describe: (geometry, mark) => measuring.measure(geometry, mark).map(describeMeasurement),
    },
  );
  const measuring = createFrameMeasuring({
    painted: paintedFrame,
    async goTo(target, steps) {
      const index = stack === null ? -1 : indexOfTarget(stack, target);
      if (index < 0 || stack?.frames[index + steps] === undefined) return false;
      want(index + steps);
      if (!isTrue()) await watch.painted();
      return true;
    },
    onCalibrated: () => refresh(),
  });
  const segments = createSegmentLayer(element, {
    stack: () => stack,
    shown: () => (isTrue() && !isCovered() ? painter.painted() : null),
    image: () => painter.image(),
    toImage: (point) => projected((now, shown) => screenToImage(now, shown, painter.screen(), point)),
    zoom: () => placement?.zoom ?? 1,
    selectedRegion: () => selectedRegion(),
    repaint: () => repaint(),
  });
  const gestures = createGestures(element, {
    panBy: (dx, dy) => move((now, shown) => panned(now, shown, dx, dy)),
    zoomBy: (factor, anchor) => move((now, shown) => zoomedAbout(now, shown, painter.screen(), factor, anchor)),
    windowBy(dx, dy) {
      const description = shownDescription();
      if (description !== null) look.voi.drag(description, dx, dy);
      repaint();
    },
    scrollBy: (steps) => want(painter.wanted() + steps),
    pixelsPerStep: () =>
      Math.min(24, Math.max(2, painter.screen().height / Math.max(1, stack?.frames.length ?? 1) / 1.2)),
    pointAt(place) {
      pointer = place;
      if (isMagnifying) painter.magnify(place);
      refresh();
    },
    clickEmpty: () => listener.onSelected(null),
    abandonDrawing() {
      while (overlay.cancelDrawing());
      segments.abandon();
    },
  });
  const observer = new ResizeObserver(() => {
    if (element.clientWidth === 0 || element.clientHeight === 0) return;
    painter.resize();
    const description = shownDescription();
    if (description !== null) placement = placementFor(description);
    repaint();
  });
  observer.observe(element);

  function shownDescription(): FrameDescription | null {
    return stack?.frames[painter.painted() ?? -1]?.description ?? null;
  }
  function projected<T>(use: (now: Placement, shown: FrameDescription) => T): T | null {
    const description = shownDescription();
    return description === null || placement === null ? null : use(placement, description);
  }
  function isTrue(): boolean {
    return stack !== null && painter.painted() === painter.wanted();
  }
  /** Shown and wanted differ, and the grace is over. */
  function isCovered(): boolean {
    return !isTrue() && (watch.overdue() || painter.failure() !== null || painter.painted() === null);
  }
  function placementFor(description: FrameDescription): Placement {
    const screen = painter.screen();
    const before = shownDescription();
    const otherSize = before !== null && (before.rows !== description.rows || before.columns !== description.columns);
    if (typeof framing === 'object')
      return 'edge' in framing
        ? hungPlacement(framing, description, screen)
        : placementOfView(framing, description, screen);
    if (placement === null || otherSize) framing = 'fit';
    return placement === null || framing === 'fit' ? fitted(description, screen, placement ?? undefined) : placement;
  }
  function paintedFrame(): PaintedFrame | null {
    const description = shownDescription();
    const target = stack === null ? null : targetAt(stack, painter.painted() ?? -1);
    const now = view();
    if (description === null || target === null || now === null || isCovered()) return null;
    return { target, description: readAs(description, look.petValues), view: now, image: painter.image() };
  }
  function placeMarks(): void {
    const present = stack;
    const painted = painter.painted();
    const here = present === null || painted === null ? null : targetAt(present, painted);
    overlay.setMarks(here === null ? [] : marks.filter(({ target }) => sameTarget(target, here)));
  }
  function refresh(): void {
    // What is under the lens lies elsewhere than it seems: marks are hidden and nothing is drawn meanwhile.
    overlay.setLocked(isCovered() || painter.isPreview() || isMagnifying);
    overlay.refresh();
    if (statusFrame !== 0) return;
    statusFrame = requestAnimationFrame(() => {
      statusFrame = 0;
      listener.onStatus(status());
    });
  }
  function repaint(): void {
    const image = painter.image();
    if (image !== null) projected((now, shown) => painter.paint({ placement: now, ...look.pixels(shown, image) }));
    refresh();
  }
  function move(change: (now: Placement, shown: FrameDescription) => Placement, then: Framing = 'free'): void {
    placement = projected(change) ?? placement;
    framing = then;
    repaint();
  }
  function want(index: number): void {
    if (stack === null) return;
    const held = Math.min(Math.max(Math.round(index), 0), stack.frames.length - 1);
    if (held === painter.wanted()) return;
    direction = held > painter.wanted() ? 1 : -1;
    if (typeof framing === 'object' && !('edge' in framing)) framing = 'free';
    watch.begin(GRACE_MS);
    painter.want(held);
    if (isTrue()) watch.settle();
    refresh();
  }
  function view(): FrameView | null {
    return projected((now, shown) => frameViewOf(now, shown, painter.screen(), look));
  }
  function probe(): string | null {
    const at = pointer;
    if (at === null) return null;
    const own = projected((now, shown) => measuring.probe(screenToImage(now, shown, painter.screen(), at)));
    const point = look.fusion === null ? null : place.pointedAt();
    return [own, point && look.fusion?.valueAt(point)].filter(Boolean).join(' · ') || null;
  }
  function status(): EngineStatus {
    return describeStatus({
      stack,
      painted: painter.painted(),
      covered: isCovered(),
      failure: painter.failure(),
      placement,
      look,
      density: window.devicePixelRatio,
      view: view(),
      loadedCount: prefetch?.loadedCount() ?? 0,
      probe: probe(),
      preview: painter.isPreview(),
      lens: isMagnifying,
      userCalibration: measuring.calibrationHere(),
    });
  }
  function close(): void {
    opening.abort(new DOMException('The series was closed', 'AbortError'));
    segments.close();
    prefetch?.dispose();
    prefetch = null;
    watch.close();
    stack = null;
  }
  const setVoi = (next: Voi): void => {
    look.voi.choose(next);
    repaint();
  };
  const selectedRegion = () => selectedRegionOf(marks, stack, painter.painted());

  const place = createPatientPlace({
    stack: () => stack,
    shown: () => (isCovered() ? null : shownDescription()),
    placement: () => placement,
    screen: painter.screen,
    pointer: () => pointer,
    goTo: want,
    place: (change) => move(change),
  });

  return {
    ...place,
    ...lookControls(look, repaint),
    ...shapeControls(measuring),
    ...segmentControls(segments),
    ...placementControls({ screen: painter.screen, shown: shownDescription, framing: () => framing, move }),
    ...fusionControls(look, () => stack, repaint),
    async open(source, signal) {
      signal.throwIfAborted();
      close();
      const [first] = source.frames;
      if (first === undefined) throw new FrameFailure('This series holds no image that can be shown.');
      opening = new AbortController();
      const closed = opening.signal;
      placement = null;
      framing = 'fit';
      lastPainted = null;
      look.reset();
      look.voi.setAutomatic(null);
      const opened = createStackPrefetch(source.frames, refresh);
      prefetch = opened;
      signal.addEventListener('abort', () => opened.dispose(), { once: true });
      if (needsAutomaticWindow(first.description)) {
        look.voi.setAutomatic(await automaticWindow(source.frames, 0, AbortSignal.any([signal, closed])));
        signal.throwIfAborted();
      }
      stack = source;
      watch.begin(0);
      const done = watch.painted();
      painter.start(source.frames, 0);
      refresh();
      await done;
    },
    setTool(tool) {
      overlay.setTool(tool);
      gestures.setTool(tool);
      segments.setTool(tool);
      element.dataset.tool = tool;
    },
    setMarks(next) {
      marks = next;
      placeMarks();
    },
    setColor: (color) => overlay.setColor(color),
    async show(target, wanted) {
      const index = stack === null ? -1 : indexOfTarget(stack, target);
      if (index < 0 || wanted.kind !== 'frame') throw new FrameFailure('This image is not in the open series.');
      want(index);
      framing = wanted;
      look.restore(wanted, stack?.frames[index]?.description);
      if (!isTrue()) {
        const done = watch.painted();
        if (painter.failure() !== null) painter.retry();
        await done;
        return;
      }
      move((_, shown) => placementOfView(wanted, shown, painter.screen()), wanted);
    },
    view,
    cancelDrawing: () => overlay.cancelDrawing(),
    goTo: want,
    step: (steps) => want(painter.wanted() + steps),
    isLoaded: (index) => prefetch?.isLoaded(index) ?? false,
    setWindow: (next) => setVoi({ window: next }),
    windowChoices() {
      const description = shownDescription();
      return description === null ? [] : look.windowChoices(description);
    },
    chooseWindow(choice) {
      if (choice.voi !== null) setVoi(choice.voi);
      else if (stack !== null) {
        const { signal } = opening;
        void automaticWindow(stack.frames, painter.painted() ?? 0, signal).then((found) => {
          if (!signal.aborted) setVoi({ window: found });
        });
      }
    },
    windowOnSelection() {
      const [region, image, description] = [selectedRegion(), painter.image(), shownDescription()];
      const found = region === null || image === null ? null : windowOfRegion(region, image, description);
      if (found !== null) setVoi({ window: found });
      return found !== null;
    },
    reset() {
      look.reset();
      move((_, shown) => fitted(shown, painter.screen()), 'fit');
    },
    retry() {
      watch.begin(0);
      painter.retry();
      refresh();
    },
    toggleMagnifier() {
      isMagnifying = !isMagnifying;
      painter.magnify(isMagnifying ? (pointer ?? middleOf(painter.screen())) : null);
      refresh();
    },
    drawing: drawingChoice,
    chooseDrawing(choice) {
      chooseDrawing(choice);
      painter.chooseCanvas();
    },
    dispose() {
      observer.disconnect();
      cancelAnimationFrame(statusFrame);
      close();
      gestures.dispose();
      segments.dispose();
      overlay.dispose();
      painter.dispose();
    },
  };
}
