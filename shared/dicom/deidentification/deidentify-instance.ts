/** A de-identified Part 10 file from the header of the original: everything up to the first byte of the pixels. */
import { encodeFileMeta } from '#shared/dicom/file-meta.ts';
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
    encodeFileMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid }),
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
