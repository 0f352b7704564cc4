import { definingPoints, type Geometry, type Point } from '#shared/annotation/geometry.ts';
import { type Stroke, strokesOf } from '#shared/annotation/outline.ts';

/** From image pixels to pixels of the picture. */
export interface PicturePlacement {
  readonly x: number;
  readonly y: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

const OUTLINE = 'rgb(8,12,16)';

/** The annotation as SVG elements: a line in the author's colour over a wider dark one, so that it shows on any ground. */
export function annotationShapes(geometry: Geometry, placement: PicturePlacement, colour: string): string {
  const path = pathOf(geometry, placement);
  const stroke = (width: number, paint: string, opacity: number) =>
    `<g fill="none" stroke="${paint}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linecap="round" stroke-linejoin="round">${path}</g>`;
  return stroke(10, OUTLINE, 0.6) + stroke(4.5, colour, 1);
}

/** Where the number of the figure stands: beside the upper right of the shape. */
export function numberPlace(geometry: Geometry, placement: PicturePlacement): Point {
  const points = definingPoints(geometry).map((point) => toPicture(point, placement));
  const x = Math.max(...points.map((point) => point[0]));
  const y = Math.min(...points.map((point) => point[1]));
  return [x + 14, y - 14];
}

function toPicture([x, y]: Point, placement: PicturePlacement): Point {
  return [(x - placement.x) * placement.scaleX, (y - placement.y) * placement.scaleY];
}

function pathOf(geometry: Geometry, placement: PicturePlacement): string {
  const at = (point: Point): string => {
    const [x, y] = toPicture(point, placement);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  switch (geometry.kind) {
    case 'point':
    case 'probe':
    case 'text': {
      const [x, y] = toPicture(geometry.at, placement);
      return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="11"/><circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.5"/>`;
    }
    case 'arrow':
      return arrowPath(toPicture(geometry.tail, placement), toPicture(geometry.tip, placement));
    case 'ellipse': {
      const [x, y] = toPicture(geometry.center, placement);
      const radiusX = (geometry.radiusX * placement.scaleX).toFixed(1);
      const radiusY = (geometry.radiusY * placement.scaleY).toFixed(1);
      return `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${radiusX}" ry="${radiusY}"/>`;
    }
    case 'rectangle':
      return `<path d="M${definingPoints(geometry).map(at).join('L')}Z"/>`;
    default:
      return strokesOf(geometry)
        .map((stroke) => strokePath(stroke, placement))
        .join('');
  }
}

function strokePath({ points, closed, style }: Stroke, placement: PicturePlacement): string {
  const [first, second] = points;
  if (style === 'ruler' && first !== undefined && second !== undefined) {
    return linePath(toPicture(first, placement), toPicture(second, placement));
  }
  const path = points.map((point) => {
    const [x, y] = toPicture(point, placement);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const dashes = style === 'guide' ? ' stroke-dasharray="4 14"' : '';
  return `<path${dashes} d="M${path.join('L')}${closed ? 'Z' : ''}"/>`;
}

const HEAD = 26;

function arrowPath(tail: Point, tip: Point): string {
  const angle = Math.atan2(tip[1] - tail[1], tip[0] - tail[0]);
  const wing = (turn: number): string => {
    const x = tip[0] - HEAD * Math.cos(angle + turn);
    const y = tip[1] - HEAD * Math.sin(angle + turn);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const end = `${tip[0].toFixed(1)} ${tip[1].toFixed(1)}`;
  return `<path d="M${tail[0].toFixed(1)} ${tail[1].toFixed(1)}L${end}M${wing(0.45)}L${end}L${wing(-0.45)}"/>`;
}

/** A ruler: the line with a short stroke across each end, so that the ends are exact. */
function linePath(from: Point, to: Point): string {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]) + Math.PI / 2;
  const [dx, dy] = [9 * Math.cos(angle), 9 * Math.sin(angle)];
  const across = ([x, y]: Point): string =>
    `M${(x - dx).toFixed(1)} ${(y - dy).toFixed(1)}L${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`;
  return `<path d="M${from[0].toFixed(1)} ${from[1].toFixed(1)}L${to[0].toFixed(1)} ${to[1].toFixed(1)}${across(from)}${across(to)}"/>`;
}
