/** Segments as a DICOM Segmentation object (PS3.3 A.51), binary, in the DICOM JSON Model with its pixels beside it. */
import type { CodedConcept } from '#shared/annotation/coded-concept.ts';
import { codeItem, sopReference } from '#shared/dicom/content-item.ts';
import type { OutputElement } from '#shared/dicom/deidentification/output-element.ts';
import {
  objectHeader,
  patientAndStudyOf,
  personNameOf,
  referenceTo,
  type SourceInstance,
  seriesReference,
} from '#shared/dicom/derived-object.ts';
import type { DicomJsonDataset, DicomJsonValue } from '#shared/dicom/dicom-json.ts';
import { jsonItems, jsonNumbers, jsonText } from '#shared/dicom/json-reading.ts';
import { labOfColour } from '#shared/dicom/presentation-colour.ts';
import { uidOfUuid } from '#shared/dicom/uuid-uid.ts';
import { decodeMask } from '#shared/segmentation/mask-runs.ts';
import type { Segment, SegmentFrame } from '#shared/segmentation/segment.ts';

/** Segmentation Storage. */
export const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4';

export interface SegmentationIdentity {
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly dimensionUid: string;
  readonly instanceNumber: number;
  /** ISO 8601 in UTC. */
  readonly writtenAt: string;
}

export interface WrittenSegmentation {
  readonly dataset: DicomJsonDataset;
  readonly pixelData: OutputElement;
}

const SEGMENTATION: CodedConcept = { value: '113076', scheme: 'DCM', meaning: 'Segmentation' };
const SOURCE_IMAGE: CodedConcept = {
  ...{ value: '121322', scheme: 'DCM' },
  meaning: 'Source image for image processing operation',
};

/** What the file of a frame says of its place; the values as they are written there. */
interface FramePlace {
  readonly position: readonly DicomJsonValue[];
  readonly orientation: DicomJsonDataset;
  readonly measures: DicomJsonDataset;
}

interface PlacedFrame {
  readonly segmentNumber: number;
  readonly frame: SegmentFrame;
  readonly image: SourceInstance;
  readonly place: FramePlace;
}

/**
 * Writes segments of one author on one series, whose frames are of one size; a frame of the object for each frame of
 * each segment, so that segments may overlap. In a sentence why not, where the images do not say where they lie.
 */
export function writeSegmentation(
  segments: readonly Segment[],
  images: ReadonlyMap<string, SourceInstance>,
  identity: SegmentationIdentity,
): WrittenSegmentation | { readonly refusal: string } {
  const drawn = segments.filter(({ frames }) => frames.length > 0);
  const placed: PlacedFrame[] = [];
  for (const [at, { frames, label }] of drawn.entries()) {
    for (const frame of frames) {
      const image = images.get(frame.sopInstanceUid);
      const place = image === undefined ? null : placeOf(image.metadata, frame.frameNumber);
      if (image === undefined || place === null) {
        return { refusal: `“${label}”: its images state no position, so it has no place in a DICOM segmentation.` };
      }
      placed.push({ segmentNumber: at + 1, frame, image, place });
    }
  }
  const [first] = placed;
  const [segment] = drawn;
  if (first === undefined || segment === undefined) return { refusal: 'Nothing is drawn yet.' };
  const positions = positionNumbers(placed);
  const sorted = placed.toSorted((a, b) => a.segmentNumber - b.segmentNumber || positions(a) - positions(b));
  const used = [...new Map(placed.map(({ image }) => [image.sopInstanceUid, image])).values()];
  const shared = { orientation: allSame(placed, 'orientation'), measures: allSame(placed, 'measures') };
  return {
    dataset: {
      ...patientAndStudyOf(first.image),
      ...objectHeader({
        ...identity,
        ...{ sopClassUid: SEGMENTATION_STORAGE, modality: 'SEG', seriesNumber: 9902 },
        seriesDescription: 'Segments of a second opinion',
      }),
      ...equipment(first.image.metadata),
      ...segmentationImage(drawn, segment),
      ...lossOf(used),
      '00081115': {
        vr: 'SQ',
        Value: [referencedSeries(first.image.seriesUid, used)],
      },
      '00280008': { vr: 'IS', Value: [sorted.length] },
      ...dimensions(identity.dimensionUid),
      '52009229': { vr: 'SQ', Value: [groupsOf(shared)] },
      '52009230': {
        vr: 'SQ',
        Value: sorted.map((one) => frameGroups(one, positions(one), shared)),
      },
    },
    pixelData: { tag: 0x7fe00010, vr: 'OB', bytes: packBits(sorted, segment.columns * segment.rows) },
  };
}

