import type { Target } from '#shared/annotation/annotation.ts';
import { type ReportedGroup, readMeasurementReport } from '#shared/annotation/formats/read-dicom-sr.ts';
import { wordsOfConcept } from '#shared/annotation/formats/sr-codes.ts';
import { shapeOfForeign } from '#shared/annotation/formats/sr-shapes.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { describeMeasurement } from '#shared/annotation/measurement.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { referencedSeries } from '#shared/dicom/evidence.ts';
import { jsonText } from '#shared/dicom/json-reading.ts';
import { readKeyObjects } from '#shared/dicom/key-objects.ts';
import { presentationOf, readPresentationState } from '#shared/dicom/presentation-state.ts';
import { sopClassOf } from '#shared/dicom/sop-class.ts';
import { readStructureSet, type StructureRegion } from '#shared/dicom/structure-set.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { type ImagePlane, patientToPixel } from '#shared/imaging/image-plane.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { ShownSegment } from '#viewer/engines/cornerstone/segment-port.ts';
import type { Mark } from '#viewer/engines/image-engine.ts';

type FrameTarget = Extract<Target, { kind: 'frame' }>;

/** One thing an object of another system says: a measurement, a presentation, a key image, a region. */
export interface LayerEntry {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly color: string | null;
  /** Where it lies; null when its image is not here. */
  readonly target: FrameTarget | null;
  /** How that image is to be shown, where the object says so. */
  readonly view: FrameView | null;
  readonly marks: readonly Mark[];
  /** Of a segmentation: what lies over the images. */
  readonly segments?: readonly ShownSegment[];
}

/** What an object that is no image has to say about the images: always read only. */
export interface ObjectLayer {
  readonly key: string;
  readonly kind: 'measurements' | 'presentation' | 'key-images' | 'structures' | 'segments';
  readonly title: string;
  /** Who or what made it. */
  readonly author: string;
  /** What of it cannot be shown, in words. */
  readonly unshown: string | null;
  readonly entries: readonly LayerEntry[];
}

/** An image that contours can lie on. */
export interface PlacedImage {
  readonly target: FrameTarget;
  readonly plane: ImagePlane;
  readonly frameOfReferenceUid: string | null;
}

interface Source {
  readonly studyUid: StudyUid;
  readonly dataset: DicomJsonDataset;
}

const FOREIGN_COLOR = '#9fb3c8';

/** The layer of an object; null for objects that say nothing about images. `images` are those that structures lie on. */
export function layerOf({ studyUid, dataset }: Source, images: readonly PlacedImage[]): ObjectLayer | null {
  const uid = jsonText(dataset, '00080018') ?? '';
  const { kind } = sopClassOf(jsonText(dataset, '00080016') ?? '', false);
  const series = referencedSeries(dataset);
  const targetOf = (sopInstanceUid: string, frameNumber: number | null): FrameTarget => ({
    kind: 'frame',
    studyUid,
    seriesUid: (series.get(sopInstanceUid) ?? '') as SeriesUid,
    sopInstanceUid: sopInstanceUid as SopInstanceUid,
    frameNumber: frameNumber ?? 1,
  });
  const maker = [jsonText(dataset, '00080070'), jsonText(dataset, '00081010')].filter(Boolean).join(', ');
  const plain = { key: uid, author: maker || 'unknown maker', unshown: null };
  switch (kind) {
    case 'structured-report': {
      const report = readMeasurementReport(dataset);
      if (report === null) return null;
      const entries = report.groups.map((group, at) => groupEntry(group, `${uid}/${at}`, targetOf));
      const author = [report.author, report.manufacturer].filter(Boolean).join(', ') || plain.author;
      return { ...plain, kind: 'measurements', title: report.title, author, entries };
    }
    case 'key-objects': {
      const { title, description, references } = readKeyObjects(dataset);
      const entries = references.map(({ sopInstanceUid, frameNumber }, at): LayerEntry => {
        const target = targetOf(sopInstanceUid, frameNumber);
        const place = { title: `Key image ${at + 1}`, detail: description ?? '', color: null };
        return { ...place, id: `${uid}/${at}`, target, view: null, marks: [] };
      });
      return { ...plain, kind: 'key-images', title, entries };
    }
    case 'presentation':
      return { ...plain, ...presentationLayer(dataset, uid, targetOf) };
    case 'radiotherapy': {
      const set = readStructureSet(dataset);
      if (set.regions.length === 0) return null;
      const entries = set.regions.map((region) => regionEntry(region, uid, images));
      return { ...plain, kind: 'structures', title: set.label, entries };
    }
    default:
      return null;
  }
}

type TargetOf = (sopInstanceUid: string, frameNumber: number | null) => FrameTarget;

function markOf(id: string, target: FrameTarget, geometry: Geometry, color: string, lines: readonly string[]): Mark {
  return { id, target, geometry, color, lines, selected: false, editable: false };
}

function groupEntry(group: ReportedGroup, id: string, targetOf: TargetOf): LayerEntry {
  const numbers = group.numbers.map(({ measurement, name, value, unit }) =>
    measurement === null
      ? `${wordsOfConcept(name)} ${Number(value.toPrecision(4))} ${unit.value === '1' ? '' : unit.meaning}`.trim()
      : describeMeasurement(measurement),
  );
  const [first] = group.shapes;
  // Tracking identifiers of viewers built on Cornerstone name its tool, which is no title.
  const named = group.trackingIdentifier?.startsWith('Cornerstone3DTools@') ? null : group.trackingIdentifier;
  const title = group.comment ?? group.finding ?? named ?? 'Measurement';
  return {
    ...{ id, title, detail: numbers.join(' · '), color: FOREIGN_COLOR, view: null },
    target: first === undefined ? null : targetOf(first.image.sopInstanceUid, first.image.frameNumber),
    marks: group.shapes.map(({ image, geometry }, at) =>
      markOf(`${id}/${at}`, targetOf(image.sopInstanceUid, image.frameNumber), geometry, FOREIGN_COLOR, [
        title,
        ...(at === 0 ? numbers.slice(0, 2) : []),
      ]),
    ),
  };
}

