import type { DicomJsonDataset, DicomJsonElement, DicomJsonValue } from '#shared/dicom/dicom-json.ts';
import { NAME_GROUPS } from './condition.ts';
import { comparableDate, comparableTime } from './date-range.ts';
import { foldName } from './fold-text.ts';
import { ANSWER_ATTRIBUTES, REQUEST_ATTRIBUTES, type SearchLevel } from './levels.ts';

/**
 * What a search index keeps of an instance for its study and its series. Texts are trimmed, dates and times are
 * comparable (`date-range.ts`), names are folded; what the instance does not say is an empty text.
 */
export interface StudyEntry {
  readonly studyDate: string;
  readonly studyTime: string;
  readonly accessionNumber: string;
  readonly studyId: string;
  readonly studyDescription: string;
  readonly patientId: string;
  readonly patientBirthDate: string;
  readonly patientSex: string;
  readonly names: readonly NameEntry[];
  /** The attributes that every answer about the study holds. */
  readonly dataset: DicomJsonDataset;
}

export interface NameEntry {
  readonly attribute: 'patientName' | 'referringPhysicianName';
  /** 0 alphabetic, 1 ideographic, 2 phonetic. */
  readonly part: number;
  readonly text: string;
}

export interface SeriesEntry {
  readonly seriesDate: string;
  readonly seriesTime: string;
  readonly seriesNumber: number | null;
  readonly seriesDescription: string;
  readonly bodyPartExamined: string;
  readonly laterality: string;
  readonly performedDate: string;
  readonly performedTime: string;
  /** One an item of RequestAttributesSequence. */
  readonly requests: readonly { readonly scheduledStepId: string; readonly requestedProcedureId: string }[];
  readonly dataset: DicomJsonDataset;
}

/** Longest text that is kept for matching; longer values are matched by their beginning. */
const MAX_TEXT = 256;
const MAX_REQUESTS = 64;

/** The study as one of its instances describes it. */
export function studyEntry(instance: DicomJsonDataset): StudyEntry {
  return {
    studyDate: comparableDate(textOf(instance['00080020'])),
    studyTime: comparableTime(textOf(instance['00080030'])),
    accessionNumber: textOf(instance['00080050']),
    studyId: textOf(instance['00200010']),
    studyDescription: textOf(instance['00081030']),
    patientId: textOf(instance['00100020']),
    patientBirthDate: comparableDate(textOf(instance['00100030'])),
    patientSex: textOf(instance['00100040']),
    names: [
      ...namesOf('patientName', instance['00100010']),
      ...namesOf('referringPhysicianName', instance['00080090']),
    ],
    dataset: answerOf('study', instance),
  };
}

/** The series as one of its instances describes it. */
export function seriesEntry(instance: DicomJsonDataset): SeriesEntry {
  const number = Number(textOf(instance['00200011']) || Number.NaN);
  const requests = (instance['00400275']?.Value ?? []).slice(0, MAX_REQUESTS).filter(isDataset);
  return {
    seriesDate: comparableDate(textOf(instance['00080021'])),
    seriesTime: comparableTime(textOf(instance['00080031'])),
    seriesNumber: Number.isSafeInteger(number) ? number : null,
    seriesDescription: textOf(instance['0008103E']),
    bodyPartExamined: textOf(instance['00180015']),
    laterality: textOf(instance['00200060']),
    performedDate: comparableDate(textOf(instance['00400244'])),
    performedTime: comparableTime(textOf(instance['00400245'])),
    requests: requests
      .map((item) => ({
        scheduledStepId: textOf(item['00400009']),
        requestedProcedureId: textOf(item['00401001']),
      }))
      .filter(({ scheduledStepId, requestedProcedureId }) => scheduledStepId !== '' || requestedProcedureId !== ''),
    dataset: answerOf('series', instance),
  };
}

/**
 * A study's attributes completed from `later`, an instance of another of its series: a report or a presentation state
 * that came first may lack what the images have. What has a value stays. Null when nothing was missing.
 */
export function completedStudy(study: DicomJsonDataset, later: DicomJsonDataset): DicomJsonDataset | null {
  const missing = Object.entries(answerOf('study', later)).filter(
    ([tag, element]) => element.Value !== undefined && study[tag]?.Value === undefined,
  );
  return missing.length === 0 ? null : { ...study, ...Object.fromEntries(missing) };
}

/** The attributes that answers at this level copy from the instance; the required ones are there without a value. */
export function answerOf(level: SearchLevel, instance: DicomJsonDataset): DicomJsonDataset {
  const answer: Record<string, DicomJsonElement> = {};
  for (const { tag, vr, always } of ANSWER_ATTRIBUTES[level]) {
    const element = instance[tag];
    if (element?.Value !== undefined) answer[tag] = tag === '00400275' ? requestsOf(element) : element;
    else if (always) answer[tag] = { vr };
  }
  return answer;
}

function requestsOf(element: DicomJsonElement): DicomJsonElement {
  const items = (element.Value ?? []).filter(isDataset).slice(0, MAX_REQUESTS);
  const Value = items.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([tag]) => REQUEST_ATTRIBUTES.includes(tag))),
  );
  return { vr: 'SQ', Value };
}

function textOf(element: DicomJsonElement | undefined): string {
  const [value] = element?.Value ?? [];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim().slice(0, MAX_TEXT) : '';
}

function namesOf(attribute: NameEntry['attribute'], element: DicomJsonElement | undefined): NameEntry[] {
  const [value] = element?.Value ?? [];
  const name = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return NAME_GROUPS.flatMap((group, part) => {
    const text = typeof name[group] === 'string' ? foldName(name[group]).slice(0, MAX_TEXT) : '';
    return text === '' ? [] : [{ attribute, part, text }];
  });
}

function isDataset(value: DicomJsonValue): value is DicomJsonDataset {
  return typeof value === 'object' && value !== null;
}
