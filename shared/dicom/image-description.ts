/** The Image Pixel, Image Plane, VOI LUT and functional-group attributes of an instance, validated. */
import { AppError } from '#shared/errors.ts';
import type { LookupTable, Rescale } from '#shared/imaging/lookup-table.ts';
import type { Palette } from '#shared/imaging/palette.ts';
import { isUsableWindow, type VoiFunction, type VoiWindow } from '#shared/imaging/window.ts';
import type { DicomDataset } from './dataset.ts';
import { keywordOf } from './dictionary.ts';
import type { DicomHeader } from './header.ts';
import { readPalette, readSequenceTable } from './lookup-tables.ts';
import { describeOverlays, type OverlayPlane } from './overlays.ts';
import { formatTag, TAG } from './tag.ts';
import { transferSyntaxOf } from './transfer-syntax.ts';

/** Position, orientation and spacing of one frame; null where the file says nothing usable. */
export interface PlaneDescription {
  readonly imagePositionPatient: readonly number[] | null;
  readonly imageOrientationPatient: readonly number[] | null;
  readonly pixelSpacing: readonly number[] | null;
}

export interface ImageDescription extends PlaneDescription {
  readonly rows: number;
  readonly columns: number;
  readonly numberOfFrames: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  readonly planarConfiguration: 0 | 1;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Float Pixel Data or Double Float Pixel Data (PS3.3 C.7.6.24): values are not integers. */
  readonly floatingPoint: boolean;
  /** OB or OW: tells the byte order of 8-bit samples in big-endian files (PS3.5 section 8.2). */
  readonly pixelVr: string;
  /** True when bits were thrown away at any time, or the coding always does so. */
  readonly lossy: boolean;
  readonly lossyRatio: number | null;

  readonly imagerPixelSpacing: readonly number[] | null;
  readonly nominalScannedPixelSpacing: readonly number[] | null;
  readonly pixelSpacingCalibrationType: string | null;
  readonly sliceThicknessMm: number | null;
  readonly spacingBetweenSlicesMm: number | null;
  readonly frameTimeMs: number | null;
  /** One entry a frame for multi-frame images with functional groups (PS3.3 C.7.6.16), else null. */
  readonly framePlanes: readonly PlaneDescription[] | null;

  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
  /** True when the file states a slope or an intercept; 1 and 0 stand above when it does not. */
  readonly rescaleStated: boolean;
  /** One entry a frame where frames differ in their rescale (PS3.3 C.7.6.16.2.9), else null. */
  readonly frameRescales: readonly Rescale[] | null;
  /** In place of the rescale (PS3.3 C.11.1.1). */
  readonly modalityLut: LookupTable | null;
  /** The first table of VOI LUT Sequence (PS3.3 C.11.2.1.1). */
  readonly voiLut: LookupTable | null;
  /** Tables of a PALETTE COLOR image (PS3.3 C.7.9). */
  readonly palette: Palette | null;
  /** HU, US, OD … or null. */
  readonly rescaleType: string | null;
  readonly windows: readonly StatedWindow[];
  readonly pixelPaddingValue: number | null;
  readonly burnedInAnnotation: boolean | null;

  // What follows is missing from descriptions that were stored before it was read.
  /** One entry a frame where frames differ in their windows (PS3.3 C.7.6.16.2.10), else null. */
  readonly frameWindows?: readonly (readonly StatedWindow[])[] | null;
  /** The other end of the range of padding values (PS3.3 C.7.5.1.1.2). */
  readonly pixelPaddingRangeLimit?: number | null;
  /** Whether the grey scale is turned after the VOI LUT; where it is stated, MONOCHROME1 says nothing more (C.11.6). */
  readonly presentationLutShape?: 'IDENTITY' | 'INVERSE' | null;
  readonly overlays?: readonly OverlayPlane[];
  /** What the entries of the Modality LUT are: HU, OD, US … */
  readonly modalityLutType?: string | null;
}

export type StatedWindow = VoiWindow & { readonly explanation: string | null };

