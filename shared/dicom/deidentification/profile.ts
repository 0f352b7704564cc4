/** PS3.15 table E.1-1 as a question: what becomes of one attribute under the Basic Profile and the options chosen. */
import { findTag } from '#shared/dicom/dictionary.ts';
import { isPrivateTag } from '#shared/dicom/tag.ts';
import type { DeidentificationOptions } from './options.ts';
import { type BasicAction, PROFILE_ROWS } from './profile-data.ts';

export interface ProfileRule {
  readonly action: BasicAction;
  /** Retain Longitudinal Temporal Information, Modified Dates. */
  readonly datesCleaned: boolean;
  /** Retain Device Identity; `cleaned` attributes name places too, so the Basic Profile decides about them. */
  readonly device: 'kept' | 'cleaned' | null;
  /** Clean Descriptors. */
  readonly descriptorCleaned: boolean;
}

/**
 * What is done: remove, empty, put a dummy, map the UID, keep, move the date (a time of day stays), keep the harmless
 * words, go into the items.
 */
export type Treatment = 'remove' | 'empty' | 'dummy' | 'uid' | 'keep' | 'date' | 'words' | 'items';

const REMOVED: ProfileRule = { action: 'X', datesCleaned: false, device: null, descriptorCleaned: false };

let rules: ReadonlyMap<number, ProfileRule> | undefined;

/** The rows that name one attribute each. */
export function profileRules(): ReadonlyMap<number, ProfileRule> {
  if (!rules) {
    const table = new Map<number, ProfileRule>();
    for (const { action, options, tags } of PROFILE_ROWS) {
      const rule = { action, ...parseOptions(options) };
      for (const tag of tags.trim().split(/\s+/)) table.set(Number.parseInt(tag, 16), rule);
    }
    rules = table;
  }
  return rules;
}

/** The row of an attribute, or null when the table does not name it. */
export function profileRule(tag: number): ProfileRule | null {
  if (isPrivateTag(tag)) return REMOVED;
  const group = tag >>> 24;
  // Curves (50xx,xxxx). Of overlays the table names data and comments only, but without its data the rest of an
  // overlay plane is invalid (PS3.3 C.9.2), so the whole group goes.
  if (group === 0x50 || group === 0x60) return REMOVED;
  return profileRules().get(tag) ?? null;
}

/**
 * What is done to an attribute. `vr` is its VR in the data set, US or SS decided. The alternatives of the table
 * (X/Z/D …) hang on the type the attribute has in its IOD; of them the one is taken that leaves every IOD valid:
 * D before Z before X. A dummy inside a sequence tells nobody anything, so a sequence goes if it may.
 */
export function treatmentOf(tag: number, vr: string, options: DeidentificationOptions): Treatment {
  const rule = profileRule(tag);
  if (rule === null) return unlisted(tag, vr, options);
  if (rule.datesCleaned && options.retainLongitudinal) return datesOf(tag, vr, rule);
  if (rule.device === 'kept' && options.retainDevice) return 'keep';
  if (rule.descriptorCleaned && options.cleanDescriptors) return vr === 'SQ' ? 'items' : 'words';
  return basicTreatment(tag, vr, rule.action);
}

/** The Basic Profile alone. */
export function basicTreatment(tag: number, vr: string, action: BasicAction): Treatment {
  if (action === 'U') return 'uid';
  if (action === 'X/Z/U*') return 'items';
  if (action === 'X') return 'remove';
  if (vr === 'SQ') return sequenceTreatment(tag, action);
  return action.includes('D') ? 'dummy' : 'empty';
}

/** Of the sequences with a choice this one is of type 2 where it occurs; empty ones of type 1C and 3 are not valid. */
const ACQUISITION_CONTEXT = 0x00400555;

function sequenceTreatment(tag: number, action: BasicAction): Treatment {
  if (action.includes('X') && tag !== ACQUISITION_CONTEXT) return 'remove';
  return action.includes('Z') ? 'empty' : 'dummy';
}

/** What the option names but is no date and no time (a time stamp in opaque bytes) is treated as without it. */
function datesOf(tag: number, vr: string, rule: ProfileRule): Treatment {
  if (isDated(vr) || tag === TIMEZONE_OFFSET) return 'date';
  return basicTreatment(tag, vr, rule.action);
}

function isDated(vr: string): boolean {
  return vr === 'DA' || vr === 'DT' || vr === 'TM';
}

const TIMEZONE_OFFSET = 0x00080201;

/** UIDs that name a kind of thing and not a thing: SOP classes, transfer syntaxes, coding schemes. */
const KINDS = /ClassUID|ClassesIn|ClassesSupported|TransferSyntaxUID|^CodingSchemeUID|^Context|^MappingResource/;

/**
 * Attributes the table does not name. It is printed several times a year and every edition adds rows, so what is
 * newer is judged by its VR: dates and names go, UIDs of things are mapped, what nobody can read is removed.
 */
function unlisted(tag: number, vr: string, options: DeidentificationOptions): Treatment {
  const entry = findTag(tag);
  if (entry === undefined || vr === 'UN' || vr === 'PN') return 'remove';
  if (isDated(vr)) return options.retainLongitudinal ? 'date' : 'remove';
  if (vr === 'UI') return KINDS.test(entry.keyword) ? 'keep' : 'uid';
  return vr === 'SQ' ? 'items' : 'keep';
}

function parseOptions(letters: string): Omit<ProfileRule, 'action'> {
  return {
    datesCleaned: letters.includes('t'),
    device: letters.includes('d') ? 'kept' : letters.includes('c') ? 'cleaned' : null,
    descriptorCleaned: letters.includes('s'),
  };
}
