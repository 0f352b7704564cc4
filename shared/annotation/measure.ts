import type { Calibration } from '#shared/imaging/calibration.ts';
import { type Geometry, isRegion, type Point } from './geometry.ts';
import type { Measurement, Provenance, Unit } from './measurement.ts';

interface Scale {
  readonly x: number;
  readonly y: number;
  readonly length: Unit;
  readonly area: Unit;
  readonly provenance: Provenance;
}

function scaleOf(calibration: Calibration): Scale {
  switch (calibration.kind) {
    case 'mm-per-pixel':
      return {
        x: calibration.columnMm,
        y: calibration.rowMm,
        length: 'mm',
        area: 'mm2',
        provenance: calibration.source,
      };
    case 'um-per-pixel':
      return { x: calibration.mppX, y: calibration.mppY, length: 'um', area: 'um2', provenance: calibration.source };
    case 'none':
      return { x: 1, y: 1, length: 'px', area: 'px2', provenance: 'uncalibrated' };
  }
}

function distance(from: Point, to: Point, scale: Scale): number {
  return Math.hypot((to[0] - from[0]) * scale.x, (to[1] - from[1]) * scale.y);
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

function areaInPixels(geometry: Geometry): number {
  switch (geometry.kind) {
    case 'rectangle':
      return Math.abs((geometry.max[0] - geometry.min[0]) * (geometry.max[1] - geometry.min[1]));
    case 'ellipse':
      return Math.PI * geometry.radiusX * geometry.radiusY;
    case 'polygon':
      return polygonArea(geometry.points);
    default:
      return 0;
  }
}

/**
 * The lengths and areas of a shape, in mm, µm or, without a scale, px. Viewer and server both use this function,
 * so that what was read on the screen is what is stored.
 */
export function measureGeometry(geometry: Geometry, calibration: Calibration): Measurement[] {
  const scale = scaleOf(calibration);
  if (geometry.kind === 'line') {
    return [
      {
        name: 'length',
        value: distance(geometry.from, geometry.to, scale),
        unit: scale.length,
        provenance: scale.provenance,
      },
    ];
  }
  if (!isRegion(geometry)) return [];
  return [
    {
      name: 'area',
      value: areaInPixels(geometry) * scale.x * scale.y,
      unit: scale.area,
      provenance: scale.provenance,
    },
  ];
}
