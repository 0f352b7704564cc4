import type { ErrorCode } from '#shared/errors.ts';

/** Status codes of responses (PS3.7 annex C, PS3.4 tables B.2-1, C.4-1 to C.4-3). */
export const STATUS = {
  success: 0x0000,
  cancelled: 0xfe00,
  pending: 0xff00,
  /** Pending, and a key was not matched because we do not support it. */
  pendingWithoutKey: 0xff01,
  subOperationsFailed: 0xb000,
  duplicateInstance: 0x0111,
  sopClassNotSupported: 0x0122,
  notAuthorised: 0x0124,
  unrecognisedOperation: 0x0211,
  outOfResources: 0xa700,
  cannotCount: 0xa701,
  cannotSend: 0xa702,
  moveDestinationUnknown: 0xa801,
  doesNotMatchSopClass: 0xa900,
  cannotUnderstand: 0xc000,
  processingFailure: 0x0110,
} as const;

/** What a refused object is answered with; everything else that is wrong with it is something we cannot understand. */
const STORE_STATUS: Partial<Record<ErrorCode, number>> = {
  INTERNAL: STATUS.processingFailure,
  // As in STOW-RS. Not a warning: the bytes that came are not the ones stored.
  DICOM_CONFLICT: STATUS.duplicateInstance,
  DICOM_SOP_MISMATCH: STATUS.doesNotMatchSopClass,
  DICOM_TAG_MISSING: STATUS.doesNotMatchSopClass,
  DICOM_VALUE_INVALID: STATUS.doesNotMatchSopClass,
  DICOM_HEADER_TOO_LARGE: STATUS.outOfResources,
  READING_MEMORY: STATUS.outOfResources,
  READING_TIMEOUT: STATUS.outOfResources,
  BODY_TOO_LARGE: STATUS.outOfResources,
  STORAGE_FULL: STATUS.outOfResources,
  STORAGE_UNAVAILABLE: STATUS.outOfResources,
  NOT_READY: STATUS.outOfResources,
  NOT_ALLOWED: STATUS.notAuthorised,
  NOT_FOUND: STATUS.notAuthorised,
};

export function storeStatus(code: ErrorCode): number {
  return STORE_STATUS[code] ?? STATUS.cannotUnderstand;
}

/** Error Comment (0000,0902) is LO: 64 characters, no backslash, and of the default repertoire. */
export function commentOf(sentence: string): string {
  const plain = sentence.replace(/[^\x20-\x7e]/g, '?').replaceAll('\\', '/');
  return plain.length <= 64 ? plain : `${plain.slice(0, 61)}...`;
}
