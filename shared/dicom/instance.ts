/** What we keep of a DICOM instance: identity, patient, study, series, and how its image is to be read. */
import { AppError } from '#shared/errors.ts';
import { isUid, type SeriesUid, type SopInstanceUid, type StudyUid } from '#shared/ids.ts';
import type { DicomDataset } from './dataset.ts';
import { combineDateAndTime, parseDicomDate } from './date-time.ts';
import { keywordOf } from './dictionary.ts';
import type { DicomHeader } from './header.ts';
import { describeImage, type ImageDescription } from './image-description.ts';
import { stripControls } from './person-name.ts';
import { showsSlideLabel } from './slide-label.ts';
import { DICOMDIR_SOP_CLASS, type SopClassKind, sopClassOf } from './sop-class.ts';
import { formatTag, TAG } from './tag.ts';
import { transferSyntaxOf } from './transfer-syntax.ts';

const SPECIMEN_LABEL_IN_IMAGE = 0x00480010;

/** A plain value: it crosses processes, is stored as JSON, and holds null for what the file does not say. */
export interface InstanceDescription {
  readonly sopInstanceUid: SopInstanceUid;
  readonly seriesUid: SeriesUid;
  readonly studyUid: StudyUid;
  readonly sopClassUid: string;
  readonly sopClassName: string;
  readonly kind: SopClassKind;
  readonly transferSyntaxUid: string;
  readonly transferSyntaxName: string;

  /** As in the file, `Family^Given^…=…`, without control characters; `displayPersonName` prints it. */
  readonly patientName: string | null;
  readonly patientId: string | null;
  readonly patientIdIssuer: string | null;
  /** ISO date. */
  readonly patientBirthDate: string | null;
  readonly patientSex: string | null;

  /** ISO date, or date and time. */
  readonly studyDate: string | null;
  readonly studyDescription: string | null;
  readonly accessionNumber: string | null;
  readonly referringPhysicianName: string | null;
  readonly institutionName: string | null;

  readonly modality: string;
  readonly seriesNumber: number | null;
  readonly seriesDescription: string | null;
  readonly seriesDate: string | null;
  readonly bodyPartExamined: string | null;
  readonly laterality: string | null;
  readonly manufacturer: string | null;

  readonly instanceNumber: number | null;
  readonly acquisitionNumber: number | null;
  readonly acquisitionDate: string | null;
  readonly contentDate: string | null;
  readonly imageType: readonly string[];
  readonly frameOfReferenceUid: string | null;
  /** True for the label of a slide, or a picture of the whole glass that may show it. */
  readonly showsSlideLabel: boolean;

  /** null for objects without pixels: reports, presentation states, structure sets. */
  readonly image: ImageDescription | null;
  /** Sentences about values that were set aside, to show beside the image. They hold no patient data. */
  readonly notes: readonly string[];
}

/**
 * Describes and validates an instance.
 * @throws AppError DICOM_TAG_MISSING, DICOM_VALUE_INVALID, DICOM_PIXELS_SHORT, DICOMDIR_INDEX
 */
