/** A view of a frame as a Grayscale Softcopy Presentation State (PS3.3 A.33.1) in the DICOM JSON Model. */
import type { Annotation } from '#shared/annotation/annotation.ts';
import { sopReference } from '#shared/dicom/content-item.ts';
import {
  dateAndTime,
  objectHeader,
  patientAndStudyOf,
  personNameOf,
  referenceTo,
  type SourceInstance,
  seriesReference,
} from '#shared/dicom/derived-object.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { jsonItems, jsonNumber, jsonNumbers, jsonText } from '#shared/dicom/json-reading.ts';
import { labOfColour } from '#shared/dicom/presentation-colour.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import { graphicsOf } from './sr-shapes.ts';
import type { WrittenObjectIdentity } from './write-key-objects.ts';

export const GREY_PRESENTATION_STATE = '1.2.840.10008.5.1.4.1.1.11.1';

/** What is to be shown, and how. */
export interface PresentedView {
  readonly image: SourceInstance;
  /** From 1. */
  readonly frameNumber: number;
  readonly view: FrameView;
  /** Those on that frame. */
  readonly annotations: readonly Annotation[];
  /** `#rrggbb` by author. */
  readonly colorOf: (authorId: string) => string;
  readonly author: string;
  readonly title: string;
}

/** Attributes of the Display Shutter module (PS3.3 C.7.6.11). */
const SHUTTER = [
  ...['00181600', '00181602', '00181604', '00181606', '00181608', '00181610', '00181612', '00181620'],
  ...['00181622', '00181624'],
];

/**
 * The state; in a sentence why there is none: colour images have another kind of state, which wants a colour profile
 * that they do not state, and a colour map has no place in a grey one.
 */
export function writePresentationState(
  presented: PresentedView,
  identity: WrittenObjectIdentity,
): { readonly dataset: DicomJsonDataset } | { readonly refusal: string } {
  const { image, frameNumber, view, annotations, colorOf, author, title } = presented;
  const { metadata } = image;
  if (!(jsonText(metadata, '00280004') ?? '').startsWith('MONOCHROME')) {
    return { refusal: `“${title}”: it is a colour image, for which no grey presentation state can be made.` };
  }
  if (view.colorMap !== undefined) {
    return { refusal: `“${title}”: it was seen through a colour map, which a grey presentation state cannot hold.` };
  }
  const { date, time } = dateAndTime(identity.writtenAt);
  const colors = [...new Set(annotations.map((one) => colorOf(one.author.id)))];
  // A state says when it was made in attributes of its own.
  const {
    '00080023': _date,
    '00080033': _time,
    ...header
  } = objectHeader({
    ...identity,
    ...{ sopClassUid: GREY_PRESENTATION_STATE, modality: 'PR', seriesNumber: 9904 },
    seriesDescription: 'Views of a second opinion',
  });
  const dataset: DicomJsonDataset = {
    ...patientAndStudyOf(image),
    ...header,
    ...sideOf(metadata),
    '00700080': { vr: 'CS', Value: ['KEY_IMAGE'] },
    '00700081': { vr: 'LO', Value: [title.replaceAll('\\', '/').slice(0, 64)] },
    '00700082': { vr: 'DA', Value: [date] },
    '00700083': { vr: 'TM', Value: [time] },
    '00700084': { vr: 'PN', Value: [{ Alphabetic: personNameOf(author) }] },
    '00081115': { vr: 'SQ', Value: [referencedImage(image, frameNumber)] },
    ...(readable(metadata, '00181600') && pick(metadata, SHUTTER)),
    ...modality(metadata, frameNumber),
    '00283110': { vr: 'SQ', Value: [voiOf(view, metadata, frameNumber)] },
    '20500020': { vr: 'CS', Value: [isInverse(view, metadata) ? 'INVERSE' : 'IDENTITY'] },
    ...placeOf(view),
    '0070005A': { vr: 'SQ', Value: [areaOf(view, metadata, frameNumber)] },
    ...(annotations.length > 0 && {
      '00700001': {
        vr: 'SQ',
        Value: colors.map((color, at) =>
          marksOf(
            annotations.filter((one) => colorOf(one.author.id) === color),
            at,
          ),
        ),
      },
      '00700060': { vr: 'SQ', Value: colors.map(layerOf) },
    }),
  };
  return { dataset };
}

