import { type PixelMeaning, pixelMeaning } from '#shared/annotation/measure-pixels.ts';
import { jsonAttributes } from '#shared/dicom/attributes.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { readPalette } from '#shared/dicom/lookup-tables.ts';
import { readScaleAttributes } from '#shared/dicom/scale-attributes.ts';
import { hexTag, TAG } from '#shared/dicom/tag.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { type Calibration, calibrationOfInstance } from '#shared/imaging/calibration.ts';
import {
  type EdgeLetters,
  edgeLetters,
  edgesOfPatientOrientation,
  type ImagePlane,
  imagePlaneOf,
} from '#shared/imaging/image-plane.ts';
import type { Palette } from '#shared/imaging/palette.ts';
import type { PetAttributes } from '#shared/imaging/suv.ts';
import { isUsableWindow, type VoiFunction, type VoiWindow } from '#shared/imaging/window.ts';
import { decodesInPage } from './coded-frame.ts';
import { type DisplayAttributes, displayAttributesOf } from './display-attributes.ts';
import { itemsOf, numberOf, numbersOf, textOf, vectorOf } from './instance-attributes.ts';

/** A window of the file with what it says it is for. */
export type NamedWindow = VoiWindow & { readonly explanation: string | null };

/** What must be known of one frame to decode, place, window and measure it. */
export interface FrameDescription {
  readonly modality: string;
  readonly sopClassUid: string;
  readonly instanceNumber: number | null;
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  /** Several samples a pixel, or one that stands for a colour of the palette. */
  readonly isColor: boolean;
  readonly planarConfiguration: 0 | 1;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly palette: Palette | null;
  /** Null without position, orientation or spacing. */
  readonly plane: ImagePlane | null;
  /** The letters at the edges of the stored image, from its plane, else from Patient Orientation; null without either. */
  readonly edges: EdgeLetters | null;
  readonly frameOfReferenceUid: string | null;
  readonly calibration: Calibration;
  /** Width and height of a pixel relative to each other: from its spacing, else Pixel Aspect Ratio, else square. */
  readonly pixelShape: { readonly width: number; readonly height: number };
  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
  readonly meaning: PixelMeaning | null;
  /** Dose, decay and patient of a PET image; null for other modalities. */
  readonly pet: PetAttributes | null;
  readonly windows: readonly NamedWindow[];
  readonly padding: number | null;
  readonly lossy: boolean;
  readonly lossyRatio: number | null;
  /** Lossy Image Compression Method (0028,2114): ISO_10918_1 … */
  readonly lossyMethod: string | null;
  /** Of the stored frames; empty when the metadata does not say. */
  readonly transferSyntaxUid: string;
  /** This page has no decoder for the coding, or none that is exact: the frame is asked for without compression. */
  readonly decodedByServer: boolean;
  /** Float Pixel Data or Double Float Pixel Data (PS3.3 C.7.6.24): samples are no integers. */
  readonly floatingPoint: boolean;
  /** From 1. */
  readonly frameNumber: number;
  readonly display: DisplayAttributes;
}

const PATIENT_ORIENTATION = 0x00200020;
const PIXEL_ASPECT_RATIO = 0x00280034;
const LOSSY_METHOD = 0x00282114;
const AVAILABLE_TRANSFER_SYNTAX = 0x00083002;
/** Codings that always throw bits away (PS3.5 section 10); others may have been fed with lossy pixels. */
const LOSSY_SYNTAXES = new Set(['4.50', '4.51', '4.53', '4.55', '4.111'].map(syntax));
/** Frames of all others come uncompressed and little endian. */
function isEncapsulated(transferSyntaxUid: string): boolean {
  return transferSyntaxUid !== '' && transferSyntaxOf(transferSyntaxUid).encapsulated;
}

function syntax(suffix: string): string {
  return `1.2.840.10008.1.2.${suffix}`;
}

/**
 * Describes frame `frameNumber` (from 1) of an instance; per-frame functional groups win over shared ones and those
 * over the top level (PS3.3 C.7.6.16). Null for an object without an image.
 */