function referencedSeries(seriesUid: string, used: readonly SourceInstance[]): DicomJsonDataset {
  const { '00081199': references, ...series } = seriesReference(
    seriesUid,
    used.map((image) => sopReference(referenceTo(image, null))),
  );
  return { ...series, '0008114A': references ?? { vr: 'SQ' } };
}

function equipment(metadata: DicomJsonDataset): DicomJsonDataset {
  return {
    '00081090': { vr: 'LO', Value: ['Consilium'] },
    '00181000': { vr: 'LO', Value: ['1'] },
    '00181020': { vr: 'LO', Value: ['1'] },
    '00200052': metadata['00200052'] ?? { vr: 'UI' },
    '00201040': metadata['00201040'] ?? { vr: 'LO' },
  };
}

function segmentationImage(segments: readonly Segment[], { columns, rows, author }: Segment): DicomJsonDataset {
  return {
    '00080008': { vr: 'CS', Value: ['DERIVED', 'PRIMARY'] },
    '00280002': { vr: 'US', Value: [1] },
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': { vr: 'US', Value: [rows] },
    '00280011': { vr: 'US', Value: [columns] },
    '00280100': { vr: 'US', Value: [1] },
    '00280101': { vr: 'US', Value: [1] },
    '00280102': { vr: 'US', Value: [0] },
    '00280103': { vr: 'US', Value: [0] },
    '00620001': { vr: 'CS', Value: ['BINARY'] },
    '00620002': { vr: 'SQ', Value: segments.map((segment, at) => segmentItem(segment, at + 1)) },
    '00620013': { vr: 'CS', Value: [overlaps(segments) ? 'YES' : 'NO'] },
    '00700080': { vr: 'CS', Value: ['SEGMENTATION'] },
    '00700081': { vr: 'LO', Value: ['Segments of a second opinion'] },
    '00700084': { vr: 'PN', Value: [{ Alphabetic: personNameOf(author.name) }] },
  };
}

function segmentItem(segment: Segment, number: number): DicomJsonDataset {
  const { id, label, color, category, type, drawn } = segment;
  const byHand = drawn === 'by-hand';
  return {
    '00620003': { vr: 'SQ', Value: [codeItem(category)] },
    '00620004': { vr: 'US', Value: [number] },
    '00620005': { vr: 'LO', Value: [label.replaceAll('\\', '/')] },
    '00620008': { vr: 'CS', Value: [byHand ? 'MANUAL' : 'SEMIAUTOMATIC'] },
    ...(!byHand && { '00620009': { vr: 'LO', Value: ['Consilium threshold, growing and interpolation'] } }),
    '0062000D': { vr: 'US', Value: labOfColour(color) },
    '0062000F': { vr: 'SQ', Value: [codeItem(type)] },
    '00620020': { vr: 'UT', Value: [label] },
    '00620021': { vr: 'UI', Value: [uidOfUuid(id)] },
  };
}

/** True when two segments share a pixel (Segments Overlap, PS3.3 C.8.20.2). */
function overlaps(segments: readonly Segment[]): boolean {
  const taken = new Map<string, Uint8Array>();
  for (const { frames, columns, rows } of segments) {
    for (const { sopInstanceUid, frameNumber, runs } of frames) {
      const mask = decodeMask(runs, columns * rows);
      const key = `${sopInstanceUid} ${frameNumber}`;
      const before = taken.get(key);
      if (mask === null) continue;
      if (before?.some((value, place) => value === 1 && mask[place] === 1) === true) return true;
      taken.set(key, before === undefined ? mask : mask.map((value, place) => value | (before[place] ?? 0)));
    }
  }
  return false;
}

/** A segmentation of images that lost something has lost it too (PS3.3 C.8.20.2). */
function lossOf(images: readonly SourceInstance[]): DicomJsonDataset {
  const lossy = images.find(({ metadata }) => jsonText(metadata, '00282110') === '01')?.metadata;
  if (lossy === undefined) return { '00282110': { vr: 'CS', Value: ['00'] } };
  const kept = ['00282110', '00282112', '00282114'].filter((tag) => lossy[tag] !== undefined);
  return Object.fromEntries(kept.map((tag) => [tag, lossy[tag] ?? { vr: 'UN' }]));
}

/** Frames are counted by segment and by position (PS3.3 C.7.6.17). */
function dimensions(uid: string): DicomJsonDataset {
  const index = (pointer: string, group: string, label: string): DicomJsonDataset => ({
    '00209164': { vr: 'UI', Value: [uid] },
    '00209165': { vr: 'AT', Value: [pointer] },
    '00209167': { vr: 'AT', Value: [group] },
    '00209421': { vr: 'LO', Value: [label] },
  });
  return {
    '00209221': { vr: 'SQ', Value: [{ '00209164': { vr: 'UI', Value: [uid] } }] },
    '00209222': {
      vr: 'SQ',
      Value: [index('0062000B', '0062000A', 'Segment'), index('00200032', '00209113', 'Position')],
    },
  };
}

