/** Branded identifiers: a StudyUid cannot be passed where a SlideId is wanted. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Branded<'UserId'>;
export type ConsultationId = Branded<'ConsultationId'>;
export type QuestionId = Branded<'QuestionId'>;
export type AnnotationId = Branded<'AnnotationId'>;
export type FindingId = Branded<'FindingId'>;
export type SegmentId = Branded<'SegmentId'>;
export type KeyImageId = Branded<'KeyImageId'>;
export type ReportId = Branded<'ReportId'>;
export type SlideId = Branded<'SlideId'>;
export type DocumentId = Branded<'DocumentId'>;
export type StudyUid = Branded<'StudyUid'>;
export type SeriesUid = Branded<'SeriesUid'>;
export type SopInstanceUid = Branded<'SopInstanceUid'>;
export type Sha256 = Branded<'Sha256'>;

/** PS3.5 section 9.1: digits and dots, at most 64 characters, no leading zero in a component. */
const UID = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/;

/** True when `value` is a valid DICOM UID (PS3.5 section 9.1). */
export function isUid(value: string): boolean {
  return value.length <= 64 && UID.test(value);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a lower-case RFC 9562 UUID, the form of every id we make. */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}
