import type { InstanceOutcome } from '#server/domain/store-instances.ts';
import type { DicomJsonDataset, DicomJsonElement } from '#shared/dicom/dicom-json.ts';
import type { ErrorCode } from '#shared/errors.ts';

/** The answer to a store request: the Store Instances Response Module (PS3.18 section 10.5.3, PS3.3 annex I). */

/** Failure Reason (0008,1197): PS3.18 table I.2-2 and the status codes of PS3.7 annex C it draws from. */
export const FAILURE_REASON = {
  processingFailure: 0x0110,
  duplicateInstance: 0x0111,
  outOfResources: 0xa700,
  doesNotMatchSopClass: 0xa900,
  studyDiffers: 0xa901,
  cannotUnderstand: 0xc000,
  transferSyntaxUnsupported: 0xc122,
  sopClassUnsupported: 0x0122,
} as const;

/** Warning Reason (0008,1196): PS3.18 table I.2-1 and PS3.4 table B.2-1. Nothing is ever discarded (B006H). */
export const WARNING_REASON = {
  /** An attribute was changed on its way into a file. */
  coerced: 0xb000,
  /** The object breaks the standard: it was read by guessing, and stored as it is. */
  guessed: 0xb007,
} as const;

/** Everything else that is wrong with an object is something we cannot understand in it. */
const REASONS: Partial<Record<ErrorCode, number>> = {
  INTERNAL: FAILURE_REASON.processingFailure,
  DICOM_CONFLICT: FAILURE_REASON.duplicateInstance,
  DICOM_STUDY_MISMATCH: FAILURE_REASON.studyDiffers,
  DICOM_TAG_MISSING: FAILURE_REASON.doesNotMatchSopClass,
  DICOM_VALUE_INVALID: FAILURE_REASON.doesNotMatchSopClass,
  DICOM_TRANSFER_SYNTAX_UNSUPPORTED: FAILURE_REASON.transferSyntaxUnsupported,
  DICOM_HEADER_TOO_LARGE: FAILURE_REASON.outOfResources,
  READING_MEMORY: FAILURE_REASON.outOfResources,
  READING_TIMEOUT: FAILURE_REASON.outOfResources,
  // The class of a DICOMDIR is none of storage.
  DICOMDIR_INDEX: FAILURE_REASON.sopClassUnsupported,
};

export interface StoreResponse {
  /** PS3.18 table 10.5.3-1: all stored; some stored, or all with warnings for some; none stored. */
  readonly status: 200 | 202 | 409;
  readonly dataset: DicomJsonDataset;
  /** What went wrong in words, each sentence once; null when all is well. */
  readonly warning: string | null;
}

/** `base` is the address of the service without a slash at its end. */
export function storeResponse(outcomes: readonly InstanceOutcome[], base: string): StoreResponse {
  const referenced: DicomJsonDataset[] = [];
  const failed: DicomJsonDataset[] = [];
  const other: DicomJsonDataset[] = [];
  const studies = new Set<string>();
  const sentences = new Set<string>();
  let warnings = 0;
  for (const { identity, refusal, warning } of outcomes) {
    if (refusal !== null) sentences.add(refusal.sentence);
    const reason = refusal === null ? {} : failureReason(refusal.code);
    if (identity === null) {
      other.push(reason);
      continue;
    }
    const { sopClassUid, sopInstanceUid, studyUid, seriesUid } = identity;
    const item = { '00081150': uid(sopClassUid), '00081155': uid(sopInstanceUid) };
    if (refusal !== null) failed.push({ ...item, ...reason });
    else {
      studies.add(studyUid);
      if (warning !== null) warnings++;
      referenced.push({
        ...item,
        '00081190': url(`${base}/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`),
        ...(warning === null ? {} : { '00081196': { vr: 'US', Value: [WARNING_REASON[warning]] } }),
      });
    }
  }
  const [study] = studies;
  const dataset: Record<string, DicomJsonElement> = {
    // Type 2: without a value when the objects are of several studies, or of none.
    '00081190': study !== undefined && studies.size === 1 ? url(`${base}/studies/${study}`) : { vr: 'UR' },
  };
  if (failed.length > 0) dataset['00081198'] = { vr: 'SQ', Value: failed };
  if (referenced.length > 0) dataset['00081199'] = { vr: 'SQ', Value: referenced };
  if (other.length > 0) dataset['0008119A'] = { vr: 'SQ', Value: other };
  const failures = failed.length + other.length;
  return {
    status: failures + warnings === 0 ? 200 : referenced.length > 0 ? 202 : 409,
    dataset,
    warning: inWords(outcomes.length, failures, warnings, sentences),
  };
}

function inWords(all: number, failures: number, warnings: number, sentences: ReadonlySet<string>): string | null {
  const parts = [
    ...(failures === 0 ? [] : [`${failures} of ${all} not stored.`, ...sentences]),
    ...(warnings === 0 ? [] : [`${warnings} of ${all} stored with warnings.`]),
  ];
  return parts.length === 0 ? null : parts.join(' ');
}

function failureReason(code: ErrorCode): DicomJsonDataset {
  return { '00081197': { vr: 'US', Value: [REASONS[code] ?? FAILURE_REASON.cannotUnderstand] } };
}

const uid = (value: string): DicomJsonElement => ({ vr: 'UI', Value: [value] });
const url = (value: string): DicomJsonElement => ({ vr: 'UR', Value: [value] });