interface SharedGroups {
  readonly orientation: DicomJsonDataset | null;
  readonly measures: DicomJsonDataset | null;
}

function groupsOf({ orientation, measures }: SharedGroups): DicomJsonDataset {
  return {
    ...(orientation !== null && { '00209116': { vr: 'SQ', Value: [orientation] } }),
    ...(measures !== null && { '00289110': { vr: 'SQ', Value: [measures] } }),
  };
}

function frameGroups(
  { segmentNumber, frame, image, place }: PlacedFrame,
  position: number,
  shared: SharedGroups,
): DicomJsonDataset {
  const source = {
    ...sopReference(referenceTo(image, frame.frameNumber)),
    '0028135A': { vr: 'CS', Value: ['YES'] },
    '0040A170': { vr: 'SQ', Value: [codeItem(SOURCE_IMAGE)] },
  };
  return {
    ...groupsOf({
      orientation: shared.orientation === null ? place.orientation : null,
      measures: shared.measures === null ? place.measures : null,
    }),
    '00089124': {
      vr: 'SQ',
      Value: [{ '00082112': { vr: 'SQ', Value: [source] }, '00089215': { vr: 'SQ', Value: [codeItem(SEGMENTATION)] } }],
    },
    '00209111': { vr: 'SQ', Value: [{ '00209157': { vr: 'UL', Value: [segmentNumber, position] } }] },
    '00209113': { vr: 'SQ', Value: [{ '00200032': { vr: 'DS', Value: place.position } }] },
    '0062000A': { vr: 'SQ', Value: [{ '0062000B': { vr: 'US', Value: [segmentNumber] } }] },
  };
}

/** Where a frame lies: functional groups of its own before shared ones before the instance (PS3.3 C.7.6.16). */
function placeOf(metadata: DicomJsonDataset, frameNumber: number): FramePlace | null {
  const groups = [jsonItems(metadata, '52009230')[frameNumber - 1], jsonItems(metadata, '52009229')[0]];
  const find = (sequence: string, tag: string, count: number): readonly DicomJsonValue[] | null => {
    const sources = [...groups.flatMap((group) => jsonItems(group, sequence)), metadata];
    return sources.find((source) => jsonNumbers(source, tag).length === count)?.[tag]?.Value ?? null;
  };
  const position = find('00209113', '00200032', 3);
  const orientation = find('00209116', '00200037', 6);
  const spacing = find('00289110', '00280030', 2);
  const thickness = find('00289110', '00180050', 1);
  if (position === null || orientation === null || spacing === null) return null;
  return {
    position,
    orientation: { '00200037': { vr: 'DS', Value: orientation } },
    measures: {
      ...(thickness !== null && { '00180050': { vr: 'DS', Value: thickness } }),
      '00280030': { vr: 'DS', Value: spacing },
    },
  };
}

function allSame(placed: readonly PlacedFrame[], key: 'orientation' | 'measures'): DicomJsonDataset | null {
  const [first] = placed;
  const text = JSON.stringify(first?.place[key]);
  return placed.every(({ place }) => JSON.stringify(place[key]) === text) ? (first?.place[key] ?? null) : null;
}

/** Numbers positions from 1, along the normal of the first frame; the same place has the same number. */
function positionNumbers(placed: readonly PlacedFrame[]): (frame: PlacedFrame) => number {
  const [rx = 1, ry = 0, rz = 0, cx = 0, cy = 1, cz = 0] = jsonNumbers(placed[0]?.place.orientation, '00200037');
  const normal = [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
  const keyOf = ({ place }: PlacedFrame): string => JSON.stringify(place.position);
  const along = new Map(
    placed.map((one) => [
      keyOf(one),
      one.place.position.reduce<number>((sum, value, axis) => sum + Number(value) * (normal[axis] ?? 0), 0),
    ]),
  );
  const order = new Map([...along].toSorted((a, b) => a[1] - b[1]).map(([key], at) => [key, at + 1]));
  return (frame) => order.get(keyOf(frame)) ?? 1;
}

/** Bits of all frames one behind the other, the lowest of each byte first (PS3.5 section 8.1.1). */
function packBits(placed: readonly PlacedFrame[], pixels: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((placed.length * pixels) / 8));
  for (const [at, { frame }] of placed.entries()) {
    const mask = decodeMask(frame.runs, pixels);
    if (mask === null) continue;
    for (let place = 0; place < pixels; place += 1) {
      const bit = at * pixels + place;
      if (mask[place] === 1) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return bytes;
}
