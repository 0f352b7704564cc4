import { type PixelMeaning, pixelMeaning } from '#shared/annotation/measure-pixels.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { readScaleAttributes } from '#shared/dicom/scale-attributes.ts';
import { TAG } from '#shared/dicom/tag.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { type Calibration, calibrationOfInstance } from '#shared/imaging/calibration.ts';
import { type ImagePlane, imagePlaneOf } from '#shared/imaging/image-plane.ts';
import { isUsableWindow, type VoiFunction, type VoiWindow } from '#shared/imaging/window.ts';
import { decodesInPage } from './coded-frame.ts';
import { bytesOf, itemsOf, numberOf, numbersOf, textOf, vectorOf } from './instance-attributes.ts';

/** PS3.3 C.7.6.3.1.5: first entry, first value mapped and bits an entry, with the three tables. */
export interface Palette {
  readonly descriptor: readonly [entries: number, firstValue: number, bits: number];
  readonly red: Uint8Array | Uint16Array;
  readonly green: Uint8Array | Uint16Array;
  readonly blue: Uint8Array | Uint16Array;
}

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
  readonly frameOfReferenceUid: string | null;
  readonly calibration: Calibration;
  /** Width and height of a pixel relative to each other: from its spacing, else Pixel Aspect Ratio, else square. */
  readonly pixelShape: { readonly width: number; readonly height: number };
  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
  readonly meaning: PixelMeaning | null;
  readonly windows: readonly VoiWindow[];
  readonly padding: number | null;
  readonly lossy: boolean;
  /** Of the stored frames; empty when the metadata does not say. */
  readonly transferSyntaxUid: string;
  /** This page has no decoder for the coding, or none that is exact: the frame is asked for without compression. */
  readonly decodedByServer: boolean;
  /** What the file asks for and the viewport does not do, in words; null when the grey scale is the file's. */
  readonly unapplied: string | null;
}

const PIXEL_ASPECT_RATIO = 0x00280034;
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
  const lookedUp = itemsOf(instance, TAG.ModalityLUTSequence).length > 0;
  const windows = windowsOf(within(TAG.FrameVOILUTSequence));
  const statedSlope = transformation === undefined ? null : numberOf(transformation, TAG.RescaleSlope);
  const rescaleSlope = (transformation && numberOf(transformation, TAG.RescaleSlope)) || 1;
  const rescaleIntercept = (transformation && numberOf(transformation, TAG.RescaleIntercept)) ?? 0;
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
    highBit: numberOf(instance, TAG.HighBit) ?? bitsStored - 1,
    signed: numberOf(instance, TAG.PixelRepresentation) === 1,
    palette: photometricInterpretation === 'PALETTE COLOR' ? paletteOf(instance) : null,
    plane: imagePlaneOf({
      imagePositionPatient: vectorIn(TAG.PlanePositionSequence, TAG.ImagePositionPatient, 3),
      imageOrientationPatient: vectorIn(TAG.PlaneOrientationSequence, TAG.ImageOrientationPatient, 6),
      pixelSpacing,
    }),
    frameOfReferenceUid: textOf(instance, TAG.FrameOfReferenceUID),
    calibration,
    pixelShape: pixelShapeOf(calibration, vectorOf(instance, PIXEL_ASPECT_RATIO, 2)),
    rescaleSlope,
    rescaleIntercept,
    meaning: lookedUp
      ? null
      : pixelMeaning({
          modality,
          samplesPerPixel,
          photometricInterpretation,
          rescaleSlope,
          rescaleIntercept,
          rescaleType: transformation === undefined ? null : textOf(transformation, TAG.RescaleType),
          rescaleStated: transformation !== undefined && statedSlope !== 0,
          lookedUp,
          modalityLutType: null,
          petUnits: scale.petUnits,
        }),
    windows,
    padding: numberOf(instance, TAG.PixelPaddingValue),
    lossy: textOf(instance, TAG.LossyImageCompression) === '01' || LOSSY_SYNTAXES.has(transferSyntax),
    transferSyntaxUid: transferSyntax,
    decodedByServer:
      isEncapsulated(transferSyntax) && !decodesInPage(transferSyntax, { samplesPerPixel, bitsAllocated }),
    unapplied:
      unappliedGreyScale(lookedUp, itemsOf(instance, TAG.VOILUTSequence).length > 0, windows) ??
      unappliedDisplay(instance, photometricInterpretation),
  };
}

