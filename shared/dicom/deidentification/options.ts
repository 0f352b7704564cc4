/** The options of PS3.15 E.3 we offer, and how a data set says that they were applied (CID 7050). */

/** A part of every image to blank, in pixels from the top left corner. */
export interface PixelRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Original Series Instance UID; null for every image. */
  readonly seriesUid: string | null;
}

export interface DeidentificationOptions {
  /** PS3.15 E.3.6: dates are moved by one secret number of days, times stay. */
  readonly retainLongitudinal: boolean;
  /** PS3.15 E.3.9. */
  readonly retainDevice: boolean;
  /** PS3.15 E.3.5: descriptions keep the words of the field, nothing else. */
  readonly cleanDescriptors: boolean;
}

export interface MethodCode {
  readonly value: string;
  readonly meaning: string;
}

const BASIC: MethodCode = { value: '113100', meaning: 'Basic Application Confidentiality Profile' };
const CLEAN_PIXELS: MethodCode = { value: '113101', meaning: 'Clean Pixel Data Option' };
const CLEAN_DESCRIPTORS: MethodCode = { value: '113105', meaning: 'Clean Descriptors Option' };
const MODIFIED_DATES: MethodCode = {
  value: '113107',
  meaning: 'Retain Longitudinal Temporal Information Modified Dates Option',
};
const DEVICE: MethodCode = { value: '113109', meaning: 'Retain Device Identity Option' };

/** The codes of De-identification Method Code Sequence (0012,0064), in the order of CID 7050. */
export function methodCodes(options: DeidentificationOptions, pixelsCleaned: boolean): MethodCode[] {
  return [
    BASIC,
    ...(pixelsCleaned ? [CLEAN_PIXELS] : []),
    ...(options.cleanDescriptors ? [CLEAN_DESCRIPTORS] : []),
    ...(options.retainLongitudinal ? [MODIFIED_DATES] : []),
    ...(options.retainDevice ? [DEVICE] : []),
  ];
}