/** Largest side and frame count accepted, and largest decoded frame; beyond, no viewer can show the frame. */
const MAX_SIDE = 65_535;
const MAX_FRAMES = 1_000_000;
const MAX_FRAME_BYTES = 1024 * 1024 * 1024;

/** Reads and checks the image attributes. @throws AppError DICOM_TAG_MISSING, DICOM_VALUE_INVALID, DICOM_PIXELS_SHORT */
export function describeImage(header: DicomHeader, notes: string[]): ImageDescription {
  const { dataset } = header;
  const rows = side(dataset, TAG.Rows);
  const columns = side(dataset, TAG.Columns);
  const numberOfFrames = frameCount(dataset);
  const samplesPerPixel = dataset.number(TAG.SamplesPerPixel) ?? 1;
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3 && samplesPerPixel !== 4) {
    invalid(TAG.SamplesPerPixel, samplesPerPixel, 'an image has 1 or 3 samples per pixel');
  }
  const tag = header.pixelData?.tag;
  const floatingPoint = tag === TAG.FloatPixelData || tag === TAG.DoubleFloatPixelData;
  const bits = describeBits(dataset, tag);
  const frameBytes = Math.ceil((rows * columns * samplesPerPixel * bits.bitsAllocated) / 8);
  if (frameBytes > MAX_FRAME_BYTES || !Number.isSafeInteger(frameBytes * numberOfFrames)) {
    invalid(TAG.Rows, `${rows} × ${columns} × ${numberOfFrames}`, `a frame may have ${MAX_FRAME_BYTES} bytes at most`);
  }
  const photometricInterpretation = dataset.text(TAG.PhotometricInterpretation)?.toUpperCase() ?? '';
  checkNativeLength(header, { rows, columns, numberOfFrames, samplesPerPixel, photometricInterpretation, ...bits });

  const shared = dataset.items(TAG.SharedFunctionalGroupsSequence)[0];
  const perFrame = dataset.items(TAG.PerFrameFunctionalGroupsSequence);
  const framePlanes = describeFramePlanes(dataset, shared, perFrame, numberOfFrames, notes);
  const plane = framePlanes?.[0] ?? describePlane(dataset, [dataset], notes);
  const groups = [perFrame[0], shared].filter((group) => group !== undefined);
  const measures = groups.flatMap((group) => group.items(TAG.PixelMeasuresSequence));
  const transformation = groups.flatMap((group) => group.items(TAG.PixelValueTransformationSequence));
  const windows = describeWindows(groups.flatMap((group) => group.items(TAG.FrameVOILUTSequence))[0] ?? dataset);
  const rescale = describeRescale([...transformation, dataset], notes);
  return {
    ...plane,
    rows,
    columns,
    numberOfFrames,
    samplesPerPixel,
    photometricInterpretation,
    planarConfiguration: dataset.number(TAG.PlanarConfiguration) === 1 ? 1 : 0,
    ...bits,
    floatingPoint,
    pixelVr: header.pixelData?.vr ?? 'OW',
    lossy:
      dataset.text(TAG.LossyImageCompression) === '01' || transferSyntaxOf(header.transferSyntaxUid).lossy === true,
    lossyRatio: dataset.number(TAG.LossyImageCompressionRatio),
    imagerPixelSpacing: spacing(dataset, TAG.ImagerPixelSpacing, notes),
    nominalScannedPixelSpacing: spacing(dataset, TAG.NominalScannedPixelSpacing, notes),
    pixelSpacingCalibrationType: dataset.text(TAG.PixelSpacingCalibrationType),
    sliceThicknessMm: firstNumber([...measures, dataset], TAG.SliceThickness),
    spacingBetweenSlicesMm: firstNumber([...measures, dataset], TAG.SpacingBetweenSlices),
    frameTimeMs: dataset.number(TAG.FrameTime),
    framePlanes,
    ...rescale,
    frameRescales: describeFrameRescales(perFrame, rescale, numberOfFrames),
    modalityLut: readSequenceTable(dataset, TAG.ModalityLUTSequence, bits.signed, notes),
    modalityLutType: dataset.items(TAG.ModalityLUTSequence)[0]?.text(TAG.ModalityLUTType) ?? null,
    voiLut: readSequenceTable(dataset, TAG.VOILUTSequence, mayBeNegative(bits, rescale), notes),
    palette: photometricInterpretation === 'PALETTE COLOR' ? readPalette(dataset) : null,
    windows,
    pixelPaddingValue: dataset.number(TAG.PixelPaddingValue),
    burnedInAnnotation: yesNo(dataset.text(TAG.BurnedInAnnotation)),
    frameWindows: describeFrameWindows(perFrame, windows, numberOfFrames),
    pixelPaddingRangeLimit: dataset.number(TAG.PixelPaddingRangeLimit),
    presentationLutShape: presentationShape(dataset.text(TAG.PresentationLUTShape)),
    overlays: describeOverlays(
      dataset,
      { rows, columns, numberOfFrames, samplesPerPixel, ...bits },
      transferSyntaxOf(header.transferSyntaxUid).littleEndian,
      notes,
    ),
  };
}

