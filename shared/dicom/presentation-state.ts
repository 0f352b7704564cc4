/** Softcopy presentation states (PS3.3 A.33, PS3.4 Annex N): how an image is to be shown, from their DICOM JSON. */
import type { DisplayShutter } from '#shared/imaging/display-shutter.ts';
import type { Voi } from '#shared/imaging/grey-scale.ts';
import type { LookupTable, Rescale } from '#shared/imaging/lookup-table.ts';
import { isUsableWindow, type VoiFunction } from '#shared/imaging/window.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonNumber, jsonNumbers, jsonTable, jsonText, jsonTexts } from './json-reading.ts';
import {
  type GraphicLayer,
  MarkBudget,
  type Marks,
  readLayers,
  readMarks,
  UndrawableMark,
} from './presentation-marks.ts';
import { readShutter } from './shutter.ts';

/** Grayscale and Color Softcopy Presentation State. */
const GREY_STATE = '1.2.840.10008.5.1.4.1.1.11.1';
const COLOUR_STATE = '1.2.840.10008.5.1.4.1.1.11.2';
/** Images of one state at most: a stack has thousands, no state more. */
const MOST_IMAGES = 20_000;
const MOST_VERTICES = 10_000;

/** `frames` from 1; null means all of them. */
export interface PresentedImage {
  readonly sopInstanceUid: string;
  readonly frames: readonly number[] | null;
}

/** Edges in image px, 0 the outer edge of the first pixel. May reach beyond the image. */
export interface DisplayedArea {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Picture px for an image px when the state says MAGNIFY; else null, and the area fits what there is. */
  readonly magnification: number | null;
  /** Width of a pixel over its height; null where the state says nothing. */
  readonly pixelAspect: number | null;
}

/** What a state says of one frame; JSON-serialisable. */
export interface FramePresentation {
  readonly rescale: Rescale;
  readonly modalityLut: LookupTable | null;
  /** null is the identity: what an image says of itself does not count (PS3.4 section N.2). */
  readonly voi: Voi | null;
  readonly presentationLut: LookupTable | null;
  readonly inverted: boolean;
  /** Clockwise, before the flip about the vertical axis (PS3.3 C.10.6). */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly flipped: boolean;
  readonly area: DisplayedArea | null;
  readonly shutter: DisplayShutter | null;
  /** Groups of the image's overlays that are shown (PS3.3 C.11.7). */
  readonly overlayGroups: readonly number[];
  /** Lowest layer first; `colour` is that of the layer. */
  readonly marks: readonly (Marks & { readonly colour: string | null })[];
}

interface Selected<T> {
  /** null is every image of the state. */
  readonly images: readonly PresentedImage[] | null;
  readonly value: T;
}

export interface PresentationState {
  /** In the order of the file. */
  readonly images: readonly PresentedImage[];
  /** What of the state cannot be shown, in a few words; null when all of it can. It must not be shown in part. */
  readonly unsupported: string | null;
  readonly common: Omit<FramePresentation, 'voi' | 'area' | 'marks'>;
  readonly vois: readonly Selected<Voi>[];
  readonly areas: readonly Selected<DisplayedArea>[];
  readonly layers: readonly GraphicLayer[];
  readonly marks: readonly Selected<Marks>[];
}

/** Reads a state. What cannot be shown is told by `unsupported`; nothing is refused here. */
export function readPresentationState(dataset: DicomJsonDataset): PresentationState {
  const images = jsonItems(dataset, '00081115').flatMap((series) => readImages(series) ?? []);
  const common = readCommon(dataset);
  const plain = { images: images.slice(0, MOST_IMAGES), common };
  try {
    checkSupported(dataset, images.length);
    const budget = new MarkBudget();
    return {
      ...{ ...plain, unsupported: null, layers: readLayers(dataset) },
      vois: selected(dataset, '00283110', (item) => readVoi(item, common)),
      areas: selected(dataset, '0070005A', readArea),
      marks: selected(dataset, '00700001', (item) => readMarks(item, budget)),
    };
  } catch (error) {
    if (!(error instanceof UndrawableMark)) throw error;
    return { ...plain, unsupported: error.message, vois: [], areas: [], layers: [], marks: [] };
  }
}

/** Whether the state is meant for the frame, counted from 1. */
export function presentsFrame(state: PresentationState, sopInstanceUid: string, frameNumber: number): boolean {
  return contains(state.images, sopInstanceUid, frameNumber);
}

/** Everything the state says of one frame. */
export function presentationOf(
  state: PresentationState,
  sopInstanceUid: string,
  frameNumber: number,
): FramePresentation {
  const applies = ({ images }: Selected<unknown>) => images === null || contains(images, sopInstanceUid, frameNumber);
  const marks = state.marks.filter(applies).map(({ value }) => value);
  const place = (layer: string) => state.layers.findIndex(({ name }) => name === layer);
  return {
    ...state.common,
    voi: state.vois.find(applies)?.value ?? null,
    area: state.areas.find(applies)?.value ?? null,
    marks: marks
      .toSorted((one, other) => place(one.layer) - place(other.layer))
      .map((one) => ({ ...one, colour: state.layers.find(({ name }) => name === one.layer)?.colour ?? null })),
  };
}

function contains(images: readonly PresentedImage[], sopInstanceUid: string, frameNumber: number): boolean {
  return images.some(
    ({ sopInstanceUid: uid, frames }) => uid === sopInstanceUid && (frames === null || frames.includes(frameNumber)),
  );
}

