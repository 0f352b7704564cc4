/** The attributes of the three levels of a DICOMweb search (PS3.18 section 10.6). */

export const SEARCH_LEVELS = ['study', 'series', 'instance'] as const;
export type SearchLevel = (typeof SEARCH_LEVELS)[number];

/** What an answer holds unasked (PS3.18 tables 10.6.3-3 to 10.6.3-5), and what viewers list beside it. */
export interface AnswerAttribute {
  readonly tag: string;
  readonly vr: string;
  /** Sent without a value when the instance has none: the tables' required attributes. */
  readonly always: boolean;
}

const required = (tag: string, vr: string): AnswerAttribute => ({ tag, vr, always: true });
const present = (tag: string, vr: string): AnswerAttribute => ({ tag, vr, always: false });

/**
 * ModalitiesInStudy, counts, InstanceAvailability, RetrieveURL and SpecificCharacterSet are not copied but made.
 */
export const ANSWER_ATTRIBUTES: Readonly<Record<SearchLevel, readonly AnswerAttribute[]>> = {
  study: [
    required('00080020', 'DA'),
    required('00080030', 'TM'),
    required('00080050', 'SH'),
    required('00080090', 'PN'),
    present('00080201', 'SH'),
    present('00081030', 'LO'),
    required('00100010', 'PN'),
    required('00100020', 'LO'),
    required('00100030', 'DA'),
    required('00100040', 'CS'),
    required('0020000D', 'UI'),
    required('00200010', 'SH'),
  ],
  series: [
    present('00080021', 'DA'),
    present('00080031', 'TM'),
    required('00080060', 'CS'),
    present('00080201', 'SH'),
    present('0008103E', 'LO'),
    present('00180015', 'CS'),
    required('0020000E', 'UI'),
    required('00200011', 'IS'),
    present('00200060', 'CS'),
    present('00400244', 'DA'),
    present('00400245', 'TM'),
    present('00400275', 'SQ'),
  ],
  instance: [
    required('00080016', 'UI'),
    required('00080018', 'UI'),
    present('00080201', 'SH'),
    present('00083002', 'UI'),
    required('00200013', 'IS'),
    present('00280008', 'IS'),
    present('00280010', 'US'),
    present('00280011', 'US'),
    present('00280100', 'US'),
  ],
};

/** Only these of each item of RequestAttributesSequence are answered unasked (table 10.6.3-4). */
export const REQUEST_ATTRIBUTES: readonly string[] = ['00400009', '00401001'];

/** Attributes of patient and study: the Patient, Clinical Trial Subject, General Study and Patient Study modules. */
const STUDY_TAGS = tags(`
  00080020 00080030 00080050 00080051 00080061 00080062 00080090 00080096 0008009C 0008009D 00080201 00081030 00081032
  00081048 00081049 00081060 00081062 00081080 00081084 00081110 00081120 00100010 00100020 00100021 00100022 00100024
  00100026 00100030 00100032 00100033 00100034 00100035 00100040 00100050 00100101 00101000 00101001 00101002 00101005
  00101010 00101020 00101021 00101030 00101040 00101060 00101080 00101081 00101090 00102000 00102110 00102150 00102152
  00102154 00102155 00102160 00102180 001021A0 001021B0 001021C0 001021D0 001021F0 00102201 00102202 00102203 00102292
  00102293 00102294 00102295 00102296 00102297 00102298 00102299 00104000 00120010 00120020 00120021 00120030 00120031
  00120040 00120042 00120050 00120051 00120062 00120063 00120064 0020000D 00200010 00201200 00201202 00201204 00201206
  00201208 00321032 00321033 00321060 00321064 00380010 00380014 00380060 00380062 00380064 00401012`);

/** Attributes of the series, its equipment and its frame of reference. */
const SERIES_TAGS = tags(`
  00080021 00080031 00080060 00080064 00080068 00080070 00080080 00080081 00080082 0008103E 0008103F 00081010 00081040
  00081050 00081052 00081070 00081072 00081090 00081111 00081250 00120060 00120071 00120072 00180010 00180015 00181000
  00181002 00181008 00181016 00181018 00181019 00181020 00181030 00181050 00181200 00181201 00185100 0018A001 0020000E
  00200011 00200052 00200060 00201040 00201209 00280108 00280109 00280120 00400244 00400245 00400250 00400251 00400253
  00400254 00400260 00400275 00400280 00400555`);

function tags(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** The level an attribute belongs to; whatever is neither of the study nor of the series belongs to the instance. */
export function levelOf(tag: string): SearchLevel {
  if (STUDY_TAGS.has(tag)) return 'study';
  return SERIES_TAGS.has(tag) ? 'series' : 'instance';
}

/** True when an answer at `level` may hold the attribute: those of the levels above come along. */
export function belongsTo(level: SearchLevel, tag: string): boolean {
  return SEARCH_LEVELS.indexOf(levelOf(tag)) <= SEARCH_LEVELS.indexOf(level);
}
