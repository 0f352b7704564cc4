/** Annotations of one author on one study as a measurement report (PS3.16 TID 1500) in the DICOM JSON Model. */
import type { Annotation } from '#shared/annotation/annotation.ts';
import { OWN_SCHEME } from '#shared/annotation/coded-concept.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import type { Measurement } from '#shared/annotation/measurement.ts';
import {
  codeContent,
  container,
  coordinatesContent,
  imageContent,
  numberContent,
  personContent,
  sopReference,
  textContent,
  uidContent,
} from '#shared/dicom/content-item.ts';
import {
  evidenceOf,
  objectHeader,
  patientAndStudyOf,
  personNameOf,
  referenceTo,
  type SourceInstance,
  seriesReference,
} from '#shared/dicom/derived-object.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { jsonNumbers } from '#shared/dicom/json-reading.ts';
import { uidOfUuid } from '#shared/dicom/uuid-uid.ts';
import {
  CONCEPTS,
  conceptOfKind,
  conceptOfName,
  conceptOfProvenance,
  conceptOfUnit,
  trackingIdentifierOf,
} from './sr-codes.ts';
import { graphicsOf, type SrGraphic } from './sr-shapes.ts';

/** Comprehensive SR Storage. */
export const COMPREHENSIVE_SR = '1.2.840.10008.5.1.4.1.1.88.33';

export interface ReportIdentity {
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  /** Counts the versions of the report. */
  readonly instanceNumber: number;
  readonly author: string;
  /** ISO 8601 in UTC. */
  readonly writtenAt: string;
  /** The earlier version that this one replaces. */
  readonly predecessor: { readonly sopInstanceUid: string; readonly seriesUid: string } | null;
}

export interface WrittenReport {
  readonly dataset: DicomJsonDataset;
  /** What the report cannot hold of the annotations, in sentences. */
  readonly unheld: readonly string[];
}

/** Coordinates are 32-bit floats: beyond this column or row they are off by more than a thousandth of a pixel. */
const EXACT_UP_TO = 32_768;

/**
 * Writes the report; null when none of the annotations lies on one of the images, which all belong to one study. Every
 * number has a UCUM unit and, as its method, where its scale comes from. The Tracking Unique Identifier of a shape is
 * its id, so that it is the same in every report; what has no place in the template is told in `unheld`.
 */
export function writeMeasurementReport(
  annotations: readonly Annotation[],
  images: ReadonlyMap<string, SourceInstance>,
  identity: ReportIdentity,
): WrittenReport | null {
  const placed = annotations.flatMap((annotation) => {
    const image = annotation.target.kind === 'frame' ? images.get(annotation.target.sopInstanceUid) : undefined;
    return image === undefined ? [] : [{ annotation, image }];
  });
  const [first] = placed;
  if (first === undefined) return null;
  const used = [...new Map(placed.map(({ image }) => [image.sopInstanceUid, image])).values()];
  const content = [
    codeContent('HAS CONCEPT MOD', CONCEPTS.language, CONCEPTS.english),
    codeContent('HAS OBS CONTEXT', CONCEPTS.observerType, CONCEPTS.person),
    personContent('HAS OBS CONTEXT', CONCEPTS.personName, personNameOf(identity.author)),
    codeContent('HAS CONCEPT MOD', CONCEPTS.procedure, CONCEPTS.imaging),
    container('CONTAINS', CONCEPTS.imageLibrary, [
      container(
        'CONTAINS',
        CONCEPTS.imageGroup,
        used.map((image) => imageContent('CONTAINS', referenceTo(image, null))),
      ),
    ]),
    container(
      'CONTAINS',
      CONCEPTS.measurements,
      placed.map(({ annotation, image }) => group(annotation, image)),
    ),
  ];
  const root = container(null, CONCEPTS.report, content, '1500');
  return {
    dataset: {
      ...header(first.image, identity),
      '0040A375': { vr: 'SQ', Value: evidenceOf(used) },
      ...root,
    },
    unheld: placed.flatMap(({ annotation }) => unheldOf(annotation)),
  };
}

