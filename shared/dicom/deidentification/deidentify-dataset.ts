/** Applies the profile to a data set: what comes out holds nothing the table of PS3.15 E.1-1 would not leave there. */
import type { DicomDataset } from '#shared/dicom/dataset.ts';
import { harmlessWords } from './descriptor-words.ts';
import { dummyValue } from './dummy-values.ts';
import type { DeidentificationOptions } from './options.ts';
import { asciiBytes, type OutputElement } from './output-element.ts';
import { basicTreatment, profileRule, type Treatment, treatmentOf } from './profile.ts';
import { type Pseudonyms, plainTime, shiftDate } from './pseudonyms.ts';

export interface DeidentificationContext {
  readonly options: DeidentificationOptions;
  readonly pseudonyms: Pseudonyms;
  /** Days the dates of this patient move; 0 only when the option is not chosen. */
  readonly shiftDays: number;
}

/**
 * How an item is gone through. `profile`: by the table. `words`: also free text the table does not name is reduced to
 * harmless words, since it stands inside of a description. `dummies`: the sequence is to be a dummy (D), so whatever
 * carries content becomes one.
 */
type Mode = 'profile' | 'words' | 'dummies';

const FREE_TEXT = new Set(['LO', 'LT', 'SH', 'ST', 'UC', 'UT']);
/** Pixel data of the image itself is copied by the writer; below the top level it is an icon or the like. */
const PIXEL_TAGS = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010]);
/** Identifiers whose replacement tells which belong together; a dummy for all would join different patients. */
const IDENTIFIERS = new Set([0x00100020, 0x00120040, 0x00400512, 0x00400551]);
/** VRs of what holds a report or a drawing together. Measured values are DS, FD, FL and SL. */
const STRUCTURAL = new Set(['CS', 'UI', 'UL', 'US']);
const TAG_REFERENCED_FRAMES = 0x00081160;
/** Codes of these say what kind of statement an item of a report is: Concept Name, Units, Concept Code. */
const CODES_OF_REPORTS = new Set([0x0040a043, 0x004008ea, 0x0040a168]);
/** Coding schemes that are published; codes of a hospital's own may name its people and places. */
const PUBLIC_SCHEMES = new Set([
  'DCM',
  'SCT',
  'SRT',
  'SNM3',
  'LN',
  'UCUM',
  'FMA',
  'RADLEX',
  'NCIt',
  'UMLS',
  'NDC',
  'MDC',
]);
const CODING_SCHEME_DESIGNATOR = 0x00080102;

/** The elements to write, except pixel data at the top level, group lengths and groups 0000 to 0007. */
export function deidentifyDataset(dataset: DicomDataset, context: DeidentificationContext): OutputElement[] {
  return elementsOf(dataset, context, 'profile');
}

function elementsOf(dataset: DicomDataset, context: DeidentificationContext, mode: Mode): OutputElement[] {
  const out: OutputElement[] = [];
  for (const { tag } of dataset.inOrder()) {
    if (tag >>> 16 < 0x0008 || (tag & 0xffff) === 0 || PIXEL_TAGS.has(tag)) continue;
    const vr = dataset.vr(tag) ?? 'UN';
    const treatment = inMode(mode, tag, vr, treatmentOf(tag, vr, context.options));
    const element = treated(dataset, tag, vr, treatment, context, mode);
    if (element !== null) out.push(element);
  }
  return out;
}

/** Inside of a description or a dummy more is done than the table says, never less. */
function inMode(mode: Mode, tag: number, vr: string, treatment: Treatment): Treatment {
  if (treatment !== 'keep' || mode === 'profile' || tag === CODING_SCHEME_DESIGNATOR) return treatment;
  if (mode === 'words') return FREE_TEXT.has(vr) ? 'words' : 'keep';
  // Code strings are the grammar of a report (Value Type, Relationship Type), UIDs were mapped or name kinds.
  // Counts and references by number are as well.
  return STRUCTURAL.has(vr) || tag === TAG_REFERENCED_FRAMES ? 'keep' : 'dummy';
}