/** Referenced Image Sequence (0008,1140); null where there is none. */
function readImages(item: DicomJsonDataset): PresentedImage[] | null {
  if (item['00081140'] === undefined) return null;
  return jsonItems(item, '00081140').flatMap((reference) => {
    const sopInstanceUid = jsonText(reference, '00081155');
    const frames = jsonNumbers(reference, '00081160');
    return sopInstanceUid === null ? [] : [{ sopInstanceUid, frames: frames.length === 0 ? null : frames }];
  });
}

function selected<T>(
  dataset: DicomJsonDataset,
  tag: string,
  read: (item: DicomJsonDataset) => T,
): readonly Selected<T>[] {
  return jsonItems(dataset, tag).map((item) => ({ images: readImages(item), value: read(item) }));
}

function checkSupported(dataset: DicomJsonDataset, images: number): void {
  const sopClass = jsonText(dataset, '00080016');
  if (sopClass !== GREY_STATE && sopClass !== COLOUR_STATE) throw new UndrawableMark('of a kind that is not shown');
  if (images === 0) throw new UndrawableMark('without images');
  if (images > MOST_IMAGES) throw new UndrawableMark(`of more than ${MOST_IMAGES} images`);
  const { rectangle = null, circle = null, polygon = null } = readShutter(dataset) ?? {};
  const usable = [rectangle, circle, polygon].filter((shape) => shape !== null).length;
  if (jsonTexts(dataset, '00181600').length > usable) throw new UndrawableMark('with a shutter that cannot be drawn');
  const masked = jsonItems(dataset, '00286100').some((item) => (jsonText(item, '00286101') ?? 'NONE') !== 'NONE');
  if (masked || jsonText(dataset, '00281090') === 'SUB') throw new UndrawableMark('with mask subtraction');
  if (overlayGroups(dataset, '3000').length > 0) throw new UndrawableMark('with overlays of its own');
  const oddTables = ['00283000', '20500010'].some(
    (tag) => jsonItems(dataset, tag).length > 0 && jsonTable(jsonItems(dataset, tag)[0], false) === null,
  );
  if (oddTables) throw new UndrawableMark('with a look-up table that cannot be read');
  if (![0, 90, 180, 270].includes(jsonNumber(dataset, '00700042') ?? 0))
    throw new UndrawableMark('turned by no right angle');
  if (jsonNumbers(dataset, '00181620').length > 2 * MOST_VERTICES) throw new UndrawableMark('with an endless shutter');
}

function readCommon(dataset: DicomJsonDataset): PresentationState['common'] {
  const slope = jsonNumber(dataset, '00281053') ?? 1;
  const turned = jsonNumber(dataset, '00700042');
  const activated = new Set(
    overlayGroups(dataset, '1001').filter((group) => jsonText(dataset, overlayTag(group, '1001')) !== null),
  );
  return {
    rescale: { rescaleSlope: slope === 0 ? 1 : slope, rescaleIntercept: jsonNumber(dataset, '00281052') ?? 0 },
    modalityLut: jsonTable(jsonItems(dataset, '00283000')[0], false),
    presentationLut: jsonTable(jsonItems(dataset, '20500010')[0], false),
    inverted: jsonText(dataset, '20500020') === 'INVERSE',
    rotation: turned === 90 || turned === 180 || turned === 270 ? turned : 0,
    flipped: jsonText(dataset, '00700041') === 'Y',
    shutter: readShutter(dataset),
    overlayGroups: [...activated],
  };
}

function overlayTag(group: number, element: string): string {
  return group.toString(16).toUpperCase() + element;
}

function overlayGroups(dataset: DicomJsonDataset, element: string): number[] {
  const groups = Array.from({ length: 16 }, (_, at) => 0x6000 + 2 * at);
  return groups.filter((group) => dataset[overlayTag(group, element)] !== undefined);
}

/** The first window, else the first table (PS3.3 C.11.8). @throws UndrawableMark when neither can be used */
function readVoi(item: DicomJsonDataset, { rescale }: PresentationState['common']): Voi {
  const stated = jsonText(item, '00281056');
  const voiFunction: VoiFunction = stated === 'LINEAR_EXACT' || stated === 'SIGMOID' ? stated : 'LINEAR';
  const [center, width] = [jsonNumber(item, '00281050'), jsonNumber(item, '00281051')];
  if (center !== null && width !== null && isUsableWindow({ center, width, voiFunction })) {
    return { window: { center, width, voiFunction } };
  }
  const table = jsonTable(jsonItems(item, '00283010')[0], rescale.rescaleIntercept < 0);
  if (table === null) throw new UndrawableMark('with a window that cannot be used');
  return { table };
}

/**
 * Corners are pixels, from 1, as they lie after the spatial transformation: which of them is left or on top before it
 * does not matter (PS3.3 C.10.4).
 */
function readArea(item: DicomJsonDataset): DisplayedArea {
  const [x1, y1] = jsonNumbers(item, '00700052');
  const [x2, y2] = jsonNumbers(item, '00700053');
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) {
    throw new UndrawableMark('without a displayed area');
  }
  const magnify = jsonText(item, '00700100') === 'MAGNIFY' ? (jsonNumber(item, '00700103') ?? 1) : null;
  if (magnify !== null && !(magnify > 0)) throw new UndrawableMark('with a magnification of nothing');
  return {
    ...{ left: Math.min(x1, x2) - 1, right: Math.max(x1, x2), top: Math.min(y1, y2) - 1, bottom: Math.max(y1, y2) },
    magnification: magnify,
    pixelAspect: aspectOf(jsonNumbers(item, '00700101')) ?? aspectOf(jsonNumbers(item, '00700102')),
  };
}

/** Both attributes are vertical, then horizontal. */
function aspectOf([vertical, horizontal]: readonly number[]): number | null {
  if (vertical === undefined || horizontal === undefined) return null;
  const aspect = horizontal / vertical;
  return aspect > 0.1 && aspect < 10 ? aspect : null;
}
