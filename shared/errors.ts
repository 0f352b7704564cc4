/**
 * The one error of the domain and the table of everything it can say.
 *
 * A refusal is a sentence: code, value, place. Sentences are templates; `{name}` is replaced by `params.name`.
 * Parameters may hold sizes, counts, indices, file-format facts and names the caller sent himself. They never
 * hold what was read out of a patient's data.
 */

interface ErrorRow {
  readonly status: 400 | 401 | 403 | 404 | 406 | 408 | 409 | 413 | 415 | 416 | 422 | 429 | 500 | 501 | 503;
  readonly sentence: string;
}

export const ERRORS = {
  // requests and sessions
  REQUEST_INVALID: { status: 400, sentence: 'The request is not valid: {where} {reason}.' },
  NOT_SIGNED_IN: { status: 401, sentence: 'Sign in to continue.' },
  CREDENTIALS_WRONG: { status: 401, sentence: 'The password or the one-time code is not right.' },
  NOT_ALLOWED: { status: 403, sentence: 'Your role does not allow this here.' },
  ORIGIN_REFUSED: { status: 403, sentence: 'The request came from another site and was refused.' },
  NOT_FOUND: { status: 404, sentence: 'There is nothing here, or it is not yours to see.' },
  TOO_MANY_REQUESTS: { status: 429, sentence: 'Too many attempts. Wait {seconds} seconds and try again.' },
  BODY_TOO_LARGE: { status: 413, sentence: 'The request is larger than the {limitBytes} bytes accepted here.' },
  MEDIA_TYPE_UNAVAILABLE: { status: 406, sentence: 'This is only available as {available}.' },
  CONTENT_TYPE_UNSUPPORTED: { status: 415, sentence: 'The Content-Type is not accepted here; send {accepted}.' },
  RANGE_UNSATISFIABLE: { status: 416, sentence: 'The range lies outside the {sizeBytes} bytes there are.' },
  SEARCH_TOO_BROAD: {
    status: 413,
    sentence: 'Searching by {attributes} would have to read more than {limit} objects; narrow the search.',
  },
  CONSULTATION_UNNAMED: {
    status: 400,
    sentence: 'Say which consultation this is for, in the query parameter {parameter} or the header {header}.',
  },
  MULTIPART_INVALID: { status: 400, sentence: 'The multipart body is not valid at part {part}: {reason}.' },
  REQUEST_STALLED: {
    status: 408,
    sentence: 'The request brought too little for {seconds} seconds and was given up. Nothing of it was confirmed.',
  },
  METHOD_UNSUPPORTED: { status: 400, sentence: 'This address does not answer {method} requests.' },
  INTERNAL: { status: 500, sentence: 'Something went wrong on our side. Nothing that was confirmed is lost.' },
  NOT_READY: { status: 503, sentence: 'The server is starting or cannot reach its storage.' },

  // consultation
  STATE_FORBIDS: { status: 409, sentence: 'A consultation that is {state} cannot {event}.' },
  REVISION_STALE: { status: 409, sentence: 'Somebody saved a newer version (revision {current}); yours was {sent}.' },
  GUARD_FAILED: { status: 409, sentence: 'Not yet: {reason}.' },
  EXPERT_UNSUITABLE: { status: 422, sentence: 'This person is not a {discipline} expert.' },

  // annotation, finding, report
  ANNOTATION_OUTSIDE_IMAGE: { status: 422, sentence: 'The annotation lies outside the image ({width} × {height} px).' },
  ANNOTATION_TARGET_UNKNOWN: {
    status: 422,
    sentence: 'The annotation points to an image this consultation does not hold.',
  },
  MEASUREMENT_MISMATCH: {
    status: 422,
    sentence: 'The measurement {name} was sent as {sent} {unit} but the image gives {computed} {computedUnit}.',
  },
  ANNOTATION_FILE_INVALID: { status: 422, sentence: 'The file of annotations cannot be read: {reason}.' },
  CITATION_UNKNOWN: {
    status: 422,
    sentence: 'The report cites an annotation that does not exist in this consultation.',
  },
  ANNOTATION_CITED: { status: 409, sentence: 'A signed report cites this annotation; it can no longer change.' },
  REPORT_INCOMPLETE: { status: 409, sentence: 'The report cannot be signed: {reason}.' },
  REPORT_SIGNED: { status: 409, sentence: 'This report is signed and can no longer change.' },
  RENDITION_PENDING: { status: 404, sentence: 'The file is still being produced. Try again in a moment.' },

  // uploads and archives
  UPLOAD_EMPTY: { status: 422, sentence: 'The file is empty.' },
  UPLOAD_TYPE_UNKNOWN: {
    status: 415,
    sentence: 'This is not a DICOM object, a slide, a PDF, an image or a text file we can read.',
  },
  UPLOAD_TOO_LARGE: { status: 413, sentence: 'The file has {sizeBytes} bytes; {limitBytes} are accepted.' },
  UPLOAD_INCOMPLETE: { status: 409, sentence: 'Only {receivedBytes} of {sizeBytes} bytes have arrived.' },
  DOCUMENT_DAMAGED: { status: 422, sentence: 'This looks like a {format} file but cannot be opened: {reason}.' },
  DOCUMENT_ENCRYPTED: { status: 422, sentence: 'The {format} file is protected with a password; send it without one.' },
  DOCUMENT_ACTIVE: { status: 422, sentence: 'The {format} file carries active content ({what}) and was refused.' },
  IMAGE_TOO_LARGE: { status: 422, sentence: 'The picture has {width} × {height} px; {limit} px in all are accepted.' },
  ZIP_DAMAGED: { status: 422, sentence: 'The .zip file is damaged: {reason}.' },
  ZIP_ENCRYPTED: { status: 422, sentence: 'The .zip entry is encrypted; send it without a password.' },
  ZIP_PATH_UNSAFE: { status: 422, sentence: 'The .zip entry has an unsafe path and was refused.' },
  ZIP_TOO_MANY_ENTRIES: { status: 422, sentence: 'The .zip file has more than {limit} entries.' },
  ZIP_RATIO: { status: 422, sentence: 'The .zip entry expands {ratio} times; more than {limit} times is refused.' },
  ZIP_TOO_LARGE: { status: 422, sentence: 'The .zip file unpacks to more than {limitBytes} bytes.' },
  ZIP_NESTED: { status: 422, sentence: 'Archives inside archives are not opened; send {what} by itself.' },
  READING_TIMEOUT: { status: 422, sentence: 'Reading this file took more than {seconds} seconds and was stopped.' },
  READING_MEMORY: { status: 422, sentence: 'Reading this file needs more memory than is allowed and was stopped.' },

  // DICOM
  DICOM_NOT_PART10: { status: 415, sentence: 'This is not a DICOM Part 10 file: {reason}.' },
  DICOM_MALFORMED: { status: 422, sentence: 'The DICOM file is malformed at byte {offsetBytes}: {reason}.' },
  DICOM_JSON_INVALID: { status: 422, sentence: 'The DICOM JSON is not valid at {place}: {reason}.' },
  BULK_DATA_MISSING: {
    status: 422,
    sentence: 'No part of the body has the Content-Location of the bulk data of {place}.',
  },
  BULK_DATA_INVALID: { status: 422, sentence: 'The bulk data of {place} cannot be used: {reason}.' },
  DICOM_PREAMBLE: {
    status: 422,
    sentence: 'The DICOM preamble holds {what}; only zeros, plain words or a TIFF header are accepted.',
  },
  DICOM_TOO_DEEP: { status: 422, sentence: 'Sequences are nested deeper than {limit} levels.' },
  DICOM_TOO_MANY_ELEMENTS: { status: 422, sentence: 'The DICOM header has more than {limit} elements.' },
  DICOM_HEADER_TOO_LARGE: { status: 422, sentence: 'The DICOM header is larger than {limitBytes} bytes.' },
  DICOM_TAG_MISSING: { status: 422, sentence: 'The DICOM file lacks {keyword} {tag}.' },
  DICOM_VALUE_INVALID: {
    status: 422,
    sentence: '{keyword} {tag} has the value {value}, which is not valid: {reason}.',
  },
  DICOM_PIXELS_SHORT: {
    status: 422,
    sentence: 'Pixel data has {actualBytes} bytes where {expectedBytes} are needed for {frames} frames.',
  },
  DICOM_TRANSFER_SYNTAX_UNSUPPORTED: { status: 422, sentence: 'The transfer syntax {uid} ({name}) cannot be shown.' },
  DICOM_CONFLICT: {
    status: 409,
    sentence: 'Another object with the same SOP Instance UID but different content is stored; it was left untouched.',
  },
  DICOM_STUDY_MISMATCH: {
    status: 409,
    sentence: 'The object belongs to another study than the one the address names; it was not stored.',
  },
  DICOM_SOP_MISMATCH: {
    status: 409,
    sentence: 'The object is not of the SOP Class and Instance its sender announced; it was not stored.',
  },
  NOT_RENDERABLE: {
    status: 406,
    sentence: 'This object ({what}) has no rendered form; it is only available as application/dicom and as metadata.',
  },
  NO_THUMBNAIL: { status: 406, sentence: 'There is no image here that a small picture could show.' },
  DICOM_NO_PIXELS: { status: 422, sentence: 'This DICOM object has no image to show.' },
  DICOMDIR_INDEX: {
    status: 415,
    sentence: 'A DICOMDIR is an index of other files; the files beside it are read directly.',
  },
  DICOM_PIXELS_NOT_BLANKED: {
    status: 422,
    sentence: 'Rectangles can be blanked in uncompressed pixels only; here {reason}.',
  },
  NOTHING_TO_EXPORT: { status: 409, sentence: 'This consultation holds no DICOM object.' },
  FRAME_UNKNOWN: { status: 404, sentence: 'There is no frame {frame}; the instance has {frames}.' },
  FRAME_UNDECODABLE: { status: 422, sentence: 'Frame {frame} cannot be decoded: {reason}.' },
  FRAME_NOT_ENCODABLE: { status: 406, sentence: 'Frame {frame} cannot be sent as {uid}: {reason}.' },

  // slides
  TIFF_MALFORMED: { status: 422, sentence: 'The TIFF file is malformed at byte {offsetBytes}: {reason}.' },
  TIFF_LIMIT: { status: 422, sentence: 'The TIFF file has {what} {value}; at most {limit} are accepted.' },
  SLIDE_FORMAT_UNSUPPORTED: { status: 415, sentence: 'This slide format is not supported: {reason}.' },
  SLIDE_COMPRESSION_UNSUPPORTED: {
    status: 422,
    sentence: 'Level {level} uses TIFF compression {compression}, which is not supported.',
  },
  SLIDE_PIXELS_UNSUPPORTED: { status: 422, sentence: 'Level {level} cannot be shown: {reason}.' },
  SLIDE_METADATA_INVALID: { status: 422, sentence: 'The {what} of the slide cannot be read: {reason}.' },
  SLIDE_INCOMPLETE: { status: 422, sentence: 'The slide is not complete: {reason}.' },
  SLIDE_PLANE_UNKNOWN: { status: 404, sentence: 'The slide has no such focal plane or channel.' },
  SLIDE_REGION_INVALID: { status: 422, sentence: 'The region cannot be read: {reason}.' },
  SLIDE_VERSION_UNKNOWN: {
    status: 404,
    sentence: 'The slide was prepared anew since this address was made; open the slide again.',
  },
  ICC_PROFILE_ABSENT: { status: 404, sentence: 'The slide carries no colour profile.' },
  TILES_BUSY: { status: 503, sentence: 'Too many parts of slides are wanted at this moment; ask again in a moment.' },
  IIIF_INVALID: { status: 400, sentence: 'This is no IIIF image request: the {where} {reason}.' },
  IIIF_UNSUPPORTED: { status: 501, sentence: 'This is not made here: the {where} {reason}.' },
  TILE_OUT_OF_RANGE: { status: 404, sentence: 'Level {level} has no tile at column {column}, row {row}.' },
  TILE_UNDECODABLE: {
    status: 422,
    sentence: 'The tile at level {level}, column {column}, row {row} cannot be decoded.',
  },
  ASSOCIATED_IMAGE_UNDECODABLE: { status: 422, sentence: 'The {name} image of the slide cannot be decoded.' },
  ASSOCIATED_IMAGE_UNKNOWN: { status: 404, sentence: 'The slide has no {name} image.' },

  // storage and operation
  BLOB_MISSING: { status: 500, sentence: 'A stored object is missing from the storage.' },
  STORAGE_FULL: {
    status: 503,
    sentence: 'The storage is full; the file was not stored. Nothing stored before is lost.',
  },
  STORAGE_UNAVAILABLE: {
    status: 503,
    sentence: 'The storage does not answer; nothing new was confirmed and nothing stored is lost. Try again soon.',
  },
  BLOB_CORRUPT: { status: 500, sentence: 'A stored object no longer matches its hash.' },
  CONFIG_INVALID: { status: 500, sentence: '{key} is not valid: {reason}.' },
} as const satisfies Record<string, ErrorRow>;

/** Long enough for a storage that starts anew, short enough for somebody who waits. */
const BUSY_SECONDS = 5;

export type ErrorCode = keyof typeof ERRORS;
export type ErrorParams = Readonly<Record<string, string | number | boolean>>;

/** Fills the template of `code`; a parameter that is missing stays visible as `{name}`. */
export function errorSentence(code: ErrorCode, params: ErrorParams = {}): string {
  return ERRORS[code].sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** A refusal the caller may read. Anything else that is thrown is a defect and is answered as INTERNAL. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  /** The stored record, when the sender's revision was stale and he may read it; undefined otherwise. */
  readonly current: unknown;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions & { readonly current?: unknown }) {
    super(errorSentence(code, params), options);
    this.name = 'AppError';
    this.code = code;
    this.params = params;
    this.current = options?.current;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  /** Seconds after which asking again may help (RFC 9110 section 10.2.3), or null when it will not. */
  get retryAfterSeconds(): number | null {
    if (this.code === 'TOO_MANY_REQUESTS') return Number(this.params.seconds ?? 1);
    if (this.code === 'TILES_BUSY') return 1;
    return this.status === 503 ? BUSY_SECONDS : null;
  }
}
