import {
  IconAngle,
  IconArrowAutofitHeight,
  IconArrowUpRight,
  IconCircleDotted,
  IconColorPicker,
  IconDimensions,
  IconGeometry,
  IconLetterT,
  IconLine,
  IconOvalVertical,
  IconPointFilled,
  IconPolygon,
  IconRectangle,
  IconRuler2,
  IconRulerMeasure,
  IconShape3,
  IconVectorBezier,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { classOf } from '#shared/annotation/annotation-class.ts';
import type { GeometryKind } from '#shared/annotation/geometry.ts';
import { describeMeasurement, type Measurement } from '#shared/annotation/measurement.ts';

interface Words {
  readonly word: string;
  readonly Icon: TablerIcon;
}

/** A shape in words and as an icon. */
export const SHAPE_WORDS: Readonly<Record<GeometryKind, Words>> = {
  point: { word: 'Point', Icon: IconPointFilled },
  text: { word: 'Text', Icon: IconLetterT },
  arrow: { word: 'Arrow', Icon: IconArrowUpRight },
  line: { word: 'Length', Icon: IconRuler2 },
  rectangle: { word: 'Rectangle', Icon: IconRectangle },
  ellipse: { word: 'Ellipse', Icon: IconOvalVertical },
  polyline: { word: 'Line', Icon: IconLine },
  multipolygon: { word: 'Area in pieces', Icon: IconShape3 },
  polygon: { word: 'Polygon', Icon: IconPolygon },
  spline: { word: 'Spline', Icon: IconVectorBezier },
  bidirectional: { word: 'Bidirectional', Icon: IconDimensions },
  angle: { word: 'Angle', Icon: IconAngle },
  cobb: { word: 'Cobb angle', Icon: IconGeometry },
  height: { word: 'Height', Icon: IconArrowAutofitHeight },
  probe: { word: 'Probe', Icon: IconColorPicker },
  calibration: { word: 'Calibration', Icon: IconRulerMeasure },
};

export const UNKNOWN_SHAPE: Words = { word: 'Annotation', Icon: IconCircleDotted };

/** "Length 12.3 mm · Mean −812 HU · SD 41.0 HU". */
export function measurementLine(measurements: readonly Measurement[]): string {
  return measurements.map(describeMeasurement).join(' · ');
}

/** Enough to know a shape by; everything else is written while it is selected. */
const BRIEFLY: ReadonlySet<Measurement['name']> = new Set([
  'length',
  'long-axis',
  'short-axis',
  'height',
  'angle',
  'across',
  'down',
  'area',
  'mean',
  'value',
]);

/** The class and the label: "Tumour · centre"; empty when it has neither. */
export function calledBy({ label, concept }: Pick<Annotation, 'label' | 'concept'>): string {
  return [concept === undefined ? '' : classOf(concept).name, label.trim()].filter(Boolean).join(' · ');
}

/** What is written beside a shape on the image: its name ("A3") and label, then one line a measurement. */
export function markLines(
  name: string,
  annotation: Pick<Annotation, 'label' | 'measurements' | 'concept'>,
  brief: boolean,
): string[] {
  const head = `${name}  ${calledBy(annotation)}`.trim();
  const told = brief
    ? annotation.measurements.filter((measurement) => BRIEFLY.has(measurement.name))
    : annotation.measurements;
  return [head, ...told.map(describeMeasurement)];
}

/**
 * Annotations are numbered in the order they were made: A1, A2 … What the server has not confirmed yet comes last, in
 * the order given.
 */
export function annotationNumbers(
  annotations: readonly Pick<Annotation, 'id' | 'createdAt' | 'revision'>[],
): Map<string, number> {
  const place = (one: { createdAt: string; revision: number }) => (one.revision === 0 ? '~' : one.createdAt);
  const ordered = [...annotations].sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
  return new Map(ordered.map((annotation, index) => [annotation.id, index + 1]));
}
