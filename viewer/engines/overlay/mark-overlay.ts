import { type Geometry, type Point, translated } from '#shared/annotation/geometry.ts';
import type { Mark, Tool } from '#viewer/engines/image-engine.ts';
import type { Brush } from '#viewer/engines/tools/brush.ts';
import { createDrawing } from '#viewer/engines/tools/drawing.ts';
import type { Drawing, Placed } from '#viewer/engines/tools/drawing-step.ts';
import { DRAWING_TOOLS, type DrawingTool } from '#viewer/engines/tools/drawing-tool.ts';
import { heldWithin, withHandleAt } from '#viewer/engines/tools/editing.ts';
import { type BrushWay, createBrushHand } from './brush-hand.ts';
import { createMarkView, type MarkView } from './mark-view.ts';
import { createVertexHand } from './vertex-hand.ts';

/** How an engine places image pixels on the screen now; CSS pixels from the host's upper left corner. */
export interface Projection {
  toScreen(point: Point): Point;
  toImage(point: Point): Point;
  /** Size of the shown image in its own pixels; null while nothing (or the wrong thing) is shown. */
  imageSize(): { readonly width: number; readonly height: number } | null;
  /** Null, or absent, where the image has no scale of that kind. */
  micrometresPerPixel?(): number | null;
}

export interface OverlayListener {
  onDrawn(geometry: Geometry): void;
  onChanged(mark: Mark, geometry: Geometry): void;
  onSelected(id: string | null, more?: boolean): void;
  onDeleteRequested(...ids: readonly string[]): void;
  /** The lines beside a shape while it is drawn (`mark` is null) or pulled: measurements with units. */
  describe(geometry: Geometry, mark: Mark | null): readonly string[];
}

export interface MarkOverlay {
  setTool(tool: Tool): void;
  setBrush(brush: Brush): void;
  /** The colour of what is being drawn. */
  setColor(color: string): void;
  /** Only the marks of the image that is shown. */
  setMarks(marks: readonly Mark[]): void;
  /** Locked: nothing can be drawn or moved, and the marks are hidden, since the image is not the wanted one. */
  setLocked(locked: boolean): void;
  /** Call after every change of the view. */
  refresh(): void;
  cancelDrawing(): boolean;
  dispose(): void;
}

type Hold = {
  readonly mark: Mark;
  readonly handle: number | null;
  readonly from: Placed;
  geometry: Geometry;
  moved: boolean;
};

const BRUSH_WAYS: Readonly<Partial<Record<Tool, BrushWay>>> = { 'area-brush': 'add', 'area-eraser': 'erase' };
const isDrawingTool = (tool: Tool): tool is DrawingTool => (DRAWING_TOOLS as readonly string[]).includes(tool);

/**
 * An SVG layer over an image engine: shows marks, draws new ones, moves and reshapes editable ones. It is a child of
 * the element the engine listens to: what it does not consume (wheel, other buttons, empty places) bubbles there.
 */
