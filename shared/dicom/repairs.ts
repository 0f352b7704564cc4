/**
 * What had to be repaired to read an object: files of real archives break the standard in ways that can be mended
 * without doubt or with a good guess. The stored bytes stay as they are; what was assumed is written down and shown.
 */

interface RepairRow {
  /** What was wrong and what was done, for those who read the images. */
  readonly sentence: string;
  /** True when a guess may be wrong, so that whoever sends the object should hear of it. */
  readonly guess: boolean;
}

const certain = (sentence: string): RepairRow => ({ sentence, guess: false });
const guessed = (sentence: string): RepairRow => ({ sentence, guess: true });

/** Every repair the readers make, with the clause the file breaks. */
export const REPAIRS = {
  // PS3.10 section 7.1
  'preamble-missing': certain('The preamble of the file is missing.'),
  'file-meta-missing': guessed('The file meta information is missing; how it is encoded was told from its content.'),
  'transfer-syntax-missing': guessed('The file names no transfer syntax; it was told from its content.'),
  'meta-length-wrong': certain('The length of the file meta information is wrong; its elements were followed instead.'),
  // PS3.5 section 7
  'vr-form-wrong': guessed('The file is written with explicit VRs although it declares implicit ones.'),
  'vr-missing': guessed('Elements without VR stand in a file with explicit VRs; the dictionary gave it.'),
  'vr-unknown': guessed('Elements have a VR that does not exist; they were kept as bytes.'),
  'vr-differs': certain('Elements have another VR than the dictionary says; they were read as written.'),
  'length-odd': certain('Values have an odd length.'),
  'delimiter-missing': guessed('The end of a sequence or item is not marked; the end of what encloses it was taken.'),
  'delimiter-stray': certain('Marks of an end stand where nothing was open; they were passed over.'),
  'element-repeated': guessed('Elements occur twice; the last one counts.'),
  'elements-unordered': certain('Elements are not in the order of their tags.'),
  'padding-trailing': certain('Zeros stand behind the last element.'),
  'sop-class-from-meta': guessed('The data set has no SOP Class UID; that of the file meta information was taken.'),
  // PS3.3 C.12.1.1.2
  'charset-misspelt': certain('The character set is misspelt.'),
  'charset-undeclared': guessed('Text has characters of no declared set; it was read as UTF-8 or Latin-1.'),
  'charset-unknown': guessed('The character set does not exist; text was read as UTF-8 or Latin-1.'),
  'charset-mismatch': guessed('Text does not fit the declared character set; some characters may be wrong.'),
  'charset-escape-undeclared': guessed('Text switches character sets without declaring it.'),
  // PS3.5 section 6.2
  'number-unreadable': guessed('Numbers could not be read and were left out.'),
  'value-too-long': certain('Values are longer than their VR allows.'),
  'uid-invalid': certain('UIDs are not written as UIDs.'),
  // PS3.5 section 8 and annex A.4
  'pixel-data-longer': certain('The pixel data is longer than its frames; the rest was passed over.'),
  'fragments-unended': guessed('The end of the pixel data is not marked; the end of the file was taken.'),
  'fragments-empty': certain('Fragments without content were passed over.'),
  'offset-table-wrong': guessed('The table of frames does not fit the pixel data; it was made anew.'),
  'frames-assembled': guessed('No table says where frames begin; it was told from the compressed data.'),
} as const satisfies Readonly<Record<string, RepairRow>>;

export type RepairCode = keyof typeof REPAIRS;

/** One kind of repair in one object. */
export interface Repair {
  readonly code: RepairCode;
  readonly count: number;
  /** The first places: `(0010,0010)`, or `(0040,A730)[2]/(0040,A160)` inside of sequences. Empty for the whole file. */
  readonly places: readonly string[];
}

/** Enough to find out where a writer goes wrong, without keeping a list as long as the file. */
const MAX_PLACES = 5;

/** Gathers repairs while an object is read. */
export class RepairLog {
  readonly #found = new Map<RepairCode, { count: number; places: string[] }>();

  /** `place` is asked for only while there is room for it. */
  note(code: RepairCode, place?: () => string): void {
    const known = this.#found.get(code) ?? { count: 0, places: [] };
    known.count++;
    if (place !== undefined && known.places.length < MAX_PLACES) {
      const text = place();
      if (!known.places.includes(text)) known.places.push(text);
    }
    this.#found.set(code, known);
  }

  /** In the order in which they were met. */
  list(): Repair[] {
    return [...this.#found].map(([code, { count, places }]) => ({ code, count, places: [...places] }));
  }
}

/** True for an object whose reading rests on a guess. */
export function isGuessed(repairs: readonly Repair[]): boolean {
  return repairs.some(({ code }) => REPAIRS[code]?.guess ?? false);
}
