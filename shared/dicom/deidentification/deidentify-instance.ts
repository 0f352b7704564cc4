/** A de-identified Part 10 file from the header of the original: everything up to the first byte of the pixels. */
import type { DicomHeader, DicomPixelData } from '#shared/dicom/header.ts';
import { TAG } from '#shared/dicom/tag.ts';
import { EXPLICIT_LITTLE_ENDIAN, transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { type DeidentificationContext, deidentifyDataset } from './deidentify-dataset.ts';
import { methodCodes } from './options.ts';
import {
  encodeElements,
  encodeHead,
  joined,
  type OutputElement,
  type OutputEncoding,
  textElement,
  UNDEFINED_LENGTH,
} from './output-element.ts';
import { withRequired } from './required-attributes.ts';

/** Names this writer (PS3.7 D.3.3.2); made from a random UUID once and for all. */
const IMPLEMENTATION_CLASS_UID = '2.25.163479086452396112713925648303310592771';
const IMPLEMENTATION_VERSION = 'CONSILIUM_1';

const PATIENT_IDENTITY_REMOVED = 0x00120062;
const DEIDENTIFICATION_METHOD = 0x00120063;
const DEIDENTIFICATION_METHOD_CODES = 0x00120064;
const DATES_MODIFIED = 0x00280303;
const BURNED_IN_ANNOTATION = 0x00280301;
/** Attributes this writer states itself. */
const STATED: ReadonlySet<number> = new Set([
  PATIENT_IDENTITY_REMOVED,
  DEIDENTIFICATION_METHOD,
  DEIDENTIFICATION_METHOD_CODES,
  DATES_MODIFIED,
]);

export interface DeidentifiedInstance {
  /** Preamble, meta information and data set; the element head of the pixel data stands last. */
  readonly head: Uint8Array;
  /** Whose value follows as it is in the original, or null for an object without pixels. */
  readonly pixelData: DicomPixelData | null;
  readonly transferSyntaxUid: string;
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly studyUid: string;
}

/**
 * De-identifies everything but the pixels. The transfer syntax stays, but a deflated file comes out as Explicit VR
 * Little Endian. `pixelsCleaned` says that the caller blanks rectangles in the pixels (PS3.15 E.3.1).
 * @throws AppError DICOM_TAG_MISSING for an object without SOP Class, SOP Instance, Series or Study UID
 */
export function deidentifyInstance(
  header: DicomHeader,
  context: DeidentificationContext,
  pixelsCleaned: boolean,
): DeidentifiedInstance {
  const source = transferSyntaxOf(header.transferSyntaxUid);
  const transferSyntaxUid = source.deflated ? EXPLICIT_LITTLE_ENDIAN : source.uid;
  const encoding: OutputEncoding = { explicitVr: source.explicitVr, littleEndian: source.littleEndian };
  const kept = deidentifyDataset(header.dataset, context).filter(({ tag }) => !STATED.has(tag));
  const elements = [...withBurnedIn(kept, pixelsCleaned), ...statements(context, pixelsCleaned)];

  const uidOf = (tag: number, keyword: string): string => {
    const value = header.dataset.text(tag);
    if (value === null) throw new AppError('DICOM_TAG_MISSING', { keyword, tag: keyword });
    return context.pseudonyms.uid(value);
  };
  const sopInstanceUid = uidOf(TAG.SOPInstanceUID, 'SOPInstanceUID');
  const sopClassUid = header.dataset.text(TAG.SOPClassUID);
  if (sopClassUid === null) throw new AppError('DICOM_TAG_MISSING', { keyword: 'SOPClassUID', tag: '(0008,0016)' });

  const { pixelData } = header;
  const length = pixelData?.lengthBytes ?? UNDEFINED_LENGTH;
  const head = [
    fileMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid }),
    encodeElements(withRequired(elements, sopClassUid), encoding),
    // An odd length, which some writers leave, is padded behind the value.
    ...(pixelData === null
      ? []
      : [
          encodeHead(
            pixelData.tag,
            pixelData.vr,
            length === UNDEFINED_LENGTH ? length : length + (length % 2),
            encoding,
          ),
        ]),
  ];
  return {
    head: joined(head),
    pixelData,
    transferSyntaxUid,
    sopInstanceUid,
    seriesUid: uidOf(TAG.SeriesInstanceUID, 'SeriesInstanceUID'),
    studyUid: uidOf(TAG.StudyInstanceUID, 'StudyInstanceUID'),
  };
}

/** Burned In Annotation can be said to be NO only by those who blanked it (PS3.15 E.3.1). */
function withBurnedIn(elements: readonly OutputElement[], pixelsCleaned: boolean): OutputElement[] {
  if (!pixelsCleaned) return [...elements];
  return [...elements.filter(({ tag }) => tag !== BURNED_IN_ANNOTATION), textElement(BURNED_IN_ANNOTATION, 'CS', 'NO')];
}

/** (0012,0062) to (0012,0064) and (0028,0303), PS3.15 E.1.1 and PS3.3 C.12.1. */
function statements({ options }: DeidentificationContext, pixelsCleaned: boolean): OutputElement[] {
  const codes = methodCodes(options, pixelsCleaned);
  return [
    textElement(PATIENT_IDENTITY_REMOVED, 'CS', 'YES'),
    textElement(DEIDENTIFICATION_METHOD, 'LO', codes.map(({ meaning }) => meaning).join('\\')),
    {
      tag: DEIDENTIFICATION_METHOD_CODES,
      vr: 'SQ',
      items: codes.map(({ value, meaning }) => [
        textElement(0x00080100, 'SH', value),
        textElement(0x00080102, 'SH', 'DCM'),
        textElement(0x00080104, 'LO', meaning),
      ]),
    },
    textElement(DATES_MODIFIED, 'CS', options.retainLongitudinal ? 'MODIFIED' : 'REMOVED'),
  ];
}

/** Preamble of zeros, prefix and File Meta Information (PS3.10 section 7.1), which is always Explicit VR Little Endian. */
function fileMeta(meta: {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}): Uint8Array {
  const encoding: OutputEncoding = { explicitVr: true, littleEndian: true };
  const body = encodeElements(
    [
      { tag: 0x00020001, vr: 'OB', bytes: Uint8Array.of(0, 1) },
      textElement(0x00020002, 'UI', meta.sopClassUid),
      textElement(0x00020003, 'UI', meta.sopInstanceUid),
      textElement(0x00020010, 'UI', meta.transferSyntaxUid),
      textElement(0x00020012, 'UI', IMPLEMENTATION_CLASS_UID),
      textElement(0x00020013, 'SH', IMPLEMENTATION_VERSION),
    ],
    encoding,
  );
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, body.length, true);
  const start = new Uint8Array(132);
  start.set([0x44, 0x49, 0x43, 0x4d], 128);
  return joined([start, encodeElements([{ tag: 0x00020000, vr: 'UL', bytes: length }], encoding), body]);
}
