import type { Calibration } from '#shared/imaging/calibration.ts';
import { isSpatial, type RegionAxis, regionHolding, type UltrasoundRegion } from '#shared/imaging/ultrasound-region.ts';
import { boundsOf, definingPoints, type Geometry, isRegion, type Point } from './geometry.ts';
import type { Measurement, MeasurementName, Provenance, Unit } from './measurement.ts';
import { ringDepths } from './rings.ts';
import { splineOutline } from './spline.ts';
import { calibratedByUser, calibrationOfShape, type UserCalibration } from './user-calibration.ts';

/** One scale for every direction. */
interface Scale {
  readonly x: number;
  readonly y: number;
  readonly length: Unit;
  readonly area: Unit;
  readonly provenance: Provenance;
}

const PIXELS: Scale = { x: 1, y: 1, length: 'px', area: 'px2', provenance: 'uncalibrated' };

type Segment = readonly [Point, Point];

/**
 * The lengths, angles and areas of a shape, in mm, µm or, without a scale, px. Viewer and server both use this
 * function, so that what was read on the screen is what is stored. A known length that a person marked (`user`) comes
 * before the scale of the file, and every number then says so.
 */
export function measureGeometry(geometry: Geometry, file: Calibration, user?: UserCalibration): Measurement[] {
  const known = calibrationOfShape(geometry) ?? user;
  const calibration = known === undefined ? file : calibratedByUser(file, known);
  if (calibration.kind !== 'ultrasound-regions') return measure(geometry, scaleOf(calibration));
  const { minX, minY, maxX, maxY } = boundsOf(geometry);
  const region = regionHolding(calibration.regions, [...definingPoints(geometry), [minX, minY], [maxX, maxY]]);
  if (region === null) return measure(geometry, PIXELS);
  return isSpatial(region) ? measure(geometry, spatialScale(region)) : measureOnAxes(geometry, region);
}

function scaleOf(calibration: Exclude<Calibration, { kind: 'ultrasound-regions' }>): Scale {
  switch (calibration.kind) {
    case 'mm-per-pixel': {
      const { columnMm, rowMm, source } = calibration;
      return { x: columnMm, y: rowMm, length: 'mm', area: 'mm2', provenance: source };
    }
    case 'um-per-pixel': {
      const { mppX, mppY, source } = calibration;
      return { x: mppX, y: mppY, length: 'um', area: 'um2', provenance: source };
    }
    case 'none':
      return PIXELS;
  }
}

function spatialScale({ across, down }: UltrasoundRegion): Scale {
  const [x, y] = [Math.abs(across.perPixel), Math.abs(down.perPixel)];
  return { x, y, length: 'mm', area: 'mm2', provenance: 'ultrasound-region' };
}

function measure(geometry: Geometry, scale: Scale): Measurement[] {
  const { provenance } = scale;
  const length = (name: MeasurementName, value: number): Measurement => ({
    name,
    value,
    unit: scale.length,
    provenance,
  });
  switch (geometry.kind) {
    case 'line':
    case 'calibration':
      return [length('length', distance([geometry.from, geometry.to], scale))];
    case 'polyline': {
      const steps = geometry.points.slice(1).map((to, i) => distance([geometry.points[i] ?? to, to], scale));
      return [
        length(
          'length',
          steps.reduce((sum, step) => sum + step, 0),
        ),
      ];
    }
    case 'height':
      return [length('height', Math.abs(geometry.to[1] - geometry.from[1]) * scale.y)];
    case 'bidirectional': {
      const axes = [distance(geometry.first, scale), distance(geometry.second, scale)];
      return [length('long-axis', Math.max(...axes)), length('short-axis', Math.min(...axes))];
    }
    case 'angle': {
      const { from, vertex, to } = geometry;
      const value = angleBetween(direction([vertex, from], scale), direction([vertex, to], scale));
      return value === null ? [] : [{ name: 'angle', value, unit: 'deg', provenance }];
    }
    case 'cobb': {
      const value = angleBetween(
        rightwards(direction(geometry.first, scale)),
        rightwards(direction(geometry.second, scale)),
      );
      return value === null ? [] : [{ name: 'angle', value, unit: 'deg', provenance }];
    }
    default:
      return isRegion(geometry)
        ? [{ name: 'area', value: areaInPixels(geometry) * scale.x * scale.y, unit: scale.area, provenance }]
        : [];
  }
}