export function describeFrame(instance: DicomJsonDataset, frameNumber: number): FrameDescription | null {
  const rows = numberOf(instance, TAG.Rows);
  const columns = numberOf(instance, TAG.Columns);
  if (rows === null || columns === null || rows < 1 || columns < 1) return null;
  const perFrame = itemsOf(instance, TAG.PerFrameFunctionalGroupsSequence)[frameNumber - 1];
  const shared = itemsOf(instance, TAG.SharedFunctionalGroupsSequence)[0];
  const groups = [perFrame, shared].filter((group) => group !== undefined);
  const within = (sequence: number): DicomJsonDataset[] => [
    ...groups.flatMap((group) => itemsOf(group, sequence)),
    instance,
  ];
  const vectorIn = (sequence: number, tag: number, count: number): number[] | null =>
    within(sequence)
      .map((dataset) => vectorOf(dataset, tag, count))
      .find((vector) => vector !== null) ?? null;

  const modality = textOf(instance, TAG.Modality) ?? 'OT';
  const photometricInterpretation = (textOf(instance, TAG.PhotometricInterpretation) ?? 'MONOCHROME2').toUpperCase();
  const samplesPerPixel = numberOf(instance, TAG.SamplesPerPixel) ?? 1;
  const bitsAllocated = numberOf(instance, TAG.BitsAllocated) ?? 16;
  const bitsStored = numberOf(instance, TAG.BitsStored) ?? bitsAllocated;
  const pixelSpacing = vectorIn(TAG.PixelMeasuresSequence, TAG.PixelSpacing, 2);
  const scale = readScaleAttributes(instance);
  const calibration = calibrationOfInstance({
    modality,
    pixelSpacing,
    imagerPixelSpacing: vectorOf(instance, TAG.ImagerPixelSpacing, 2),
    nominalScannedPixelSpacing: vectorOf(instance, TAG.NominalScannedPixelSpacing, 2),
    pixelSpacingCalibrationType: textOf(instance, TAG.PixelSpacingCalibrationType),
    ...scale,
  });
  const transformation = within(TAG.PixelValueTransformationSequence).find(
    (dataset) => numberOf(dataset, TAG.RescaleSlope) !== null || numberOf(dataset, TAG.RescaleIntercept) !== null,
  );
  const transferSyntax = textOf(instance, AVAILABLE_TRANSFER_SYNTAX) ?? '';
  const windows = windowsOf(within(TAG.FrameVOILUTSequence));
  const statedSlope = transformation === undefined ? null : numberOf(transformation, TAG.RescaleSlope);
  const rescaleSlope = (transformation && numberOf(transformation, TAG.RescaleSlope)) || 1;
  const rescaleIntercept = (transformation && numberOf(transformation, TAG.RescaleIntercept)) ?? 0;
  const highBit = numberOf(instance, TAG.HighBit) ?? bitsStored - 1;
  const signed = numberOf(instance, TAG.PixelRepresentation) === 1;
  const numberOfFrames = Math.max(1, numberOf(instance, TAG.NumberOfFrames) ?? 1);
  const display = displayAttributesOf(
    instance,
    { rows, columns, numberOfFrames, samplesPerPixel, photometricInterpretation, bitsAllocated, bitsStored, highBit },
    { signed, mayBeNegative: signed || (rescaleIntercept < 0 && bitsStored < 16) },
  );
  const plane = imagePlaneOf({
    imagePositionPatient: vectorIn(TAG.PlanePositionSequence, TAG.ImagePositionPatient, 3),
    imageOrientationPatient: vectorIn(TAG.PlaneOrientationSequence, TAG.ImageOrientationPatient, 6),
    pixelSpacing,
  });
  const patientOrientation = (instance[hexTag(PATIENT_ORIENTATION)]?.Value ?? []).map(String);
  return {
    modality,
    sopClassUid: textOf(instance, TAG.SOPClassUID) ?? '',
    instanceNumber: numberOf(instance, TAG.InstanceNumber),
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation,
    isColor: samplesPerPixel !== 1 || !photometricInterpretation.startsWith('MONOCHROME'),
    planarConfiguration: numberOf(instance, TAG.PlanarConfiguration) === 1 ? 1 : 0,
    bitsAllocated,
    bitsStored,
    highBit,
    signed,
    palette: photometricInterpretation === 'PALETTE COLOR' ? paletteOf(instance) : null,
    plane,
    edges: plane === null ? edgesOfPatientOrientation(patientOrientation) : edgeLetters(plane),
    frameOfReferenceUid: textOf(instance, TAG.FrameOfReferenceUID),
    calibration,
    pixelShape: pixelShapeOf(calibration, vectorOf(instance, PIXEL_ASPECT_RATIO, 2)),
    rescaleSlope,
    rescaleIntercept,
    meaning: pixelMeaning({
      modality,
      samplesPerPixel,
      photometricInterpretation,
      rescaleSlope,
      rescaleIntercept,
      rescaleType: transformation === undefined ? null : textOf(transformation, TAG.RescaleType),
      rescaleStated: transformation !== undefined && statedSlope !== 0,
      lookedUp: display.modalityLut !== null,
      modalityLutType: display.modalityLutType,
      petUnits: scale.pet?.units ?? null,
    }),
    pet: scale.pet,
    windows,
    padding: numberOf(instance, TAG.PixelPaddingValue),
    lossy: textOf(instance, TAG.LossyImageCompression) === '01' || LOSSY_SYNTAXES.has(transferSyntax),
    lossyRatio: numberOf(instance, TAG.LossyImageCompressionRatio),
    lossyMethod: textOf(instance, LOSSY_METHOD),
    transferSyntaxUid: transferSyntax,
    decodedByServer:
      isEncapsulated(transferSyntax) && !decodesInPage(transferSyntax, { samplesPerPixel, bitsAllocated }),
    floatingPoint: isFloatingPoint(instance, bitsAllocated),
    frameNumber,
    display,
  };
}