function presentationLayer(dataset: DicomJsonDataset, uid: string, targetOf: TargetOf) {
  const state = readPresentationState(dataset);
  const missing = new Set<string>(state.unsupported === null ? [] : [state.unsupported]);
  const entries = state.images.map(({ sopInstanceUid, frames }, at): LayerEntry => {
    const target = targetOf(sopInstanceUid, frames?.[0] ?? null);
    const presentation = presentationOf(state, sopInstanceUid, target.frameNumber);
    const { area, voi, rotation, flipped, inverted, marks } = presentation;
    if (presentation.shutter !== null) missing.add('its shutter');
    const window = voi !== null && 'window' in voi ? voi.window : null;
    if (voi !== null && window === null) missing.add('its VOI LUT');
    const id = `${uid}/${at}`;
    const drawn = marks.flatMap((layer, i) => {
      const color = layer.colour ?? FOREIGN_COLOR;
      const graphics = layer.graphics.flatMap((graphic, j) => {
        if (graphic.unit === 'DISPLAY') missing.add('graphics placed on the screen');
        const geometry =
          graphic.unit === 'PIXEL' ? shapeOfForeign({ graphicType: graphic.type, points: graphic.points }) : null;
        return geometry === null ? [] : [markOf(`${id}/g${i}.${j}`, target, geometry, color, [])];
      });
      const texts = layer.texts.flatMap(({ text, anchor, box }, j) => {
        const place = anchor?.unit === 'PIXEL' ? anchor.point : box?.unit === 'PIXEL' ? box.corners[0] : null;
        if (place === null) missing.add('texts placed on the screen');
        const at: [number, number] | null = place === null ? null : [place[0], place[1]];
        return at === null ? [] : [markOf(`${id}/t${i}.${j}`, target, { kind: 'text', at }, color, text.split('\n'))];
      });
      return [...graphics, ...texts];
    });
    const view: FrameView | null =
      area === null || window === null
        ? null
        : {
            kind: 'frame',
            visible: { x: area.left, y: area.top, width: area.right - area.left, height: area.bottom - area.top },
            windowCenter: window.center,
            windowWidth: window.width,
            inverted,
            // A state turns and then mirrors; a view mirrors and then turns.
            rotation: flipped ? (360 - rotation) % 360 : rotation,
            flippedHorizontally: flipped,
            flippedVertically: false,
          };
    const words = [
      window === null ? '' : `W ${window.width} L ${window.center}`,
      rotation === 0 ? '' : `turned ${rotation}°`,
      flipped ? 'mirrored' : '',
      drawn.length === 0 ? '' : `${drawn.length} marks`,
    ];
    const detail = words.filter(Boolean).join(' · ');
    return { id, title: `Image ${at + 1}`, detail, color: null, target, view, marks: drawn };
  });
  const title = jsonText(dataset, '00700081') ?? jsonText(dataset, '00700080') ?? 'Presentation state';
  const unshown = missing.size === 0 ? null : `Not shown: ${[...missing].join(', ')}.`;
  return { kind: 'presentation' as const, title, unshown, entries };
}

/** How far a contour may lie from the plane of an image and still be drawn on it, mm. */
const ON_PLANE_MM = 0.5;

/** Contours lie on images of the region's own frame of reference, and on no others. */
function regionEntry(region: StructureRegion, uid: string, images: readonly PlacedImage[]): LayerEntry {
  const color = region.colour ?? FOREIGN_COLOR;
  const id = `${uid}/${region.number}`;
  const own = images.filter(({ frameOfReferenceUid }) => frameOfReferenceUid === region.frameOfReferenceUid);
  const marks = region.contours.flatMap((contour, at) => {
    const [first] = contour.points;
    if (first === undefined) return [];
    const named = own.filter(({ target }) => target.sopInstanceUid === contour.sopInstanceUid);
    const image = (named.length > 0 ? named : own).find(({ plane }) =>
      contour.points.every((point) => Math.abs(patientToPixel(plane, point).distanceMm) <= ON_PLANE_MM),
    );
    if (image === undefined) return [];
    const points = contour.points.map((point): [number, number] => {
      const { column, row } = patientToPixel(image.plane, point);
      return [column + 0.5, row + 0.5];
    });
    const closed = contour.type === 'CLOSED' && points.length >= 3;
    const geometry: Geometry | null = closed
      ? { kind: 'polygon', points }
      : shapeOfForeign({ graphicType: contour.type === 'POINT' ? 'POINT' : 'POLYLINE', points });
    return geometry === null
      ? []
      : [markOf(`${id}/${at}`, image.target, geometry, color, at === 0 ? [region.name] : [])];
  });
  const missing = region.contours.length - marks.length;
  return {
    ...{ id, title: region.name, color, view: null, marks },
    detail: `${region.contours.length} contours${missing > 0 ? `, ${missing} on images that are not here` : ''}`,
    target: (marks[0]?.target as FrameTarget | undefined) ?? null,
  };
}