export function createMarkOverlay(host: HTMLElement, projection: Projection, listener: OverlayListener): MarkOverlay {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.style.cssText =
    'position:absolute;inset:0;width:100%;height:100%;overflow:hidden;z-index:5;user-select:none;touch-action:none';
  host.append(svg);

  const views = new Map<string, MarkView>();
  const draftView = createMarkView('draft');
  let marks: readonly Mark[] = [];
  let tool: Tool = 'select';
  let color = '#ffd166';
  let locked = false;
  let drawing: Drawing | null = null;
  let hold: Hold | null = null;
  /** What the last press took: a captured pointer hides it from the double click that follows. */
  let pressed: { readonly id: string; readonly handle: number | null } | null = null;

  const placed = (event: PointerEvent): Placed => {
    const box = host.getBoundingClientRect();
    const screen: Point = [event.clientX - box.left, event.clientY - box.top];
    return { screen, image: projection.toImage(screen) };
  };
  const within = (geometry: Geometry): Geometry => {
    const size = projection.imageSize();
    return size === null ? geometry : heldWithin(geometry, size.width, size.height);
  };
  const scale = (): number => {
    const [a, b] = [projection.toScreen([0, 0]), projection.toScreen([1, 0])];
    return Math.hypot(b[0] - a[0], b[1] - a[1]);
  };
  const brush = createBrushHand({
    svg,
    placed: (event) => placed(event),
    marks: () => marks,
    scale,
    micrometresPerPixel: () => projection.micrometresPerPixel?.() ?? null,
    imageSize: projection.imageSize,
    show(mark, geometry) {
      if (mark === null) showDraft(geometry);
      else if (geometry !== null) showChanged(mark, geometry);
    },
    done(mark, geometry) {
      showDraft(null);
      if (mark === null) finish(geometry);
      else if (geometry === null) listener.onDeleteRequested(mark.id);
      else listener.onChanged(mark, geometry);
    },
  });
  const vertices = createVertexHand({
    marks: () => marks,
    toScreen: projection.toScreen,
    toImage: projection.toImage,
    changed(mark, geometry) {
      if (projection.imageSize() !== null) listener.onChanged(mark, within(geometry));
    },
    refresh: () => showMarks(),
  });
  const showMarks = (): void => {
    for (const mark of marks) views.get(mark.id)?.update({ ...mark, vertex: vertices.heldOf(mark) });
    place();
  };
  const showChanged = (mark: Mark, geometry: Geometry): void => {
    const lines = listener.describe(geometry, mark);
    views.get(mark.id)?.update({ ...mark, geometry, lines, vertex: vertices.heldOf(mark) });
    place();
  };
  const showDraft = (geometry: Geometry | null): void => {
    if (geometry === null) {
      draftView.remove();
      return;
    }
    const shown = within(geometry);
    draftView.update({
      geometry: shown,
      color,
      lines: listener.describe(shown, null),
      selected: false,
      editable: false,
    });
    draftView.place(projection.toScreen, svg.clientWidth, svg.clientHeight);
    draftView.node.style.pointerEvents = 'none';
    if (!draftView.node.isConnected) svg.append(draftView.node);
  };
  const place = (): void => {
    const { clientWidth, clientHeight } = svg;
    for (const view of views.values()) view.place(projection.toScreen, clientWidth, clientHeight);
    brush.refresh();
  };
  const applyTool = (): void => {
    const way = BRUSH_WAYS[tool] ?? null;
    const draws = (isDrawingTool(tool) || way !== null) && !locked;
    brush.setWay(locked ? null : way);
    svg.style.pointerEvents = draws ? 'all' : 'none';
    svg.style.cursor = draws ? 'crosshair' : '';
    svg.style.visibility = locked ? 'hidden' : '';
  };
  const finish = (geometry: Geometry | null): void => {
    if (geometry === null || projection.imageSize() === null) return;
    listener.onDrawn(within(geometry));
  };
  const swallow = (event: Event): void => {
    event.stopPropagation();
  };

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || locked || projection.imageSize() === null) return;
    const hit = event.target instanceof Element ? event.target.getAttribute('data-hit') : null;
    if (BRUSH_WAYS[tool] !== undefined) {
      event.stopPropagation();
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      brush.press(event);
      return;
    }
    if (isDrawingTool(tool)) {
      event.stopPropagation();
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      drawing ??= createDrawing(tool);
      showDraft(drawing.press(placed(event)).draft);
      return;
    }
    pressed = null;
    const mark = hit === null ? undefined : marks.find((candidate) => candidate.id === hit);
    if (mark === undefined || !(event.target instanceof Element)) return;
    event.stopPropagation();
    event.preventDefault();
    if (event.shiftKey) {
      listener.onSelected(mark.id, true);
      return;
    }
    if (!mark.selected) listener.onSelected(mark.id);
    if (!mark.editable) return;
    const handle = event.target.getAttribute('data-handle');
    svg.setPointerCapture(event.pointerId);
    if (handle === null) vertices.leave();
    else vertices.hold(mark, Number(handle));
    pressed = { id: mark.id, handle: handle === null ? null : Number(handle) };
    hold = {
      mark,
      handle: handle === null ? null : Number(handle),
      from: placed(event),
      geometry: mark.geometry,
      moved: false,
    };
  };
  const onPointerMove = (event: PointerEvent): void => {
    brush.move(event);
    if (drawing?.active === true) {
      showDraft(drawing.move(placed(event)).draft);
      return;
    }
    if (hold === null) return;
    const now = placed(event);
    if (!hold.moved && Math.hypot(now.screen[0] - hold.from.screen[0], now.screen[1] - hold.from.screen[1]) < 3) return;
    hold.moved = true;
    const start = hold.mark.geometry;
    const pulled =
      hold.handle === null
        ? translated(start, now.image[0] - hold.from.image[0], now.image[1] - hold.from.image[1])
        : withHandleAt(start, hold.handle, now.image);
    hold.geometry = within(pulled);
    showChanged(hold.mark, hold.geometry);
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (brush.active) {
      event.stopPropagation();
      brush.release();
      return;
    }
    if (drawing !== null && event.button === 0) {
      event.stopPropagation();
      const step = drawing.release(placed(event));
      showDraft(step.draft);
      if (!drawing.active) drawing = null;
      finish(step.finished);
      return;
    }
    if (hold === null) return;
    const { mark, geometry, moved } = hold;
    hold = null;
    if (moved) listener.onChanged(mark, geometry);
  };
  const onDoubleClick = (event: MouseEvent): void => {
    if (drawing === null) {
      const box = host.getBoundingClientRect();
      const at = projection.toImage([event.clientX - box.left, event.clientY - box.top]);
      const mark = marks.find(({ id, selected }) => selected && id === pressed?.id);
      if (mark === undefined || locked) return;
      event.stopPropagation();
      vertices.doubleClick(mark, pressed?.handle ?? null, at);
      return;
    }
    event.stopPropagation();
    const step = drawing.complete();
    drawing = null;
    showDraft(null);
    finish(step.finished);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLElement && event.target.closest('input,textarea,select,[contenteditable]') !== null)
      return;
    if (event.key === 'Enter' && drawing !== null) {
      const step = drawing.complete();
      drawing = null;
      showDraft(null);
      finish(step.finished);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      const selected = marks.filter((mark) => mark.selected && mark.editable);
      if (drawing !== null) cancelDrawing();
      else if (selected.length > 0) listener.onDeleteRequested(...selected.map(({ id }) => id));
    }
  };
  /** Before the keys of the image, which arrows would move. */
  const onKeyFirst = (event: KeyboardEvent): void => {
    if (locked || drawing !== null || !(event.target instanceof Element)) return;
    if (event.target.closest('input,textarea,select,button,a,summary,[contenteditable],[role="dialog"]') !== null)
      return;
    if (!vertices.press(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const cancelDrawing = (): boolean => {
    if (brush.cancel()) {
      showDraft(null);
      return true;
    }
    const was = drawing?.cancel() ?? false;
    if (drawing?.active !== true) {
      drawing = null;
      showDraft(null);
    }
    return was;
  };

  const consumed = ['mousedown', 'touchstart', 'click'] as const;
  svg.addEventListener('pointerdown', onPointerDown);
  svg.addEventListener('pointermove', onPointerMove);
  svg.addEventListener('pointerup', onPointerUp);
  svg.addEventListener('pointercancel', cancelDrawing);
  svg.addEventListener('dblclick', onDoubleClick);
  // Engines that listen to mouse and touch events must not see what the pointer handler consumed.
  const onCompanion = (event: Event): void => {
    if (event instanceof MouseEvent && event.button !== 0) return;
    swallow(event);
  };
  for (const type of consumed) svg.addEventListener(type, onCompanion);
  window.addEventListener('keydown', onKeyFirst, true);
  window.addEventListener('keydown', onKeyDown);
  applyTool();

  return {
    setTool(next) {
      if (next === tool) return;
      drawing?.cancel();
      drawing = null;
      showDraft(null);
      tool = next;
      applyTool();
    },
    setBrush: brush.setBrush,
    setColor(next) {
      color = next;
    },
    setMarks(next) {
      marks = next;
      const kept = new Set(next.map((mark) => mark.id));
      for (const [id, view] of views) {
        if (kept.has(id)) continue;
        view.remove();
        views.delete(id);
      }
      for (const mark of next) {
        let view = views.get(mark.id);
        if (view === undefined) {
          view = createMarkView(mark.id);
          views.set(mark.id, view);
          svg.append(view.node);
        }
        view.update({ ...mark, vertex: vertices.heldOf(mark) });
      }
      place();
    },
    setLocked(next) {
      if (next === locked) return;
      locked = next;
      if (locked) {
        drawing?.cancel();
        drawing = null;
        hold = null;
        brush.cancel();
        showDraft(null);
      }
      applyTool();
    },
    refresh: place,
    cancelDrawing,
    dispose() {
      window.removeEventListener('keydown', onKeyFirst, true);
      window.removeEventListener('keydown', onKeyDown);
      svg.remove();
      views.clear();
    },
  };
}