export function describeInstance(header: DicomHeader): InstanceDescription {
  const { dataset } = header;
  const sopClassUid = dataset.text(TAG.SOPClassUID) ?? header.meta.text(0x00020002);
  if (sopClassUid === DICOMDIR_SOP_CLASS) throw new AppError('DICOMDIR_INDEX');
  const sopInstanceUid = requireUid(dataset, TAG.SOPInstanceUID);
  const seriesUid = requireUid(dataset, TAG.SeriesInstanceUID);
  const studyUid = requireUid(dataset, TAG.StudyInstanceUID);
  if (sopClassUid === null) missing(TAG.SOPClassUID);
  if (!dataset.text(TAG.SOPClassUID)) header.repairs.note('sop-class-from-meta');
  checkUid(sopClassUid, TAG.SOPClassUID);
  const frameOfReferenceUid = dataset.text(TAG.FrameOfReferenceUID);
  if (frameOfReferenceUid !== null) checkUid(frameOfReferenceUid, TAG.FrameOfReferenceUID);

  const imageType = dataset.texts(TAG.ImageType).map(stripControls);
  const notes: string[] = [];
  const image = header.pixelData === null ? null : describeImage(header, notes);
  const sopClass = sopClassOf(sopClassUid, image !== null);
  return {
    sopInstanceUid: sopInstanceUid as SopInstanceUid,
    seriesUid: seriesUid as SeriesUid,
    studyUid: studyUid as StudyUid,
    sopClassUid,
    sopClassName: sopClass.name,
    kind: sopClass.kind,
    transferSyntaxUid: header.transferSyntaxUid,
    transferSyntaxName: transferSyntaxOf(header.transferSyntaxUid).name,

    patientName: printable(dataset, TAG.PatientName),
    patientId: printable(dataset, TAG.PatientID),
    patientIdIssuer: printable(dataset, TAG.IssuerOfPatientID),
    patientBirthDate: dateOf(dataset, TAG.PatientBirthDate),
    patientSex: printable(dataset, TAG.PatientSex),

    studyDate: combineDateAndTime(dataset.text(TAG.StudyDate), dataset.text(TAG.StudyTime)),
    studyDescription: printable(dataset, TAG.StudyDescription),
    accessionNumber: printable(dataset, TAG.AccessionNumber),
    referringPhysicianName: printable(dataset, TAG.ReferringPhysicianName),
    institutionName: printable(dataset, TAG.InstitutionName),

    modality: modalityOf(dataset),
    seriesNumber: integerOf(dataset, TAG.SeriesNumber),
    seriesDescription: printable(dataset, TAG.SeriesDescription),
    seriesDate: combineDateAndTime(dataset.text(TAG.SeriesDate), dataset.text(TAG.SeriesTime)),
    bodyPartExamined: printable(dataset, TAG.BodyPartExamined),
    laterality: printable(dataset, TAG.Laterality),
    manufacturer: printable(dataset, TAG.Manufacturer),

    instanceNumber: integerOf(dataset, TAG.InstanceNumber),
    acquisitionNumber: integerOf(dataset, TAG.AcquisitionNumber),
    acquisitionDate: combineDateAndTime(dataset.text(TAG.AcquisitionDate), dataset.text(TAG.AcquisitionTime)),
    contentDate: combineDateAndTime(dataset.text(TAG.ContentDate), dataset.text(0x00080033)),
    imageType,
    frameOfReferenceUid,
    showsSlideLabel: showsSlideLabel({
      ...{ sopClassUid, modality: modalityOf(dataset), imageType },
      specimenLabelInImage: dataset.text(SPECIMEN_LABEL_IN_IMAGE),
    }),

    image,
    notes,
  };
}

function missing(tag: number): never {
  throw new AppError('DICOM_TAG_MISSING', { keyword: keywordOf(tag), tag: formatTag(tag) });
}

function requireUid(dataset: DicomDataset, tag: number): string {
  const value = dataset.text(tag);
  if (value === null) missing(tag);
  checkUid(value, tag);
  return value;
}

/** UIDs become keys, paths and addresses, so nothing but digits and dots may pass (PS3.5 section 9.1). */
function checkUid(value: string, tag: number): void {
  if (isUid(value)) return;
  throw new AppError('DICOM_VALUE_INVALID', {
    keyword: keywordOf(tag),
    tag: formatTag(tag),
    // Not the value itself: who writes letters into a UID may have written a name.
    value: `of ${value.length} characters`,
    reason: 'a UID has digits and dots only, at most 64 of them, and no component with a leading zero',
  });
}

function modalityOf(dataset: DicomDataset): string {
  const modality = dataset.text(TAG.Modality)?.toUpperCase() ?? '';
  return /^[A-Z0-9_ ]{1,16}$/.test(modality) ? modality : 'OT';
}

function printable(dataset: DicomDataset, tag: number): string | null {
  const value = dataset.text(tag);
  return value === null ? null : stripControls(value) || null;
}

function dateOf(dataset: DicomDataset, tag: number): string | null {
  const value = dataset.text(tag);
  return value === null ? null : parseDicomDate(value);
}

/** IS has 32 bits (PS3.5 section 6.2); anything beyond is set aside. */
function integerOf(dataset: DicomDataset, tag: number): number | null {
  const value = dataset.number(tag);
  return value !== null && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : null;
}