/** A reader must know when the greys are not those the file describes (PS3.3 C.11.1, C.11.2). */
function unappliedGreyScale(modalityLut: boolean, voiLut: boolean, windows: readonly VoiWindow[]): string | null {
  if (modalityLut) return 'Modality LUT of the file not applied';
  if (windows.some(({ voiFunction }) => voiFunction === 'SIGMOID')) return 'Sigmoid window of the file shown as linear';
  if (voiLut && windows.length === 0) return 'VOI LUT of the file not applied';
  return null;
}

/** What else the file asks of a display: a turned grey scale (PS3.3 C.11.6) and overlay planes (C.9.2). */
function unappliedDisplay(instance: DicomJsonDataset, photometricInterpretation: string): string | null {
  const shape = textOf(instance, TAG.PresentationLUTShape);
  const turned = photometricInterpretation === 'MONOCHROME1' ? 'INVERSE' : 'IDENTITY';
  if (
    (shape === 'INVERSE' || shape === 'IDENTITY') &&
    shape !== turned &&
    photometricInterpretation !== 'PALETTE COLOR'
  ) {
    return 'Presentation LUT Shape of the file not applied';
  }
  const hasOverlay = Array.from({ length: 16 }, (_, i) => (0x6000 + 2 * i).toString(16)).some(
    (group) => `${group}0010` in instance,
  );
  return hasOverlay ? 'Overlay of the file not drawn' : null;
}

/** Pixel Aspect Ratio is vertical : horizontal (PS3.3 C.7.6.3.1.7); it stands where there is no spacing. */
function pixelShapeOf(calibration: Calibration, aspectRatio: readonly number[] | null): FrameDescription['pixelShape'] {
  if (calibration.kind === 'mm-per-pixel') return { width: calibration.columnMm, height: calibration.rowMm };
  const [vertical, horizontal] = aspectRatio ?? [];
  if (vertical === undefined || horizontal === undefined || !(vertical > 0) || !(horizontal > 0)) {
    return { width: 1, height: 1 };
  }
  return { width: horizontal, height: vertical };
}

/** The windows of the nearest data set that has any usable one. */
function windowsOf(sources: readonly DicomJsonDataset[]): VoiWindow[] {
  for (const source of sources) {
    const widths = numbersOf(source, TAG.WindowWidth);
    const stated = textOf(source, TAG.VOILUTFunction);
    const voiFunction: VoiFunction = stated === 'LINEAR_EXACT' || stated === 'SIGMOID' ? stated : 'LINEAR';
    const usable = numbersOf(source, TAG.WindowCenter)
      .map((center, i): VoiWindow => ({ center, width: widths[i] ?? Number.NaN, voiFunction }))
      .filter(isUsableWindow);
    if (usable.length > 0) return usable;
  }
  return [];
}

function paletteOf(instance: DicomJsonDataset): Palette | null {
  const [entries, firstValue, bits] = vectorOf(instance, TAG.RedPaletteDescriptor, 3) ?? [];
  const red = bytesOf(instance, TAG.RedPaletteData);
  const green = bytesOf(instance, TAG.GreenPaletteData);
  const blue = bytesOf(instance, TAG.BluePaletteData);
  if (entries === undefined || firstValue === undefined || bits === undefined) return null;
  if (red === null || green === null || blue === null) return null;
  // 0 means 65,536 entries (PS3.3 C.7.6.3.1.5).
  const count = entries === 0 ? 65_536 : entries;
  const table = (bytes: Uint8Array): Uint8Array | Uint16Array => {
    if (bytes.length < count * 2) return bytes.slice(0, count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Uint16Array.from({ length: count }, (_, i) => view.getUint16(i * 2, true));
  };
  return { descriptor: [count, firstValue, bits], red: table(red), green: table(green), blue: table(blue) };
}
