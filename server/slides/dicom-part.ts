/** One instance of a DICOM whole slide image (PS3.3 A.32.8, C.8.12.4): what its header says of its place in the slide. */

import { buildFrameIndex, type FrameIndex } from '#server/codecs/frame-index.ts';
import { readFrame } from '#server/codecs/read-frame.ts';
import { readHeader } from '#server/codecs/read-header.ts';
import type { SlideDecoder } from '#server/codecs/slide-decoding.ts';
import type { DicomDataset } from '#shared/dicom/dataset.ts';
import type { ImageDescription } from '#shared/dicom/image-description.ts';
import { describeInstance } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import type { StatedMpp } from '#shared/imaging/pyramid.ts';
import type { SlideInput } from './slide-format.ts';
import type { ByteSource } from './source.ts';
import { isPlausibleMpp, stated, TIFF_LIMITS } from './tiff.ts';

const TAG = {
  imageType: 0x0008_0008,
  manufacturer: 0x0008_0070,
  model: 0x0008_1090,
  pixelSpacing: 0x0028_0030,
  iccProfile: 0x0028_2000,
  pixelMeasures: 0x0028_9110,
  concatenationUid: 0x0020_9161,
  concatenationFrameOffset: 0x0020_9228,
  dimensionOrganizationType: 0x0020_9311,
  zOffset: 0x0040_074a,
  specimenDescription: 0x0040_0560,
  specimenPreparation: 0x0040_0610,
  preparationContent: 0x0040_0612,
  conceptName: 0x0040_a043,
  conceptCode: 0x0040_a168,
  codeValue: 0x0008_0100,
  codeMeaning: 0x0008_0104,
  volumeWidth: 0x0048_0001,
  volumeHeight: 0x0048_0002,
  totalColumns: 0x0048_0006,
  totalRows: 0x0048_0007,
  opticalPaths: 0x0048_0105,
  opticalPathIdentifier: 0x0048_0106,
  opticalPathDescription: 0x0048_0107,
  objectivePower: 0x0048_0112,
  opticalPathIdentification: 0x0048_0207,
  planePositionSlide: 0x0048_021a,
  columnPosition: 0x0048_021e,
  rowPosition: 0x0048_021f,
  focalPlanes: 0x0048_0303,
  sharedGroups: 0x5200_9229,
  perFrameGroups: 0x5200_9230,
} as const;

const WSI_CLASS = '1.2.840.10008.5.1.4.1.1.77.1.6';
/** SNOMED CT "Using substance": the stain of a preparation step (CID 8112 and the Staining template, PS3.16 TID 8003). */
const USING_SUBSTANCE = new Set(['424361007', 'G-C350']);

export interface FramePlace {
  /** Upper left corner in the total pixel matrix, from 0. */
  readonly x: number;
  readonly y: number;
  readonly focalPlane: number;
  readonly opticalPath: number;
}

export interface DicomPart {
  readonly decoder: SlideDecoder;
  readonly source: ByteSource;
  readonly image: ImageDescription;
  readonly transferSyntaxUid: string;
  readonly seriesUid: string;
  /** VOLUME, LABEL, OVERVIEW or THUMBNAIL: the third value of Image Type (C.8.12.4.1.1). */
  readonly flavour: string;
  readonly showsSlideLabel: boolean;
  readonly totalWidth: number;
  readonly totalHeight: number;
  /** Frames of the same concatenation or, without one, of this instance alone. */
  readonly imageKey: string;
  readonly frameOffset: number;
  readonly frames: number;
  readonly tiledFull: boolean;
  readonly focalPlaneCount: number;
  readonly opticalPaths: readonly { readonly identifier: string; readonly description: string | null }[];
  /** For TILED_SPARSE, by frame from 0; null when the order of the frames tells. */
  readonly places: readonly (FramePlace & { readonly zUm: number | null; readonly path: string | null })[] | null;
  readonly mpps: readonly StatedMpp[];
  readonly objectivePower: number | null;
  readonly vendor: string | null;
  readonly scanner: string | null;
  readonly stain: string | null;
  readonly iccProfile: Uint8Array | null;
  frame(number: number): Promise<Uint8Array>;
}