/** Body part and laterality as the image has them; of a part that nobody names the side is unknown too. */
function sideOf(metadata: DicomJsonDataset): DicomJsonDataset {
  const known = pick(metadata, ['00180015', '00200060']);
  return jsonText(metadata, '00180015') === null ? { '00200060': { vr: 'CS' }, ...known } : known;
}

function pick(metadata: DicomJsonDataset, tags: readonly string[]): DicomJsonDataset {
  return Object.fromEntries(
    tags.flatMap((tag) => {
      const element = metadata[tag];
      return element === undefined ? [] : [[tag, element]];
    }),
  );
}

function readable(metadata: DicomJsonDataset, tag: string): boolean {
  return jsonText(metadata, tag) !== null;
}

function referencedImage(image: SourceInstance, frameNumber: number): DicomJsonDataset {
  const { '00081199': references, ...series } = seriesReference(image.seriesUid, [
    sopReference(referenceTo(image, frameNumber)),
  ]);
  return { ...series, '00081140': references ?? { vr: 'SQ' } };
}

/** A functional group of the frame, the shared one, or the instance itself (PS3.3 C.7.6.16). */
function groupsOf(metadata: DicomJsonDataset, frameNumber: number, sequence: string): readonly DicomJsonDataset[] {
  const groups = [jsonItems(metadata, '52009230')[frameNumber - 1], jsonItems(metadata, '52009229')[0]];
  return [...groups.flatMap((group) => jsonItems(group, sequence)), metadata];
}

/** What the image says of its values counts no more (PS3.4 section N.2): the state has to say it again. */
function modality(metadata: DicomJsonDataset, frameNumber: number): DicomJsonDataset {
  if (jsonItems(metadata, '00283000').length > 0) return pick(metadata, ['00283000']);
  const stated = groupsOf(metadata, frameNumber, '00289145').find((one) => jsonNumber(one, '00281053') !== null);
  const [intercept, slope] = [jsonNumber(stated, '00281052') ?? 0, jsonNumber(stated, '00281053') ?? 1];
  if (stated === undefined) return {};
  const ofCt = jsonText(metadata, '00080060') === 'CT' ? 'HU' : 'US';
  return {
    '00281052': { vr: 'DS', Value: [intercept] },
    '00281053': { vr: 'DS', Value: [slope === 0 ? 1 : slope] },
    '00281054': { vr: 'LO', Value: [jsonText(stated, '00281054') ?? ofCt] },
  };
}

function voiOf(view: FrameView, metadata: DicomJsonDataset, frameNumber: number): DicomJsonDataset {
  const { windowCenter, windowWidth, voiFunction = 'LINEAR', voiLut } = view;
  const tables = groupsOf(metadata, frameNumber, '00289132').flatMap((one) => jsonItems(one, '00283010'));
  const table = voiLut === undefined ? undefined : tables[voiLut];
  if (table !== undefined) return { '00283010': { vr: 'SQ', Value: [table] } };
  return {
    '00281050': { vr: 'DS', Value: [rounded(windowCenter)] },
    '00281051': { vr: 'DS', Value: [rounded(windowWidth)] },
    ...(voiFunction !== 'LINEAR' && { '00281056': { vr: 'CS', Value: [voiFunction] } }),
  };
}

/** A DS has 16 characters at most (PS3.5 table 6.2-1). */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

/** MONOCHROME1 shows the lowest value as white: the state has no photometric interpretation of its own. */
function isInverse({ inverted }: FrameView, metadata: DicomJsonDataset): boolean {
  return (jsonText(metadata, '00280004') === 'MONOCHROME1') !== inverted;
}

/** A view mirrors and then turns; a state turns and then mirrors (PS3.3 C.10.6). Upside down is mirrored and turned. */
function turningOf({ rotation, flippedHorizontally, flippedVertically }: FrameView) {
  const flipped = flippedHorizontally !== flippedVertically;
  const turned = (rotation + (flippedVertically ? 180 : 0)) % 360;
  return { flipped, turned: flipped ? (360 - turned) % 360 : turned };
}

