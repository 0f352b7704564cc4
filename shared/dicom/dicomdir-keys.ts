/** Directory records of a DICOMDIR: which record an object gets, and what stands in it (PS3.3 annex F.5). */
import { sopClassOf } from './sop-class.ts';

/** `1` has to have a value, `2` may be empty, `1C` is there when the object has it. */
export type KeyType = '1' | '2' | '1C';

export interface RecordKey {
  readonly tag: number;
  readonly vr: string;
  readonly type: KeyType;
  /** In place of a missing value of type 1: other attributes of the object first, then the text. */
  readonly from?: readonly number[];
  readonly otherwise?: string;
}

const key = (tag: number, vr: string, type: KeyType, rest: Omit<RecordKey, 'tag' | 'vr' | 'type'> = {}): RecordKey => ({
  ...{ tag, vr, type },
  ...rest,
});

/** A day nobody takes for a real one; directory records may not do without a date. */
const NO_DATE = '19000101';
const NO_TIME = '000000';
const SERIES_DATE = 0x00080021;
const SERIES_TIME = 0x00080031;

export const PATIENT_KEYS: readonly RecordKey[] = [key(0x00100010, 'PN', '2'), key(0x00100020, 'LO', '1')];

export const STUDY_KEYS: readonly RecordKey[] = [
  key(0x00080020, 'DA', '1', { from: [SERIES_DATE, 0x00080022, 0x00080023], otherwise: NO_DATE }),
  key(0x00080030, 'TM', '1', { from: [SERIES_TIME, 0x00080032, 0x00080033], otherwise: NO_TIME }),
  key(0x00080050, 'SH', '2'),
  key(0x00081030, 'LO', '2'),
  key(0x0020000d, 'UI', '1'),
  key(0x00200010, 'SH', '1'),
];

export const SERIES_KEYS: readonly RecordKey[] = [
  key(0x00080060, 'CS', '1', { otherwise: 'OT' }),
  key(0x0020000e, 'UI', '1'),
  key(0x00200011, 'IS', '1'),
];

const INSTANCE_NUMBER = key(0x00200013, 'IS', '1');
const CONTENT_DATE = key(0x00080023, 'DA', '1', { from: [SERIES_DATE, 0x00080020], otherwise: NO_DATE });
const CONTENT_TIME = key(0x00080033, 'TM', '1', { from: [SERIES_TIME, 0x00080030], otherwise: NO_TIME });
const CONCEPT_NAME = key(0x0040a043, 'SQ', '1');
/** Of the root alone what modifies its concept (F.5.20 and F.5.26): dicomdir.ts picks those items. */
const CONTENT = key(0x0040a730, 'SQ', '1C');
const CREATOR = [key(0x00700081, 'LO', '2'), key(0x00700084, 'PN', '2')];
const LABELLED = [
  ...[INSTANCE_NUMBER, CONTENT_DATE, CONTENT_TIME],
  ...[key(0x00700080, 'CS', '1', { otherwise: 'UNNAMED' }), ...CREATOR],
];