/** Sides that differ by less are one side that somebody rounded: resampling for it would blur every pixel. */
const SQUARE_ENOUGH = 0.002;

/** Pixel Aspect Ratio is vertical : horizontal (PS3.3 C.7.6.3.1.7); it stands where there is no spacing. */
function pixelShapeOf(calibration: Calibration, aspectRatio: readonly number[] | null): FrameDescription['pixelShape'] {
  if (calibration.kind === 'mm-per-pixel') {
    const { columnMm, rowMm } = calibration;
    const isSquare = Math.abs(columnMm / rowMm - 1) < SQUARE_ENOUGH;
    return { width: columnMm, height: isSquare ? columnMm : rowMm };
  }
  const [vertical, horizontal] = aspectRatio ?? [];
  if (vertical === undefined || horizontal === undefined || !(vertical > 0) || !(horizontal > 0)) {
    return { width: 1, height: 1 };
  }
  return { width: horizontal, height: vertical };
}

/** The windows of the nearest data set that has any usable one. */
function windowsOf(sources: readonly DicomJsonDataset[]): NamedWindow[] {
  for (const source of sources) {
    const widths = numbersOf(source, TAG.WindowWidth);
    const explanations = source[hexTag(TAG.WindowCenterWidthExplanation)]?.Value ?? [];
    const stated = textOf(source, TAG.VOILUTFunction);
    const voiFunction: VoiFunction = stated === 'LINEAR_EXACT' || stated === 'SIGMOID' ? stated : 'LINEAR';
    const usable = numbersOf(source, TAG.WindowCenter)
      .map(
        (center, i): NamedWindow => ({
          ...{ center, width: widths[i] ?? Number.NaN, voiFunction },
          explanation: String(explanations[i] ?? '').trim() || null,
        }),
      )
      .filter(isUsableWindow);
    if (usable.length > 0) return usable;
  }
  return [];
}

/** Bits Stored is stated for integers and for nothing else (PS3.3 C.7.6.24). */
function isFloatingPoint(instance: DicomJsonDataset, bitsAllocated: number): boolean {
  return bitsAllocated >= 32 && numberOf(instance, TAG.BitsStored) === null;
}

const palettes = new WeakMap<DicomJsonDataset, Palette | null>();

/** Read once an instance: its frames share the tables. */
function paletteOf(instance: DicomJsonDataset): Palette | null {
  const known = palettes.get(instance);
  if (known !== undefined) return known;
  const palette = readPalette(jsonAttributes(instance));
  palettes.set(instance, palette);
  return palette;
}
