import { definingPoints, type Geometry, type Point } from '#shared/annotation/geometry.ts';
import { handlesOf } from '#viewer/engines/tools/editing.ts';
import { outlinePath, screenBox } from './mark-shape.ts';

const SVG = 'http://www.w3.org/2000/svg';
const LINE_HEIGHT = 15;
const PADDING = 5;
/** An outline drawn freehand has hundreds of points: handles nearer than this would hide it. Zooming in shows the rest. */
const HANDLE_GAP = 12;
/** Handles this far outside are shown when they come in. */
const MARGIN = 20;

/** What one mark looks like; shared by stored marks and by the draft under the hand. */
export interface MarkAppearance {
  readonly geometry: Geometry;
  readonly color: string;
  readonly lines: readonly string[];
  readonly selected: boolean;
  readonly editable: boolean;
  /** The corner that the keyboard holds. */
  readonly vertex?: number | null;
}

function element<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[Name] {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

interface Handle {
  readonly at: Point;
  readonly index: number;
}

/** The handles on the screen that stand apart; the one that is held comes last, on top, and always. */
function shownHandles(grips: readonly Point[], held: number | null, width: number, height: number): Handle[] {
  const shown: Handle[] = [];
  let last: Point | null = null;
  for (const [index, at] of grips.entries()) {
    const isInside =
      at[0] > -MARGIN && at[1] > -MARGIN && at[0] < width + MARGIN && at[1] < height + MARGIN && index !== held;
    if (!isInside || (last !== null && Math.hypot(at[0] - last[0], at[1] - last[1]) < HANDLE_GAP)) continue;
    last = at;
    shown.push({ at, index });
  }
  const heldAt = held === null ? undefined : grips[held];
  return heldAt === undefined || held === null ? shown : [...shown, { at: heldAt, index: held }];
}

export interface MarkView {
  readonly node: SVGGElement;
  update(appearance: MarkAppearance): void;
  place(project: (point: Point) => Point, width: number, height: number): void;
  remove(): void;
}

/** The SVG group of one mark: dark outline under the colour, so that it reads on bone and on pink alike. */
export function createMarkView(id: string): MarkView {
  const node = element('g', { 'data-mark': id });
  const halo = element('path', { fill: 'none', stroke: '#fff', 'stroke-width': '6', 'stroke-opacity': '0.85' });
  const shade = element('path', { fill: 'none', stroke: '#000', 'stroke-width': '4', 'stroke-opacity': '0.55' });
  const shape = element('path', { fill: 'none', 'stroke-width': '2', 'stroke-linejoin': 'round' });
  const hit = element('path', { fill: 'none', stroke: 'transparent', 'stroke-width': '14', 'data-hit': id });
  const plate = element('rect', { fill: '#0b0d10', 'fill-opacity': '0.78', rx: '3', style: 'pointer-events: none;' });
  const label = element('text', {
    'font-size': '12',
    'font-weight': '600',
    style: 'font-variant-numeric: tabular-nums; pointer-events: none;',
  });
  const handles = element('g', {});
  node.append(halo, shade, shape, hit, plate, label, handles);
  let current: MarkAppearance | null = null;
  /** Width of the written lines; null until they have been laid out. */
  let labelWidth: number | null = null;

  /** Writes the lines to the right of the shape, on a dark plate, and never beyond the border of the screen. */
  const placeLabel = (right: number, top: number, width: number, height: number): void => {
    const lines = current?.lines.length ?? 0;
    plate.style.display = lines === 0 ? 'none' : '';
    if (lines === 0) return;
    if (labelWidth === null && node.isConnected) {
      const widths = [...label.children].map((span) => (span as SVGTSpanElement).getComputedTextLength());
      labelWidth = Math.ceil(Math.max(0, ...widths));
    }
    const wide = (labelWidth ?? 0) + 2 * PADDING;
    const tall = lines * LINE_HEIGHT + PADDING;
    const x = Math.round(Math.min(Math.max(right, 2), Math.max(width - wide - 2, 2)));
    const y = Math.round(Math.min(Math.max(top, 2), Math.max(height - tall - 2, 2)));
    for (const [key, value] of Object.entries({ x, y, width: wide, height: tall }))
      plate.setAttribute(key, String(value));
    label.setAttribute('y', String(y + LINE_HEIGHT - 1));
    for (const span of label.children) span.setAttribute('x', String(x + PADDING));
  };

  return {
    node,
    update(appearance) {
      const linesChanged = current?.lines.join('\n') !== appearance.lines.join('\n');
      current = appearance;
      shape.setAttribute('stroke', appearance.color);
      halo.style.display = appearance.selected ? '' : 'none';
      label.setAttribute('fill', appearance.color);
      hit.style.pointerEvents = 'stroke';
      hit.style.cursor = appearance.editable ? 'move' : 'pointer';
      if (!linesChanged) return;
      labelWidth = null;
      label.replaceChildren(
        ...appearance.lines.map((line, index) => {
          const span = element('tspan', { dy: index === 0 ? '0' : String(LINE_HEIGHT) });
          span.textContent = line;
          return span;
        }),
      );
    },
    place(project, width, height) {
      if (current === null) return;
      const points = definingPoints(current.geometry).map(project);
      const box = screenBox(points);
      const outside = box.right < -50 || box.bottom < -50 || box.left > width + 50 || box.top > height + 50;
      node.style.display = outside ? 'none' : '';
      if (outside) return;
      const d = outlinePath(current.geometry, project);
      for (const path of [halo, shade, shape, hit]) path.setAttribute('d', d);
      placeLabel(box.right + 10, box.top, width, height);
      const grips = current.selected && current.editable ? handlesOf(current.geometry).map(project) : [];
      const held = current.vertex ?? null;
      handles.replaceChildren(
        ...shownHandles(grips, held, width, height).map(({ at: [cx, cy], index }) =>
          element('circle', {
            cx: String(cx),
            cy: String(cy),
            r: index === held ? '7' : '5',
            fill: index === held ? '#4c8dff' : '#fff',
            // What a point marks must stay visible under its handle.
            'fill-opacity': grips.length === 1 ? '0.25' : '1',
            stroke: index === held ? '#fff' : '#000',
            'stroke-opacity': index === held ? '1' : '0.6',
            'data-hit': id,
            'data-handle': String(index),
            style: 'pointer-events: all; cursor: grab;',
          }),
        ),
      );
    },
    remove: () => node.remove(),
  };
}