/** One shape with its numbers (TID 1501). The numbers of the shape itself come first and rest on its coordinates. */
function group(annotation: Annotation, image: SourceInstance): DicomJsonDataset {
  const { id, geometry, label, measurements, target, calibration } = annotation;
  const reference = referenceTo(image, target.kind === 'frame' ? target.frameNumber : null);
  const graphics = graphicsOf(geometry);
  const graphic = (one: SrGraphic, relationship: 'INFERRED FROM' | 'CONTAINS') => {
    const name = relationship === 'CONTAINS' ? CONCEPTS.region : null;
    return coordinatesContent(relationship, name, one.graphicType, one.points, reference);
  };
  const numbers = measurements.map((measurement, at) => {
    const rests = graphicsOfNumber(geometry, measurement, graphics, at, image);
    return number(
      measurement,
      rests.map((one) => graphic(one, 'INFERRED FROM')),
    );
  });
  return container(
    'CONTAINS',
    CONCEPTS.group,
    [
      textContent('HAS OBS CONTEXT', CONCEPTS.trackingIdentifier, trackingIdentifierOf(geometry.kind)),
      uidContent('HAS OBS CONTEXT', CONCEPTS.trackingUid, uidOfUuid(id)),
      codeContent('CONTAINS', CONCEPTS.shape, conceptOfKind(geometry.kind)),
      ...(label.trim() === '' ? [] : [textContent('CONTAINS', CONCEPTS.comment, label)]),
      ...numbers,
      ...(numbers.length === 0 ? graphics.map((one) => graphic(one, 'CONTAINS')) : []),
      ...(geometry.kind === 'spline'
        ? [coordinatesContent('CONTAINS', CONCEPTS.controlPoints, 'MULTIPOINT', geometry.points, reference)]
        : []),
      ...(calibration === undefined
        ? []
        : [
            numberContent(CONCEPTS.knownLength, calibration.lengthMm, conceptOfUnit('mm'), [
              coordinatesContent('INFERRED FROM', null, 'POLYLINE', [calibration.from, calibration.to], reference),
            ]),
          ]),
    ],
    '1501',
  );
}

/** Of two axes each number has its own line; otherwise the first number stands for the shape. */
function graphicsOfNumber(
  geometry: Geometry,
  { name }: Measurement,
  graphics: readonly SrGraphic[],
  at: number,
  { metadata }: SourceInstance,
): readonly SrGraphic[] {
  // An area in pieces rests on all of its rings.
  if (geometry.kind === 'multipolygon') return at === 0 ? graphics : [];
  if (geometry.kind !== 'bidirectional') return at === 0 ? graphics.slice(0, 1) : [];
  // Which axis is the longer one is asked in the patient, not in pixels.
  const [row = 1, column = 1] = jsonNumbers(metadata, '00280030');
  const lengthOf = ([from, to]: readonly (readonly [number, number])[]) =>
    from === undefined || to === undefined ? 0 : Math.hypot((to[0] - from[0]) * column, (to[1] - from[1]) * row);
  const longFirst = lengthOf(geometry.first) >= lengthOf(geometry.second);
  const axis = (name === 'long-axis') === longFirst ? 0 : 1;
  return graphics.slice(axis, axis + 1);
}

function number(
  { name, value, unit, provenance }: Measurement,
  children: readonly DicomJsonDataset[],
): DicomJsonDataset {
  const method = codeContent('HAS CONCEPT MOD', CONCEPTS.method, conceptOfProvenance(provenance));
  return numberContent(conceptOfName(name), value, conceptOfUnit(unit), [method, ...children]);
}

function unheldOf({ id, geometry, label }: Annotation): string[] {
  const far = graphicsOf(geometry).some(({ points }) => points.some((point) => Math.max(...point) > EXACT_UP_TO));
  return [
    `Annotation ${id}: the view in which it was drawn (window, zoom) is not part of a measurement report.`,
    ...(far ? [`Annotation ${id}: its coordinates are rounded by up to ${1 / 256} pixels.`] : []),
    ...(label.length > 1024 ? [`Annotation ${id}: its label is long and some readers will cut it.`] : []),
  ];
}

/** Patient and General Study as the image has them; SR Document Series and General (PS3.3 A.35.3). */
function header(image: SourceInstance, identity: ReportIdentity): DicomJsonDataset {
  const { predecessor } = identity;
  return {
    ...patientAndStudyOf(image),
    ...objectHeader({
      ...identity,
      ...{ sopClassUid: COMPREHENSIVE_SR, modality: 'SR', seriesNumber: 9901 },
      seriesDescription: 'Measurements of a second opinion',
    }),
    '00080110': { vr: 'SQ', Value: [OWN_TERMS] },
    '00081111': { vr: 'SQ' },
    '0040A372': { vr: 'SQ' },
    '0040A491': { vr: 'CS', Value: ['PARTIAL'] },
    '0040A493': { vr: 'CS', Value: ['UNVERIFIED'] },
    ...(predecessor !== null && {
      '0040A360': {
        vr: 'SQ',
        Value: [
          studyReference(image.studyUid, predecessor.seriesUid, [
            sopReference({ ...predecessor, sopClassUid: COMPREHENSIVE_SR, frameNumber: null }),
          ]),
        ],
      },
    }),
  };
}

/** What our designator stands for (PS3.3 C.12.1.1.7.1). */
const OWN_TERMS: DicomJsonDataset = {
  '00080102': { vr: 'SH', Value: [OWN_SCHEME] },
  '00080115': { vr: 'ST', Value: ['Terms of Consilium for shapes and for the origin of a scale'] },
};

function studyReference(
  studyUid: string,
  seriesUid: string,
  references: readonly DicomJsonDataset[],
): DicomJsonDataset {
  return {
    '00081115': { vr: 'SQ', Value: [seriesReference(seriesUid, references)] },
    '0020000D': { vr: 'UI', Value: [studyUid] },
  };
}