function placeOf(view: FrameView): DicomJsonDataset {
  const { flipped, turned } = turningOf(view);
  return {
    '00700041': { vr: 'CS', Value: [flipped ? 'Y' : 'N'] },
    '00700042': { vr: 'US', Value: [turned] },
  };
}

/**
 * Whole pixels, from 1: what was on the screen of the image; what lay beside it is left to the screen. The corners are
 * those that are at the top left and the bottom right after turning and mirroring (PS3.3 C.10.4).
 */
function areaOf(view: FrameView, metadata: DicomJsonDataset, frameNumber: number): DicomJsonDataset {
  const { x, y, width, height } = view.visible;
  const [columns, rows] = [jsonNumber(metadata, '00280011') ?? 1, jsonNumber(metadata, '00280010') ?? 1];
  const held = (value: number, most: number) => Math.min(most, Math.max(1, Math.round(value)));
  const [left, right] = [held(x + 1, columns), held(x + width, columns)];
  const [top, bottom] = [held(y + 1, rows), held(y + height, rows)];
  const { turned, flipped } = turningOf(view);
  // The place of the upper left corner of the screen, as steps of a quarter turn from that of the image.
  const corners = [
    [left, top],
    [left, bottom],
    [right, bottom],
    [right, top],
  ] as const;
  const [first, last] = flipped
    ? [corners[(turned / 90 + 3) % 4], corners[(turned / 90 + 1) % 4]]
    : [corners[(turned / 90) % 4], corners[(turned / 90 + 2) % 4]];
  const spacing = groupsOf(metadata, frameNumber, '00289110')
    .map((one) => jsonNumbers(one, '00280030'))
    .find((numbers) => numbers.length === 2);
  const [vertical, horizontal] = jsonNumbers(metadata, '00280034');
  return {
    '00700052': { vr: 'SL', Value: [...(first ?? [1, 1])] },
    '00700053': { vr: 'SL', Value: [...(last ?? [columns, rows])] },
    '00700100': { vr: 'CS', Value: ['SCALE TO FIT'] },
    ...(spacing === undefined
      ? { '00700102': { vr: 'IS', Value: [vertical ?? 1, horizontal ?? 1] } }
      : { '00700101': { vr: 'DS', Value: spacing } }),
  };
}

function layerName(at: number): string {
  return `AUTHOR ${at + 1}`;
}

function layerOf(color: string, at: number): DicomJsonDataset {
  return {
    '00700002': { vr: 'CS', Value: [layerName(at)] },
    '00700062': { vr: 'IS', Value: [at + 1] },
    '00700401': { vr: 'US', Value: labOfColour(color) },
  };
}

/** Shapes in pixels of the image, and their words beside their first point. */
function marksOf(annotations: readonly Annotation[], at: number): DicomJsonDataset {
  const graphics = annotations.flatMap(({ geometry }) => graphicsOf(geometry));
  const texts = annotations.flatMap(({ label, geometry }) => {
    const [point] = graphicsOf(geometry)[0]?.points ?? [];
    return label.trim() === '' || point === undefined ? [] : [textItem(label, point)];
  });
  return {
    '00700002': { vr: 'CS', Value: [layerName(at)] },
    ...(texts.length > 0 && { '00700008': { vr: 'SQ', Value: texts } }),
    ...(graphics.length > 0 && {
      '00700009': {
        vr: 'SQ',
        Value: graphics.map(({ graphicType, points }) => ({
          '00700005': { vr: 'CS', Value: ['PIXEL'] },
          '00700020': { vr: 'US', Value: [2] },
          '00700021': { vr: 'US', Value: [points.length] },
          '00700022': { vr: 'FL', Value: points.flat() },
          '00700023': { vr: 'CS', Value: [graphicType] },
          ...(graphicType !== 'POINT' && { '00700024': { vr: 'CS', Value: ['N'] } }),
        })),
      },
    }),
  };
}

function textItem(label: string, point: readonly [number, number]): DicomJsonDataset {
  return {
    '00700004': { vr: 'CS', Value: ['PIXEL'] },
    '00700006': { vr: 'ST', Value: [label.trim()] },
    '00700014': { vr: 'FL', Value: [...point] },
    '00700015': { vr: 'CS', Value: ['N'] },
  };
}
