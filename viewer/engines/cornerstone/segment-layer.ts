import { type Geometry, insideTest, type Point } from '#shared/annotation/geometry.ts';
import { type PaintedArea, paintRegion, paintStroke, withinRange } from '#shared/segmentation/brush.ts';
import { decodeMask, encodeMask, type Mask } from '#shared/segmentation/mask-runs.ts';
import { runsOn, type SegmentDraft, type SegmentFrame, withFrame } from '#shared/segmentation/segment.ts';
import { SEGMENT_TOOLS, type SegmentTool, type Tool } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import { FrameFailure } from './frame-failure.ts';
import { type FrameImage, modalityValuesOf } from './frame-image.ts';
import type { FrameStack } from './frame-stack.ts';
import { createBrushCursor } from './segment-cursor.ts';
import { growSegment, interpolatedFrames } from './segment-growing.ts';
import { measureSegment } from './segment-measuring.ts';
import { type ColouredMask, createSegmentPicture } from './segment-picture.ts';
import type { SegmentControls, SegmentHand, SegmentListener, ShownSegment } from './segment-port.ts';

/** What the layer must know of the viewport it lies in. */
export interface SegmentSurroundings {
  stack(): FrameStack | null;
  /** Place in the stack of the image that is shown with all its pixels and may be drawn on; null while there is none. */
  shown(): number | null;
  image(): FrameImage | null;
  toImage(place: Point): Point | null;
  /** Screen pixels per width of an image pixel. */
  zoom(): number;
  selectedRegion(): Geometry | null;
  repaint(): void;
}

export interface SegmentLayer extends SegmentControls {
  setTool(tool: Tool): void;
  /** What lies over the frame at `index`, in its size; null where there is nothing. */
  pictureOn(index: number): CanvasImageSource | null;
  /** Another image is shown, or none: what was being painted is kept. */
  leaveImage(): void;
  /** Gives up what is being painted, because a second finger came down. */
  abandon(): void;
  close(): void;
  dispose(): void;
}

interface Stroke {
  readonly pointer: number;
  readonly index: number;
  readonly id: string | null;
  readonly mask: Mask;
  readonly tool: SegmentTool;
  readonly accepts: (place: number) => boolean;
  last: Point;
}

const isSegmentTool = (tool: Tool): tool is SegmentTool => (SEGMENT_TOOLS as readonly Tool[]).includes(tool);