function invalid(tag: number, value: string | number, reason: string): never {
  throw new AppError('DICOM_VALUE_INVALID', { keyword: keywordOf(tag), tag: formatTag(tag), value, reason });
}

function side(dataset: DicomDataset, tag: number): number {
  const value = dataset.number(tag);
  if (value === null) throw new AppError('DICOM_TAG_MISSING', { keyword: keywordOf(tag), tag: formatTag(tag) });
  if (!Number.isInteger(value) || value < 1 || value > MAX_SIDE) {
    invalid(tag, value, `an image has 1 to ${MAX_SIDE} of them`);
  }
  return value;
}

/** An absent or empty Number of Frames means one frame (PS3.3 C.7.6.6). */
function frameCount(dataset: DicomDataset): number {
  const text = dataset.texts(TAG.NumberOfFrames)[0] ?? '';
  if (text === '') return dataset.number(TAG.NumberOfFrames) ?? 1;
  const value = Number(text);
  if (!/^\+?\d+$/.test(text) || value < 1 || value > MAX_FRAMES) {
    const shown = /^[\w+.-]{1,16}$/.test(text) ? text : 'that is no number';
    invalid(TAG.NumberOfFrames, shown, `it must be a whole number from 1 to ${MAX_FRAMES}`);
  }
  return value;
}

