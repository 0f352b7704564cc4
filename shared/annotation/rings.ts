import { insidePolygon, type Point } from './geometry.ts';

/** Rings that do not cross, as a multipolygon has them. */
export type Ring = readonly Point[];

/**
 * In how many other rings each ring lies: even for pieces, odd for holes. Rings may touch, so the middle of an edge is
 * asked and not a corner.
 */
export function ringDepths(rings: readonly Ring[]): number[] {
  const insides = rings.map(insidePolygon);
  return rings.map((ring, index) => {
    const [x, y] = somewhereOn(ring);
    return insides.filter((inside, other) => other !== index && inside(x, y)).length;
  });
}

function somewhereOn(ring: Ring): Point {
  const [first, second] = ring;
  if (first === undefined || second === undefined) return [Number.NaN, Number.NaN];
  return [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2];
}

/** A piece and the holes in it, as GeoJSON's polygons are. */
export interface Piece {
  readonly outline: Ring;
  readonly holes: readonly Ring[];
}

/** The pieces of a multipolygon, each with its own holes, in the order of their outlines. */
export function piecesOf(rings: readonly Ring[]): Piece[] {
  const depths = ringDepths(rings);
  return rings.flatMap((outline, index) => {
    const depth = depths[index] ?? 0;
    if (depth % 2 === 1) return [];
    const inside = insidePolygon(outline);
    const holes = rings.filter((ring, other) => depths[other] === depth + 1 && inside(...somewhereOn(ring)));
    return [{ outline, holes }];
  });
}