/** Shows segments over the images of a viewport, and paints into one of them. The store is the truth: what is painted is handed over. */
export function createSegmentLayer(element: HTMLElement, around: SegmentSurroundings): SegmentLayer {
  let segments: readonly ShownSegment[] = [];
  let hand: SegmentHand | null = null;
  let listener: SegmentListener | null = null;
  let tool: Tool = 'window';
  let stroke: Stroke | null = null;
  let growing = new AbortController();
  /** What the picture shows now. */
  let drawn: {
    readonly index: number;
    readonly masks: readonly (ColouredMask & { readonly id: string | null })[];
  } | null = null;
  const picture = createSegmentPicture();
  const cursor = createBrushCursor(element);
  const ending = new AbortController();

  function descriptionAt(index: number): FrameDescription | null {
    return around.stack()?.frames[index]?.description ?? null;
  }
  function lies(segment: ShownSegment, index: number): boolean {
    const [stack, description] = [around.stack(), descriptionAt(index)];
    return (
      segment.target.seriesUid === stack?.seriesUid &&
      segment.columns === description?.columns &&
      segment.rows === description.rows
    );
  }
  /** The segment that is painted; null for a new one, `refused` when it must not be. */
  function painted(index: number): ShownSegment | null | 'refused' {
    const active = segments.find((one) => one.id === hand?.activeId);
    if (active === undefined || !lies(active, index)) return null;
    if (active.editable) return active;
    listener?.onNotice('This segment is locked, or somebody else’s. Choose another one, or make a new one.');
    return 'refused';
  }
  function maskOf(segment: ShownSegment | null, index: number): Mask {
    const [frame, description] = [around.stack()?.frames[index], descriptionAt(index)];
    const size = (description?.columns ?? 0) * (description?.rows ?? 0);
    const runs =
      segment === null || frame === undefined ? '' : runsOn(segment, frame.sopInstanceUid, frame.frameNumber);
    return decodeMask(runs, size) ?? new Uint8Array(size);
  }
  /** Tells the page: `mask` is what the segment has on that frame now. */
  function handOver(
    id: string | null,
    index: number,
    frames: readonly SegmentFrame[],
    how: SegmentDraft['drawn'],
  ): void {
    const [stack, description] = [around.stack(), descriptionAt(index)];
    if (stack === null || description === null) return;
    const { studyUid, seriesUid } = stack;
    const { columns, rows } = description;
    const measurements = measureSegment(stack, frames);
    listener?.onDrawn({ id, target: { studyUid, seriesUid }, columns, rows, frames, how, measurements });
  }
  function framesWith(segment: ShownSegment | null, index: number, mask: Mask): readonly SegmentFrame[] {
    const frame = around.stack()?.frames[index];
    const frames = segment?.frames ?? [];
    if (frame === undefined) return frames;
    const { sopInstanceUid, frameNumber } = frame;
    return withFrame({ frames: [...frames] }, { sopInstanceUid, frameNumber, runs: encodeMask(mask) }).frames;
  }

  function paintTo(to: Point): void {
    const now = stroke;
    const description = now === null ? null : descriptionAt(now.index);
    if (now === null || hand === null || description === null) return;
    const { columns, rows, pixelShape } = description;
    const grid = { columns, rows, pixelWidth: pixelShape.width, pixelHeight: pixelShape.height };
    const value = now.tool === 'eraser' ? 0 : 1;
    const area = paintStroke(now.mask, grid, { from: now.last, to, radius: hand.radius, value }, now.accepts);
    now.last = to;
    if (area !== null) redraw(now.index, area);
  }
  function finish(keep: boolean): void {
    const done = stroke;
    stroke = null;
    drawn = null;
    if (done === null) return;
    if (keep) {
      const segment = segments.find(({ id }) => id === done.id) ?? null;
      const frames = framesWith(segment, done.index, done.mask);
      const before = maskOf(segment, done.index);
      const changed = before.some((value, place) => value !== done.mask[place]);
      if (changed)
        handOver(done.id, done.index, frames, done.tool === 'threshold-brush' ? 'half-automatic' : 'by-hand');
    }
    around.repaint();
  }
  function begin(pointer: number, at: Point): void {
    const index = around.shown();
    const image = around.image();
    const description = index === null ? null : descriptionAt(index);
    if (index === null || image === null || description === null || hand === null || !isSegmentTool(tool)) return;
    if (tool === 'grow') {
      grow(index, at);
      return;
    }
    const segment = painted(index);
    if (segment === 'refused') return;
    if (tool === 'threshold-brush' && image.isColor) {
      listener?.onNotice('A threshold needs grey values; this is a colour image.');
      return;
    }
    const accepts =
      tool === 'threshold-brush' ? withinRange(modalityValuesOf(image, description), hand.range) : () => true;
    stroke = { pointer, index, id: segment?.id ?? null, mask: maskOf(segment, index), tool, accepts, last: at };
    redraw(index, null);
    paintTo(at);
  }
  function grow(index: number, at: Point): void {
    const [stack, segment] = [around.stack(), painted(index)];
    if (stack === null || hand === null || segment === 'refused') return;
    growing.abort(new DOMException('Another place was chosen', 'AbortError'));
    growing = new AbortController();
    const { signal } = growing;
    growSegment(stack, index, at, segment?.frames ?? [], hand, signal).then(
      ({ frames, notice }) => {
        if (signal.aborted || around.stack() !== stack) return;
        handOver(segment?.id ?? null, index, frames, 'half-automatic');
        if (notice !== null) listener?.onNotice(notice);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        listener?.onNotice(error instanceof FrameFailure ? error.message : 'This region could not be grown.');
      },
    );
  }

  function redraw(index: number, area: PaintedArea | null): void {
    const description = descriptionAt(index);
    if (description === null) return;
    if (drawn?.index !== index || area === null) {
      const here = segments.filter((segment) => lies(segment, index));
      const masks = here.map((segment) => ({
        ...{ id: segment.id, color: segment.color },
        mask: stroke?.index === index && stroke.id === segment.id ? stroke.mask : maskOf(segment, index),
      }));
      const fresh = stroke?.index === index && stroke.id === null ? [stroke.mask] : [];
      const color = hand?.newColor ?? '#ffffff';
      drawn = { index, masks: [...masks, ...fresh.map((mask) => ({ id: null, color, mask }))] };
    }
    picture.draw(drawn.masks, description.columns, description.rows, area);
    around.repaint();
  }

  const placeOf = (event: PointerEvent): Point => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const showCursor = (place: Point | null): void => {
    const shows = hand !== null && isSegmentTool(tool) && tool !== 'grow';
    cursor.show(shows ? place : null, (hand?.radius ?? 0) * around.zoom());
  };
  const { signal } = ending;
  element.addEventListener(
    'pointerdown',
    (event) => {
      // What pans and pinches was taken before.
      if (event.button !== 0 || event.defaultPrevented || !isSegmentTool(tool) || hand === null) return;
      if (event.target instanceof Element && event.target.closest('button,input') !== null) return;
      event.stopPropagation();
      const at = around.toImage(placeOf(event));
      if (at === null) return;
      element.setPointerCapture(event.pointerId);
      begin(event.pointerId, at);
    },
    { capture: true, signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      if (event.pointerType !== 'touch' || stroke !== null) showCursor(placeOf(event));
      if (stroke === null || stroke.pointer !== event.pointerId) return;
      for (const one of event.getCoalescedEvents?.() ?? [event]) {
        const at = around.toImage(placeOf(one));
        if (at !== null) paintTo(at);
      }
    },
    { signal },
  );
  const onUp = (event: PointerEvent): void => {
    if (stroke?.pointer === event.pointerId) finish(event.type === 'pointerup');
    if (event.pointerType === 'touch') showCursor(null);
  };
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onUp, { signal });
  element.addEventListener('pointerleave', () => showCursor(null), { signal });

  return {
    setTool(next) {
      if (next !== tool) finish(true);
      tool = next;
      showCursor(null);
    },
    setSegments(next) {
      segments = next;
      if (stroke === null) drawn = null;
      around.repaint();
    },
    setSegmentHand(next, hears) {
      hand = next;
      listener = hears;
      if (next === null) finish(false);
      cursor.resize((next?.radius ?? 0) * around.zoom());
    },
    pictureOn(index) {
      if (drawn?.index !== index) {
        if (!segments.some((segment) => lies(segment, index)) && stroke === null) return null;
        const description = descriptionAt(index);
        if (description === null) return null;
        const masks = segments
          .filter((segment) => lies(segment, index))
          .map((segment) => ({ id: segment.id, color: segment.color, mask: maskOf(segment, index) }));
        drawn = { index, masks };
        picture.draw(masks, description.columns, description.rows, null);
      }
      return drawn.masks.length === 0 ? null : picture.canvas;
    },
    interpolateSegment(id) {
      const [stack, segment] = [around.stack(), segments.find((one) => one.id === id)];
      if (stack === null || segment?.editable !== true || segment.target.seriesUid !== stack.seriesUid) {
        listener?.onNotice('Open the series of this segment first, and unlock it.');
        return;
      }
      const { columns, rows } = segment;
      const frames = interpolatedFrames(stack, segment.frames, columns, rows);
      const index = stack.frames.findIndex(
        ({ description }) => description.columns === columns && description.rows === rows,
      );
      if (frames === segment.frames) listener?.onNotice('There is no slice between drawn ones to fill.');
      else handOver(id, index, frames, 'half-automatic');
    },
    thresholdInRegion() {
      const [index, image, region] = [around.shown(), around.image(), around.selectedRegion()];
      const description = index === null ? null : descriptionAt(index);
      const inside = region === null ? null : insideTest(region);
      if (index === null || image === null || description === null || hand === null) return;
      if (inside === null || image.isColor) {
        listener?.onNotice('Select a region (ellipse, rectangle, polygon …) on a grey image first.');
        return;
      }
      const segment = painted(index);
      if (segment === 'refused') return;
      const mask = maskOf(segment, index);
      paintRegion(mask, description, inside, withinRange(modalityValuesOf(image, description), hand.range));
      handOver(segment?.id ?? null, index, framesWith(segment, index, mask), 'half-automatic');
    },
    leaveImage: () => finish(true),
    abandon: () => finish(false),
    close() {
      growing.abort(new DOMException('The series was closed', 'AbortError'));
      finish(true);
    },
    dispose() {
      ending.abort();
      growing.abort(new DOMException('The viewport was closed', 'AbortError'));
      cursor.dispose();
    },
  };
}

/** The part of it that a page may ask. */
export function segmentControls(layer: SegmentControls): SegmentControls {
  const { setSegments, setSegmentHand, interpolateSegment, thresholdInRegion } = layer;
  return { setSegments, setSegmentHand, interpolateSegment, thresholdInRegion };
}