/** The keys of each type of record below a series. */
export const INSTANCE_KEYS = {
  IMAGE: [INSTANCE_NUMBER],
  'SR DOCUMENT': [
    ...[INSTANCE_NUMBER, CONTENT_DATE, CONTENT_TIME, CONCEPT_NAME, CONTENT],
    key(0x0040a491, 'CS', '1', { otherwise: 'PARTIAL' }),
    key(0x0040a493, 'CS', '1', { otherwise: 'UNVERIFIED' }),
    key(0x0040a030, 'DT', '1C'),
  ],
  'KEY OBJECT DOC': [INSTANCE_NUMBER, CONTENT_DATE, CONTENT_TIME, CONCEPT_NAME, CONTENT],
  PRESENTATION: [
    ...[INSTANCE_NUMBER, key(0x00700080, 'CS', '1', { otherwise: 'UNNAMED' }), ...CREATOR],
    key(0x00700082, 'DA', '1', { from: [0x00080023, SERIES_DATE], otherwise: NO_DATE }),
    key(0x00700083, 'TM', '1', { from: [0x00080033, SERIES_TIME], otherwise: NO_TIME }),
    key(0x00081115, 'SQ', '1C'),
  ],
  WAVEFORM: [INSTANCE_NUMBER, CONTENT_DATE, CONTENT_TIME],
  'RT DOSE': [INSTANCE_NUMBER, key(0x3004000a, 'CS', '1', { otherwise: 'PLAN' })],
  'RT STRUCTURE SET': [
    ...[INSTANCE_NUMBER, key(0x30060002, 'SH', '1', { otherwise: 'UNNAMED' })],
    ...[key(0x30060008, 'DA', '2'), key(0x30060009, 'TM', '2')],
  ],
  'RT PLAN': [
    ...[INSTANCE_NUMBER, key(0x300a0002, 'SH', '1', { otherwise: 'UNNAMED' })],
    ...[key(0x300a0006, 'DA', '2'), key(0x300a0007, 'TM', '2')],
  ],
  'RT TREAT RECORD': [INSTANCE_NUMBER, key(0x30080250, 'DA', '2'), key(0x30080251, 'TM', '2')],
  'ENCAP DOC': [
    ...[key(0x00080023, 'DA', '2'), key(0x00080033, 'TM', '2'), INSTANCE_NUMBER, key(0x00420010, 'ST', '2')],
    ...[key(0x0040e001, 'ST', '1C'), key(0x0040a043, 'SQ', '2')],
    key(0x00420012, 'LO', '1', { otherwise: 'application/octet-stream' }),
  ],
  'RAW DATA': [CONTENT_DATE, CONTENT_TIME, INSTANCE_NUMBER],
  REGISTRATION: LABELLED,
  FIDUCIAL: LABELLED,
  'VALUE MAP': LABELLED,
  ANNOTATION: LABELLED,
  SPECTROSCOPY: [
    ...[key(0x00080008, 'CS', '1'), CONTENT_DATE, CONTENT_TIME, INSTANCE_NUMBER],
    ...[key(0x00089124, 'SQ', '1C'), key(0x00280008, 'IS', '1'), key(0x00280010, 'US', '1')],
    ...[key(0x00280011, 'US', '1'), key(0x00289001, 'UL', '1'), key(0x00289002, 'UL', '1')],
  ],
  STEREOMETRIC: [],
  PRIVATE: [],
} as const satisfies Record<string, readonly RecordKey[]>;

export type InstanceRecordType = keyof typeof INSTANCE_KEYS;

const STORAGE = '1.2.840.10008.5.1.4.1.1.';

/** Record types by the rest of the SOP Class UID behind the root of storage classes; the first that fits (table F.4-1). */
const TYPES: readonly (readonly [RegExp, InstanceRecordType])[] = [
  [/^88\.59$/, 'KEY OBJECT DOC'],
  [/^88\./, 'SR DOCUMENT'],
  [/^11\./, 'PRESENTATION'],
  [/^9\./, 'WAVEFORM'],
  [/^481\.2$/, 'RT DOSE'],
  [/^481\.3$/, 'RT STRUCTURE SET'],
  [/^481\.(5|8)$/, 'RT PLAN'],
  [/^481\.(4|6|7|9)$/, 'RT TREAT RECORD'],
  [/^104\./, 'ENCAP DOC'],
  [/^66$/, 'RAW DATA'],
  [/^66\.(1|3)$/, 'REGISTRATION'],
  [/^66\.2$/, 'FIDUCIAL'],
  [/^67$/, 'VALUE MAP'],
  [/^91\.1$/, 'ANNOTATION'],
  [/^4\.2$/, 'SPECTROSCOPY'],
  [/^77\.1\.5\.3$/, 'STEREOMETRIC'],
];

/** The type of the record that names an object of this SOP Class. */
export function recordTypeOf(sopClassUid: string, hasPixels: boolean): InstanceRecordType {
  const suffix = sopClassUid.startsWith(STORAGE) ? sopClassUid.slice(STORAGE.length) : null;
  const known = suffix === null ? undefined : TYPES.find(([pattern]) => pattern.test(suffix));
  if (known !== undefined) return known[1];
  const { kind } = sopClassOf(sopClassUid, hasPixels);
  return hasPixels || kind === 'image' || kind === 'slide' || kind === 'segmentation' ? 'IMAGE' : 'PRIVATE';
}