interface BitDescription {
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

/** PS3.5 section 8.1.1: stored bits lie inside the allocated ones. */
function describeBits(dataset: DicomDataset, tag: number | undefined): BitDescription {
  if (tag === TAG.FloatPixelData) return { bitsAllocated: 32, bitsStored: 32, highBit: 31, signed: true };
  if (tag === TAG.DoubleFloatPixelData) return { bitsAllocated: 64, bitsStored: 64, highBit: 63, signed: true };
  const bitsAllocated = dataset.number(TAG.BitsAllocated);
  if (bitsAllocated === null) {
    throw new AppError('DICOM_TAG_MISSING', { keyword: 'BitsAllocated', tag: formatTag(TAG.BitsAllocated) });
  }
  if (![1, 8, 16, 32].includes(bitsAllocated)) invalid(TAG.BitsAllocated, bitsAllocated, 'it must be 1, 8, 16 or 32');
  const bitsStored = dataset.number(TAG.BitsStored) ?? bitsAllocated;
  if (!Number.isInteger(bitsStored) || bitsStored < 1 || bitsStored > bitsAllocated) {
    invalid(TAG.BitsStored, bitsStored, `it must be 1 to ${bitsAllocated}, the bits allocated`);
  }
  const highBit = dataset.number(TAG.HighBit) ?? bitsStored - 1;
  if (!Number.isInteger(highBit) || highBit < bitsStored - 1 || highBit >= bitsAllocated) {
    invalid(TAG.HighBit, highBit, `it must be ${bitsStored - 1} for ${bitsStored} stored bits`);
  }
  return { bitsAllocated, bitsStored, highBit, signed: dataset.number(TAG.PixelRepresentation) === 1 };
}

/** Native pixel data must hold all its frames; a padding byte or more is allowed (PS3.5 section 8.1.1). */
function checkNativeLength(
  header: DicomHeader,
  image: Pick<
    ImageDescription,
    'rows' | 'columns' | 'numberOfFrames' | 'samplesPerPixel' | 'photometricInterpretation'
  > &
    BitDescription,
): void {
  const pixelData = header.pixelData;
  if (pixelData === null || pixelData.lengthBytes === undefined) return;
  if (transferSyntaxOf(header.transferSyntaxUid).encapsulated) return;
  const actualBytes = Math.min(pixelData.lengthBytes, header.objectBytes - pixelData.offsetBytes);
  const expectedBytes = Math.ceil((nativeFrameBits(image) * image.numberOfFrames) / 8);
  if (actualBytes < expectedBytes) {
    throw new AppError('DICOM_PIXELS_SHORT', { actualBytes, expectedBytes, frames: image.numberOfFrames });
  }
}

/** Bits of one uncompressed frame. YBR_FULL_422 halves the colour samples (PS3.3 C.7.6.3.1.2). */
export function nativeFrameBits(
  image: Pick<ImageDescription, 'rows' | 'columns' | 'samplesPerPixel' | 'photometricInterpretation' | 'bitsAllocated'>,
): number {
  const halved = image.photometricInterpretation.endsWith('_422') && image.samplesPerPixel === 3;
  return image.rows * image.columns * (halved ? 2 : image.samplesPerPixel) * image.bitsAllocated;
}

function describePlane(dataset: DicomDataset, groups: readonly DicomDataset[], notes: string[]): PlaneDescription {
  const position = groups.flatMap((group) => [...group.items(TAG.PlanePositionSequence), group]);
  const orientation = groups.flatMap((group) => [...group.items(TAG.PlaneOrientationSequence), group]);
  const measures = groups.flatMap((group) => [...group.items(TAG.PixelMeasuresSequence), group]);
  return {
    imagePositionPatient: firstVector([...position, dataset], TAG.ImagePositionPatient, 3),
    imageOrientationPatient: firstVector([...orientation, dataset], TAG.ImageOrientationPatient, 6),
    pixelSpacing: spacing(
      [...measures, dataset].find((one) => one.has(TAG.PixelSpacing)) ?? dataset,
      TAG.PixelSpacing,
      notes,
    ),
  };
}

/** Planes of a multi-frame image with functional groups (PS3.3 C.7.6.16): per frame before shared before top level. */
function describeFramePlanes(
  dataset: DicomDataset,
  shared: DicomDataset | undefined,
  perFrame: readonly DicomDataset[],
  numberOfFrames: number,
  notes: string[],
): PlaneDescription[] | null {
  if (perFrame.length === 0 && shared === undefined) return null;
  if (perFrame.length !== numberOfFrames && perFrame.length !== 0) {
    notes.push(
      `The file describes ${perFrame.length} frames where it has ${numberOfFrames}; their positions are not used.`,
    );
    return null;
  }
  const outer = shared === undefined ? [] : [shared];
  if (perFrame.length === 0) return null;
  return perFrame.map((group) => describePlane(dataset, [group, ...outer], notes));
}

/** A spacing that is not two positive numbers leaves the image uncalibrated, with a note; it is no refusal. */
function spacing(dataset: DicomDataset, tag: number, notes: string[]): readonly number[] | null {
  if (dataset.texts(tag).every((text) => text === '')) return null;
  const values = dataset.vector(tag, 2);
  if (values?.every((value) => value > 0)) return values;
  const note = `${keywordOf(tag)} ${formatTag(tag)} is not two positive numbers; lengths are given in pixels.`;
  if (!notes.includes(note)) notes.push(note);
  return null;
}

function describeRescale(sources: readonly DicomDataset[], notes: string[]) {
  const source = sources.find((one) => one.has(TAG.RescaleSlope) || one.has(TAG.RescaleIntercept));
  const slope = source?.number(TAG.RescaleSlope) ?? 1;
  if (slope === 0) notes.push('RescaleSlope (0028,1053) is 0 and was set aside; stored values are shown.');
  return {
    rescaleSlope: slope === 0 ? 1 : slope,
    rescaleIntercept: source?.number(TAG.RescaleIntercept) ?? 0,
    rescaleStated: source !== undefined && slope !== 0,
    rescaleType: source?.text(TAG.RescaleType) ?? null,
  };
}

/** True when modality values may lie below zero and none of them above what 16 signed bits hold. */
function mayBeNegative({ signed, bitsStored }: BitDescription, { rescaleIntercept }: Rescale): boolean {
  return signed || (rescaleIntercept < 0 && bitsStored < 16);
}

function describeFrameRescales(
  perFrame: readonly DicomDataset[],
  first: Rescale,
  numberOfFrames: number,
): readonly Rescale[] | null {
  if (perFrame.length !== numberOfFrames) return null;
  const rescales = perFrame.map((group) => {
    const own = group.items(TAG.PixelValueTransformationSequence)[0];
    return {
      rescaleSlope: own?.number(TAG.RescaleSlope) || first.rescaleSlope,
      rescaleIntercept: own?.number(TAG.RescaleIntercept) ?? first.rescaleIntercept,
    };
  });
  const differs = rescales.some(
    (one) => one.rescaleSlope !== first.rescaleSlope || one.rescaleIntercept !== first.rescaleIntercept,
  );
  return differs ? rescales : null;
}

function describeFrameWindows(
  perFrame: readonly DicomDataset[],
  first: readonly StatedWindow[],
  numberOfFrames: number,
): readonly (readonly StatedWindow[])[] | null {
  if (perFrame.length !== numberOfFrames) return null;
  const frames = perFrame.map((group) => {
    const own = group.items(TAG.FrameVOILUTSequence)[0];
    return own === undefined ? first : describeWindows(own);
  });
  const known = JSON.stringify(first);
  return frames.some((one) => one !== first && JSON.stringify(one) !== known) ? frames : null;
}

/** The windows stated for one frame, counted from 1. */
export function windowsOfFrame(image: ImageDescription, frameNumber: number): readonly StatedWindow[] {
  return image.frameWindows?.[frameNumber - 1] ?? image.windows;
}

/** Whether the image says how bright a frame, counted from 1, is to be: by a window that can be used, or a VOI LUT. */
export function hasVoi(image: ImageDescription, frameNumber: number): boolean {
  return image.voiLut !== null || windowsOfFrame(image, frameNumber).some(isUsableWindow);
}

function presentationShape(text: string | null): 'IDENTITY' | 'INVERSE' | null {
  return text === 'IDENTITY' || text === 'INVERSE' ? text : null;
}

/** The rescale of one frame, counted from 1. */
export function rescaleOfFrame(image: ImageDescription, frameNumber: number): Rescale {
  return image.frameRescales?.[frameNumber - 1] ?? image;
}

function describeWindows(source: DicomDataset): ImageDescription['windows'] {
  const centers = source.numbers(TAG.WindowCenter);
  const widths = source.numbers(TAG.WindowWidth);
  const explanations = source.texts(TAG.WindowCenterWidthExplanation);
  const stated = source.text(TAG.VOILUTFunction);
  const voiFunction: VoiFunction = stated === 'LINEAR_EXACT' || stated === 'SIGMOID' ? stated : 'LINEAR';
  return centers.flatMap((center, i) => {
    const width = widths[i] ?? Number.NaN;
    if (!Number.isFinite(center) || !Number.isFinite(width) || !(width > 0)) return [];
    if (voiFunction === 'LINEAR' && width < 1) return [];
    return [{ center, width, voiFunction, explanation: explanations[i] ?? null }];
  });
}

function firstVector(sources: readonly DicomDataset[], tag: number, count: number): number[] | null {
  for (const source of sources) {
    const values = source.vector(tag, count);
    if (values) return values;
  }
  return null;
}

function firstNumber(sources: readonly DicomDataset[], tag: number): number | null {
  for (const source of sources) {
    const value = source.number(tag);
    if (value !== null) return value;
  }
  return null;
}

function yesNo(value: string | null): boolean | null {
  return value === 'YES' ? true : value === 'NO' ? false : null;
}