function treated(
  dataset: DicomDataset,
  tag: number,
  vr: string,
  treatment: Treatment,
  context: DeidentificationContext,
  mode: Mode,
): OutputElement | null {
  switch (treatment) {
    case 'remove':
      return null;
    case 'empty':
      return vr === 'SQ' ? { tag, vr, items: [] } : { tag, vr };
    case 'keep':
      return vr === 'SQ' ? sequence(dataset, tag, context, mode) : copied(dataset, tag, vr);
    case 'items': {
      const words = context.options.cleanDescriptors && profileRule(tag)?.descriptorCleaned === true;
      return sequence(dataset, tag, context, words && mode === 'profile' ? 'words' : mode);
    }
    case 'uid':
      return {
        tag,
        vr,
        bytes: asciiBytes(
          dataset
            .texts(tag)
            .map((uid) => context.pseudonyms.uid(uid))
            .join('\\'),
        ),
      };
    case 'dummy':
      return dummy(dataset, tag, vr, context);
    case 'date':
      return moved(dataset, tag, vr, context, mode);
    case 'words': {
      const words = dataset
        .texts(tag)
        .map(harmlessWords)
        .filter((value) => value !== '');
      if (words.length === 0) return treated(dataset, tag, vr, withoutOption(tag, vr), context, mode);
      return { tag, vr, bytes: asciiBytes(words.join('\\')) };
    }
  }
}

/** What the Basic Profile does to an attribute whose value an option cannot save. */
function withoutOption(tag: number, vr: string): Treatment {
  const rule = profileRule(tag);
  return rule === null ? 'dummy' : basicTreatment(tag, vr, rule.action);
}

function copied(dataset: DicomDataset, tag: number, vr: string): OutputElement {
  return { tag, vr, bytes: dataset.valueBytes(tag) ?? new Uint8Array() };
}

function sequence(dataset: DicomDataset, tag: number, context: DeidentificationContext, mode: Mode): OutputElement {
  const items = dataset.items(tag).map((item) => {
    const published = PUBLIC_SCHEMES.has(item.text(CODING_SCHEME_DESIGNATOR) ?? '');
    if (mode === 'dummies' && published && CODES_OF_REPORTS.has(tag)) return elementsOf(item, context, 'profile');
    if (mode === 'words' && published) return elementsOf(item, context, 'profile');
    return elementsOf(item, context, mode);
  });
  return { tag, vr: 'SQ', items };
}

function dummy(dataset: DicomDataset, tag: number, vr: string, context: DeidentificationContext): OutputElement {
  if (vr === 'SQ') return sequence(dataset, tag, context, 'dummies');
  // What was empty had nothing to tell, and the type of the attribute allows it.
  if (dataset.byteLength(tag) === 0) return { tag, vr };
  if (vr === 'UI') {
    return {
      tag,
      vr,
      bytes: asciiBytes(
        dataset
          .texts(tag)
          .map((uid) => context.pseudonyms.uid(uid))
          .join('\\'),
      ),
    };
  }
  if (IDENTIFIERS.has(tag)) {
    return { tag, vr, bytes: asciiBytes(context.pseudonyms.identifier(dataset.text(tag) ?? '')) };
  }
  const count = Math.max(dataset.texts(tag).length, dataset.numbers(tag).length);
  return { tag, vr, bytes: dummyValue(vr, count) };
}

function moved(
  dataset: DicomDataset,
  tag: number,
  vr: string,
  context: DeidentificationContext,
  mode: Mode,
): OutputElement | null {
  const values = dataset.texts(tag);
  const dates = values.map((value) =>
    vr === 'DA' || vr === 'DT' ? shiftDate(value, vr, context.shiftDays) : plainTime(value),
  );
  if (values.length > 0 && dates.every((date) => date !== null)) {
    return { tag, vr, bytes: asciiBytes(dates.join('\\')) };
  }
  // An attribute that the table does not name may be left out; one that it names has its basic action.
  const rule = profileRule(tag);
  return rule === null ? null : treated(dataset, tag, vr, basicTreatment(tag, vr, rule.action), context, mode);
}