/** Reads an instance. Errors: those of the DICOM reader, SLIDE_METADATA_INVALID for one that is no slide. */
export async function readDicomPart(
  { source, decoder }: SlideInput,
  signal: AbortSignal,
  known?: FrameIndex,
): Promise<DicomPart> {
  const read = (offset: number, length: number): Promise<Uint8Array> =>
    source.read(offset, Math.max(0, Math.min(length, source.sizeBytes - offset)), signal);
  const header = await readHeader(read, source.sizeBytes, signal);
  const description = describeInstance(header);
  const { image } = description;
  if (image === null || description.sopClassUid !== WSI_CLASS) throw invalid('it is no whole slide image');
  const { dataset } = header;
  const index = known ?? (await buildFrameIndex(read, source.sizeBytes, header, image, signal));
  const shared = dataset.items(TAG.sharedGroups)[0];
  const perFrame = dataset.items(TAG.perFrameGroups);
  const totalWidth = dataset.number(TAG.totalColumns) ?? image.columns;
  const totalHeight = dataset.number(TAG.totalRows) ?? image.rows;
  if (!(totalWidth >= 1 && totalHeight >= 1) || Math.max(totalWidth, totalHeight) > TIFF_LIMITS.sidePx) {
    throw invalid(`its total pixel matrix has ${totalWidth} × ${totalHeight} px`);
  }
  const organization = dataset.text(TAG.dimensionOrganizationType);
  const positions = perFrame.length === image.numberOfFrames ? perFrame.map((group) => placeOf(group, shared)) : null;
  const sparse =
    organization === 'TILED_SPARSE' || (organization !== 'TILED_FULL' && (positions?.some(isPlaced) ?? false));
  if (sparse && positions?.every(isPlaced) !== true) throw invalid('a frame has no position');
  const paths = dataset.items(TAG.opticalPaths);
  return {
    decoder,
    source,
    image,
    transferSyntaxUid: description.transferSyntaxUid,
    seriesUid: description.seriesUid,
    flavour: description.imageType[2]?.toUpperCase() ?? 'VOLUME',
    showsSlideLabel: description.showsSlideLabel,
    ...{ totalWidth, totalHeight },
    imageKey: dataset.text(TAG.concatenationUid) ?? description.sopInstanceUid,
    frameOffset: dataset.number(TAG.concatenationFrameOffset) ?? 0,
    frames: image.numberOfFrames,
    tiledFull: !sparse,
    focalPlaneCount: Math.max(1, dataset.number(TAG.focalPlanes) ?? 1),
    opticalPaths: paths.map((path, number) => ({
      identifier: path.text(TAG.opticalPathIdentifier) ?? String(number),
      description: path.text(TAG.opticalPathDescription),
    })),
    places: sparse ? (positions?.filter(isPlaced) ?? null) : null,
    mpps: mppsOf(dataset, shared, perFrame[0], totalWidth, totalHeight),
    objectivePower: positive(paths[0]?.number(TAG.objectivePower)),
    vendor: dataset.text(TAG.manufacturer)?.slice(0, 64) ?? null,
    scanner: dataset.text(TAG.model)?.slice(0, 64) ?? null,
    stain: stainOf(dataset),
    iccProfile: paths[0]?.valueBytes(TAG.iccProfile) ?? dataset.valueBytes(TAG.iccProfile) ?? null,
    frame: (number) =>
      readFrame(
        (offset, length) => source.read(offset, Math.max(0, Math.min(length, source.sizeBytes - offset))),
        index,
        number,
      ),
  };
}

type Place = NonNullable<DicomPart['places']>[number];

function isPlaced(place: Place | null): place is Place {
  return place !== null;
}

/** Plane Position (Slide) of a frame (C.8.12.6.1), which counts from 1. */
function placeOf(group: DicomDataset, shared: DicomDataset | undefined): Place | null {
  const position = [group, shared].flatMap((one) => one?.items(TAG.planePositionSlide) ?? [])[0];
  const column = position?.number(TAG.columnPosition);
  const row = position?.number(TAG.rowPosition);
  if (position === undefined || column == null || row == null) return null;
  if (
    !Number.isInteger(column) ||
    !Number.isInteger(row) ||
    Math.max(Math.abs(column), Math.abs(row)) > TIFF_LIMITS.sidePx
  ) {
    return null;
  }
  const identification = [group, shared].flatMap((one) => one?.items(TAG.opticalPathIdentification) ?? [])[0];
  return {
    ...{ x: column - 1, y: row - 1, focalPlane: 0, opticalPath: 0 },
    zUm: position.number(TAG.zOffset),
    path: identification?.text(TAG.opticalPathIdentifier) ?? null,
  };
}

/** Pixel Spacing is row\column, in mm (10.7.1.3); the imaged volume is the matrix, so that the two must agree. */
function mppsOf(
  dataset: DicomDataset,
  shared: DicomDataset | undefined,
  first: DicomDataset | undefined,
  totalWidth: number,
  totalHeight: number,
): StatedMpp[] {
  const measures = [shared, first, dataset].flatMap((one) => one?.items(TAG.pixelMeasures) ?? []);
  const spacing = [...measures, dataset].map((one) => one.vector(TAG.pixelSpacing, 2)).find((one) => one !== null);
  const volume = {
    x: ((dataset.number(TAG.volumeWidth) ?? 0) * 1000) / totalWidth,
    y: ((dataset.number(TAG.volumeHeight) ?? 0) * 1000) / totalHeight,
  };
  const plausible = ({ x, y }: { x: number; y: number }): boolean => isPlausibleMpp(x) && isPlausibleMpp(y);
  const pixel = { x: (spacing?.[1] ?? 0) * 1000, y: (spacing?.[0] ?? 0) * 1000 };
  return stated(
    plausible(pixel) ? { ...pixel, source: 'PixelSpacing' } : null,
    plausible(volume) ? { ...volume, source: 'scanner-metadata' } : null,
  );
}

function stainOf(dataset: DicomDataset): string | null {
  const steps = dataset
    .items(TAG.specimenDescription)
    .flatMap((specimen) => specimen.items(TAG.specimenPreparation))
    .flatMap((step) => step.items(TAG.preparationContent));
  const stains = new Set<string>();
  for (const item of steps) {
    if (!USING_SUBSTANCE.has(item.items(TAG.conceptName)[0]?.text(TAG.codeValue) ?? '')) continue;
    const meaning = item.items(TAG.conceptCode)[0]?.text(TAG.codeMeaning);
    if (meaning) stains.add(meaning.slice(0, 64));
  }
  return stains.size === 0 ? null : [...stains].slice(0, 8).join(', ');
}

function positive(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && value > 0 ? value : null;
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'DICOM header', reason });
}