/**
 * In a trace or a spectrum the axes mean different things: a line has an extent along each, in its own unit, and a
 * probe a place on each where the file says what a reference pixel stands for. Nothing else has a meaning there.
 */
function measureOnAxes(geometry: Geometry, { across, down }: UltrasoundRegion): Measurement[] {
  const told = (name: MeasurementName, { unit }: RegionAxis, value: number | null): Measurement[] =>
    unit === 'other' || value === null ? [] : [{ name, value, unit, provenance: 'ultrasound-region' }];
  switch (geometry.kind) {
    case 'line': {
      const extent = (axis: 0 | 1, { perPixel }: RegionAxis) =>
        Math.abs((geometry.to[axis] - geometry.from[axis]) * perPixel);
      const extents = [...told('across', across, extent(0, across)), ...told('down', down, extent(1, down))];
      return extents.length === 0 ? measure(geometry, PIXELS) : extents;
    }
    case 'height':
      return told('height', down, Math.abs((geometry.to[1] - geometry.from[1]) * down.perPixel));
    case 'probe': {
      const place = (axis: 0 | 1, { reference, perPixel }: RegionAxis) =>
        reference === null ? null : reference.value + (geometry.at[axis] - reference.at) * perPixel;
      return [...told('across', across, place(0, across)), ...told('down', down, place(1, down))];
    }
    case 'angle':
    case 'cobb':
      return [];
    default:
      return measure(geometry, PIXELS);
  }
}

function distance(segment: Segment, scale: Scale): number {
  return Math.hypot(...direction(segment, scale));
}

function direction([from, to]: Segment, scale: Scale): Point {
  return [(to[0] - from[0]) * scale.x, (to[1] - from[1]) * scale.y];
}

/** End plates are read from left to right, however they were drawn: so angles above 90° are told as such. */
function rightwards([x, y]: Point): Point {
  return x < 0 ? [-x, -y] : [x, y];
}

/** From 0° to 180°; null when one of the directions has no length. */
function angleBetween(a: Point, b: Point): number | null {
  if (Math.hypot(...a) === 0 || Math.hypot(...b) === 0) return null;
  // The arc tangent stays exact near 0° and 180°, where the arc cosine does not.
  return (Math.atan2(Math.abs(a[0] * b[1] - a[1] * b[0]), a[0] * b[0] + a[1] * b[1]) * 180) / Math.PI;
}

function areaInPixels(geometry: Geometry): number {
  switch (geometry.kind) {
    case 'rectangle':
      return Math.abs((geometry.max[0] - geometry.min[0]) * (geometry.max[1] - geometry.min[1]));
    case 'ellipse':
      return Math.PI * geometry.radiusX * geometry.radiusY;
    case 'polygon':
      return polygonArea(geometry.points);
    case 'multipolygon':
      return ringsArea(geometry.rings);
    case 'spline':
      return polygonArea(splineOutline(geometry.points));
    default:
      return 0;
  }
}

/** Pieces count, holes in them do not, islands in the holes count again. */
function ringsArea(rings: readonly (readonly Point[])[]): number {
  const depths = ringDepths(rings);
  return rings.reduce((sum, ring, i) => sum + polygonArea(ring) * ((depths[i] ?? 0) % 2 === 0 ? 1 : -1), 0);
}

function polygonArea(points: readonly Point[]): number {
  let twice = 0;
  let previous = points[points.length - 1];
  for (const point of points) {
    if (previous !== undefined) twice += previous[0] * point[1] - point[0] * previous[1];
    previous = point;
  }
  return Math.abs(twice) / 2;
}
