/** The Display Shutter module of an image or a presentation state (PS3.3 C.7.6.11), from its DICOM JSON. */
import type { DisplayShutter } from '#shared/imaging/display-shutter.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonNumber, jsonNumbers, jsonTexts } from './json-reading.ts';
import { greyColour, labColour } from './presentation-colour.ts';

/** Display Shutter (PS3.3 C.7.6.11); positions of circle and polygon are row, then column. */
export function readShutter(dataset: DicomJsonDataset): DisplayShutter | null {
  const shapes = jsonTexts(dataset, '00181600');
  const number = (tag: string) => jsonNumber(dataset, tag);
  const [left, right, top, bottom] = ['00181602', '00181604', '00181606', '00181608'].map(number);
  const [row, column] = jsonNumbers(dataset, '00181610');
  const radius = number('00181612');
  const vertices = jsonNumbers(dataset, '00181620');
  const grey = number('00181622');
  const isRectangle = shapes.includes('RECTANGULAR') && [left, right, top, bottom].every((edge) => edge !== null);
  const isCircle = shapes.includes('CIRCULAR') && row !== undefined && column !== undefined && radius !== null;
  const isPolygon = shapes.includes('POLYGONAL') && vertices.length >= 6;
  if (!isRectangle && !isCircle && !isPolygon) return null;
  return {
    rectangle: isRectangle ? { left: left ?? 0, right: right ?? 0, top: top ?? 0, bottom: bottom ?? 0 } : null,
    circle: isCircle ? { row, column, radius } : null,
    polygon: isPolygon ? polygonOf(vertices) : null,
    colour: labColour(dataset, '00181624') ?? (grey === null ? '#000000' : greyColour(grey)),
  };
}

function polygonOf(vertices: readonly number[]): [number, number][] {
  const corners: [number, number][] = [];
  for (let at = 0; at + 1 < vertices.length; at += 2) corners.push([vertices[at + 1] ?? 0, vertices[at] ?? 0]);
  return corners;
}
