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
};

export interface StoreResponse {
  /** PS3.18 table 10.5.3-1: all stored, some stored, none stored. */
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
  for (const { identity, refusal } of outcomes) {
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
      referenced.push({
        ...item,
        '00081190': url(`${base}/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`),
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
    status: failures === 0 ? 200 : referenced.length > 0 ? 202 : 409,
    dataset,
    warning: failures === 0 ? null : `${failures} of ${outcomes.length} not stored. ${[...sentences].join(' ')}`,
  };
}

function failureReason(code: ErrorCode): DicomJsonDataset {
  return { '00081197': { vr: 'US', Value: [REASONS[code] ?? FAILURE_REASON.cannotUnderstand] } };
}

const uid = (value: string): DicomJsonElement => ({ vr: 'UI', Value: [value] });
const url = (value: string): DicomJsonElement => ({ vr: 'UR', Value: [value] });
