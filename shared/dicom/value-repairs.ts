/** Finds defects of values while an object is converted to DICOM JSON: PS3.5 section 6.2 and PS3.3 C.12.1.1.2. */
import { isUid } from '#shared/ids.ts';
import { isDefinedTerm } from './charset.ts';
import type { DicomDataset } from './dataset.ts';
import type { DicomJsonValue, InspectValues } from './dicom-json.ts';
import type { RepairLog } from './repairs.ts';
import { formatTag, TAG } from './tag.ts';

/** Characters a value may have; of PN it is each group (PS3.5 table 6.2-1). Numbers are text in the file. */
const MAX_CHARACTERS: Readonly<Record<string, number>> = {
  ...{ AE: 16, AS: 4, CS: 16, DA: 18, DT: 54, LO: 64, LT: 10_240, SH: 16, ST: 1024, TM: 28, PN: 64 },
};
const NUMBER_CHARACTERS: Readonly<Record<string, number>> = { DS: 16, IS: 12 };

/** To be given to `toDicomJson`. */
export function valueInspector(repairs: RepairLog): InspectValues {
  return (dataset, tag, path, values) => {
    const place = () => placeOf(path, tag);
    if (tag === TAG.SpecificCharacterSet) {
      // A term that is unknown altogether is noted where it matters: at the texts.
      if (values.some((value) => typeof value === 'string' && !isDefinedTerm(value))) {
        repairs.note('charset-misspelt', place);
      }
      return;
    }
    const vr = dataset.vr(tag) ?? 'UN';
    const problem = dataset.charsetProblem(tag);
    if (problem !== null) repairs.note(problem, place);
    if (vr === 'UI') {
      if (values.some((value) => typeof value === 'string' && !isUid(value))) repairs.note('uid-invalid', place);
    } else if (vr in NUMBER_CHARACTERS) {
      inspectNumbers(dataset, tag, values, NUMBER_CHARACTERS[vr] ?? 0, repairs, place);
    } else if (values.some((value) => lengthOf(value) > (MAX_CHARACTERS[vr] ?? Infinity))) {
      repairs.note('value-too-long', place);
    }
  };
}

function inspectNumbers(
  dataset: DicomDataset,
  tag: number,
  values: readonly DicomJsonValue[],
  limit: number,
  repairs: RepairLog,
  place: () => string,
): void {
  const bytes = dataset.byteLength(tag);
  // Most are well: their text is looked at only where something may be wrong.
  if (values.length > 0 && values.every((value) => value !== null) && bytes <= limit) return;
  const texts = dataset.texts(tag).map((text) => text.trim());
  if (texts.some((text, at) => text !== '' && (values[at] ?? null) === null)) repairs.note('number-unreadable', place);
  if (texts.some((text) => text.length > limit)) repairs.note('value-too-long', place);
}

function lengthOf(value: DicomJsonValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map((group) => (typeof group === 'string' ? group.length : 0)));
}

/** `00081140/1/` and a tag as `(0008,1140)[1]/(0008,1155)`. */
function placeOf(path: string, tag: number): string {
  const outer = path.replace(/([0-9A-F]{4})([0-9A-F]{4})\/(\d+)\//g, '($1,$2)[$3]/');
  return `${outer}${formatTag(tag)}`;
}
