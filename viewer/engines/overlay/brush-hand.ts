import type * as areas from '#shared/annotation/areas.ts';
import { type Geometry, insideTest, isRegion, liesWithin, type Point } from '#shared/annotation/geometry.ts';
import type { Mark } from '#viewer/engines/image-engine.ts';
import type { Brush } from '#viewer/engines/tools/brush.ts';
import type { Placed } from '#viewer/engines/tools/drawing-step.ts';

/** What the brush needs of the overlay it works on. */
export interface BrushGround {
  readonly svg: SVGSVGElement;
  placed(event: PointerEvent): Placed;
  marks(): readonly Mark[];
  /** Screen pixels per image pixel. */
  scale(): number;
  micrometresPerPixel(): number | null;
  imageSize(): { readonly width: number; readonly height: number } | null;
  /** Shows how the shape looks while it is painted; of no mark yet when `mark` is null. Null: nothing is left of it. */
  show(mark: Mark | null, geometry: Geometry | null): void;
  done(mark: Mark | null, geometry: Geometry | null): void;
}

export type BrushWay = 'add' | 'erase';

export interface BrushHand {
  setBrush(brush: Brush): void;
  /** Null: the brush is not in hand. */
  setWay(way: BrushWay | null): void;
  press(event: PointerEvent): void;
  move(event: PointerEvent): void;
  release(): void;
  /** True when there was a stroke. */
  cancel(): boolean;
  /** The view has changed: the ring of the brush with it. */
  refresh(): void;
  readonly active: boolean;
}

interface Stroke {
  readonly mark: Mark | null;
  readonly way: BrushWay;
  readonly radius: number;
  readonly tolerance: number;
  area: areas.Area;
  /** Places since the last frame, the last place of that frame first. */
  pending: Point[];
}

/** The round ends leave a circle by so much, in screen pixels: nobody sees it, and it keeps outlines short. */
const TOLERANCE_PX = 0.3;
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Paints areas with a round brush and takes away with it. The selected area of one's own takes what is painted; without
 * one a new area begins, and the eraser takes the area under it. The shape follows the hand once a frame.
 */
export function createBrushHand(ground: BrushGround): BrushHand {
  const ring = document.createElementNS(SVG, 'circle');
  const style = 'fill: none; pointer-events: none; stroke: #fff; stroke-width: 1.5; filter: drop-shadow(0 0 1px #000)';
  ring.setAttribute('style', style);
  ring.setAttribute('data-brush', '');
  let brush: Brush = { size: 40, unit: 'px' };
  let way: BrushWay | null = null;
  let tools: typeof areas | null = null;
  let stroke: Stroke | null = null;
  let frame = 0;
  let pointer: Point | null = null;

  const radiusInImage = (): number => {
    const mpp = ground.micrometresPerPixel();
    return brush.unit === 'um' && mpp !== null ? brush.size / 2 / mpp : brush.size / 2 / ground.scale();
  };
  const showRing = (): void => {
    if (way === null || pointer === null) {
      ring.remove();
      return;
    }
    ring.setAttribute('cx', String(pointer[0]));
    ring.setAttribute('cy', String(pointer[1]));
    ring.setAttribute('r', String(radiusInImage() * ground.scale()));
    ground.svg.append(ring);
  };
  const shapeOf = ({ area }: Stroke): Geometry | null => {
    const size = ground.imageSize();
    if (tools === null || size === null) return null;
    const shape = tools.shapeOfArea(area);
    if (shape === null || liesWithin(shape, size.width, size.height)) return shape;
    const image: Geometry = { kind: 'rectangle', min: [0, 0], max: [size.width, size.height] };
    return tools.shapeOfArea(tools.intersection(area, tools.areaOf(image)));
  };
  const paint = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (stroke === null || tools === null || stroke.pending.length === 0) return;
    const covered = tools.brushed(stroke.pending, stroke.radius, stroke.tolerance);
    stroke.area = tools.stroked(stroke.area, covered, stroke.way);
    stroke.pending = stroke.pending.slice(-1);
  };
  const paintSoon = (): void => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      paint();
      if (stroke !== null) ground.show(stroke.mark, shapeOf(stroke));
    });
  };
  /** The areas a stroke may change, the one drawn last first. */
  const own = (): Mark[] => ground.marks().filter((mark) => mark.editable && isRegion(mark.geometry));
  const takenBy = ([x, y]: Point): Mark | null => {
    const selected = own().find((mark) => mark.selected);
    if (selected !== undefined || way === 'add') return selected ?? null;
    return (
      own()
        .reverse()
        .find((mark) => insideTest(mark.geometry)?.(x, y) === true) ?? null
    );
  };

  return {
    setBrush(next) {
      brush = next;
      showRing();
    },
    setWay(next) {
      if (next === way) return;
      way = next;
      stroke = null;
      showRing();
      if (next !== null && tools === null) {
        // Without the network the tool does nothing; it is asked for again with the next choice.
        void import('#shared/annotation/areas.ts').then(
          (loaded) => {
            tools = loaded;
          },
          () => {},
        );
      }
    },
    press(event) {
      if (way === null || tools === null) return;
      const { image } = ground.placed(event);
      const mark = takenBy(image);
      if (mark === null && way === 'erase') return;
      stroke = {
        ...{ mark, way, radius: radiusInImage(), tolerance: TOLERANCE_PX / ground.scale() },
        area: mark === null ? [] : tools.areaOf(mark.geometry),
        pending: [image],
      };
      paintSoon();
    },
    move(event) {
      pointer = ground.placed(event).screen;
      showRing();
      if (stroke === null) return;
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length > 0 ? steps : [event]) stroke.pending.push(ground.placed(step).image);
      paintSoon();
    },
    release() {
      if (stroke === null) return;
      paint();
      const { mark } = stroke;
      const shape = shapeOf(stroke);
      stroke = null;
      ground.done(mark, shape);
    },
    cancel() {
      const was = stroke;
      stroke = null;
      cancelAnimationFrame(frame);
      frame = 0;
      if (was !== null) ground.show(was.mark, was.mark?.geometry ?? null);
      return was !== null;
    },
    refresh: showRing,
    get active() {
      return stroke !== null;
    },
  };
}
