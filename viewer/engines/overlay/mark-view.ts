import { definingPoints, type Geometry, type Point } from '#shared/annotation/geometry.ts';
import { handlesOf } from '#viewer/engines/tools/editing.ts';
import { outlinePath, screenBox } from './mark-shape.ts';

const SVG = 'http://www.w3.org/2000/svg';
const LINE_HEIGHT = 15;

/** What one mark looks like; shared by stored marks and by the draft under the hand. */
export interface MarkAppearance {
  readonly geometry: Geometry;
  readonly color: string;
  readonly lines: readonly string[];
  readonly selected: boolean;
  readonly editable: boolean;
}

function element<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[Name] {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
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
  const label = element('text', {
    'font-size': '12',
    'font-weight': '500',
    stroke: '#000',
    'stroke-opacity': '0.8',
    'stroke-width': '3',
    'paint-order': 'stroke',
    'stroke-linejoin': 'round',
    style: 'font-variant-numeric: tabular-nums; pointer-events: none;',
  });
  const handles = element('g', {});
  node.append(halo, shade, shape, hit, label, handles);
  let current: MarkAppearance | null = null;

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
      const x = Math.min(Math.max(box.right + 8, 4), Math.max(width - 120, 4));
      const y = Math.min(Math.max(box.top + 12, 14), height - LINE_HEIGHT * current.lines.length);
      label.setAttribute('y', String(y));
      for (const span of label.children) span.setAttribute('x', String(x));
      const grips = current.selected && current.editable ? handlesOf(current.geometry).map(project) : [];
      handles.replaceChildren(
        ...grips.map(([cx, cy], index) =>
          element('circle', {
            cx: String(cx),
            cy: String(cy),
            r: '5',
            fill: '#fff',
            stroke: '#000',
            'stroke-opacity': '0.6',
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
