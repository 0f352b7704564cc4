/** Specific Character Set (0008,0005): defined terms and ISO 2022 switching (PS3.3 C.12.1.1.2, PS3.5 section 6.1). */

interface Decoder {
  decode(bytes: Uint8Array): string;
}
// Present in every runtime we support, declared by neither of the type libraries this folder may use.
declare const TextDecoder: new (label: string, options?: { fatal?: boolean }) => Decoder;

/**
 * Where the reach of an escape sequence ends besides line ends: in a Person Name at `^`, `=` and `\\`, in other values
 * of several at `\\`, in a text at nothing more (PS3.5 section 6.1.2.5.3).
 */
export type TextScope = 'name' | 'values' | 'text';

/** What had to be assumed about the characters of a value; null when they are what the data set declares. */
export type CharsetProblem =
  | 'charset-undeclared'
  | 'charset-unknown'
  | 'charset-mismatch'
  | 'charset-escape-undeclared';

/** Turns the bytes of text values into characters. It never fails: what is no character comes out as U+FFFD. */
export interface TextDecoding {
  decode(bytes: Uint8Array, scope: TextScope): string;
  /** Without decoding what needs none: a value of plain ASCII has no problem. */
  problemOf(bytes: Uint8Array): CharsetProblem | null;
}

/** Defined terms without code extensions, and the encoding that decodes them. */
const SINGLE: Readonly<Record<string, string>> = {
  'ISO_IR 6': 'windows-1252',
  'ISO_IR 100': 'windows-1252',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  'ISO_IR 149': 'euc-kr',
  'ISO_IR 58': 'gb2312',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** Escape sequences (without the ESC byte) and the set they put into G0 or G1 (PS3.3 tables C.12-3 and C.12-4). */
const ESCAPES: readonly (readonly [sequence: string, half: 'g0' | 'g1', encoding: string])[] = [
  ['(B', 'g0', 'windows-1252'],
  ['(J', 'g0', 'shift_jis'],
  ['$B', 'g0', 'jis-x-0208'],
  // The edition of 1978, and the long form of the same designation: not DICOM's, but in files.
  ['$@', 'g0', 'jis-x-0208'],
  ['$(B', 'g0', 'jis-x-0208'],
  ['$(D', 'g0', 'jis-x-0212'],
  [')I', 'g1', 'shift_jis'],
  ['$)C', 'g1', 'euc-kr'],
  ['$)A', 'g1', 'gb2312'],
  ['-A', 'g1', 'windows-1252'],
  ['-B', 'g1', 'iso-8859-2'],
  ['-C', 'g1', 'iso-8859-3'],
  ['-D', 'g1', 'iso-8859-4'],
  ['-F', 'g1', 'iso-8859-7'],
  ['-G', 'g1', 'iso-8859-6'],
  ['-H', 'g1', 'iso-8859-8'],
  ['-L', 'g1', 'iso-8859-5'],
  ['-M', 'g1', 'windows-1254'],
  ['-T', 'g1', 'windows-874'],
  ['-b', 'g1', 'iso-8859-15'],
];

const ESC = 0x1b;
const ASCII = 'windows-1252';
const decoders = new Map<string, Decoder>();

function decoderFor(encoding: string): Decoder {
  let decoder = decoders.get(encoding);
  if (!decoder) {
    decoder = new TextDecoder(encoding);
    decoders.set(encoding, decoder);
  }
  return decoder;
}

/** Sets that use every byte for themselves: code extensions do not go with them (PS3.3 table C.12-5). */
const WHOLE = new Set(['utf-8', 'gb18030', 'gbk']);

/** How the terms are to be understood. */
interface Declaration {
  /** Encoding of G1 (or of everything, for a set of `WHOLE`) before any escape sequence. */
  readonly initial: string;
  readonly extended: boolean;
  readonly state: 'declared' | 'undeclared' | 'unknown';
}

function understand(terms: readonly string[]): Declaration {
  const names = terms.map(normaliseTerm);
  const [first = ''] = names;
  const named = terms.some((term) => term.trim() !== '');
  const unknown = names.some((name) => name !== '' && name !== 'ISO_IR 6' && !(name in SINGLE) && !G0_SETS.has(name));
  const state = unknown
    ? 'unknown'
    : named && !(names.length === 1 && first === 'ISO_IR 6')
      ? 'declared'
      : 'undeclared';
  const initial = SINGLE[first] ?? ASCII;
  // One that has no other place stands alone where it should be the second value: `ISO 2022 IR 87` for Japanese.
  const extended = names.length > 1 || G0_SETS.has(first) || /2022/.test(terms[0] ?? '');
  return { initial, extended: extended && !WHOLE.has(initial), state };
}

/**
 * The decoding for the values of Specific Character Set. Undeclared and unknown text is read as UTF-8 when the bytes are
 * valid UTF-8, else as Latin-1: many files hold what they do not declare, and text must never stop a study. Escape
 * sequences we know are followed whether they were declared or not, since they mean nothing else.
 */
export function textDecodingFor(terms: readonly string[]): TextDecoding {
  const { initial, extended, state } = understand(terms);
  const whole = WHOLE.has(initial);
  const guesses = initial === 'utf-8' || (initial === ASCII && !extended && state !== 'declared');
  return {
    decode(bytes, scope) {
      const kind = kindOf(bytes);
      if (kind === 'ascii') return decoderFor(ASCII).decode(bytes);
      if (!whole && (extended || kind === 'escapes')) return decodeSwitching(bytes, initial, scope);
      return guesses ? decodeGuessing(bytes) : decoderFor(initial).decode(bytes);
    },
    problemOf(bytes) {
      const kind = kindOf(bytes);
      if (kind === 'ascii') return null;
      if (state === 'unknown') return 'charset-unknown';
      if (kind === 'escapes' && !whole && !extended) return 'charset-escape-undeclared';
      if (state === 'undeclared') return 'charset-undeclared';
      if (initial === 'utf-8') return isUtf8(bytes) ? null : 'charset-mismatch';
      return this.decode(bytes, 'values').includes('\ufffd') ? 'charset-mismatch' : null;
    },
  };
}

/** Text in plain ASCII needs no set at all; escape sequences count when they are ones we know. */
function kindOf(bytes: Uint8Array): 'ascii' | 'eight-bit' | 'escapes' {
  let kind: 'ascii' | 'eight-bit' = 'ascii';
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) kind = 'eight-bit';
    else if (byte === ESC && escapeAt(bytes, at)) return 'escapes';
  }
  return kind;
}

/** The encoding behind a term that stands alone; undefined for an unknown one and for those that need escape sequences. */
export function encodingOf(term: string): string | undefined {
  const name = normaliseTerm(term);
  return name === '' || name === 'ISO_IR 6' ? 'ascii' : SINGLE[name];
}

/** True when the term is one of the standard, written as the standard writes it (PS3.3 tables C.12-2 to C.12-5). */
export function isDefinedTerm(term: string): boolean {
  if (term === '' || term === 'GB18030' || term === 'GBK' || term === 'ISO_IR 192') return true;
  const [, form, number] = /^(ISO_IR|ISO 2022 IR) (\d+)$/.exec(term) ?? [];
  const name = `ISO_IR ${number}`;
  if (form === 'ISO_IR') return name === 'ISO_IR 6' || (name in SINGLE && !MULTI_BYTE.has(name));
  return form !== undefined && name !== 'ISO_IR 192' && (name in SINGLE || name === 'ISO_IR 6' || G0_SETS.has(name));
}

/** Defined with code extensions only (PS3.3 table C.12-4): by the names `normaliseTerm` gives. */
const G0_SETS = new Set(['ISO_IR 87', 'ISO_IR 159']);
const MULTI_BYTE = new Set(['ISO_IR 149', 'ISO_IR 58']);

/**
 * The name of the set a term means. `ISO 2022 IR 100`, `ISO-IR 100`, `iso_ir_100`, `ISO_IR100` and the like all name the
 * same one; so do the words people use in its place.
 */
function normaliseTerm(term: string): string {
  const upper = term.trim().toUpperCase();
  const number = /^ISO(?:[ _-]?2022)?(?:[ _-]?IR)?[ _-]?(\d+)$/.exec(upper)?.[1];
  if (number !== undefined && number !== '2022') return MISSPELT[upper] ?? `ISO_IR ${number}`;
  return MISSPELT[upper.replace(/^ISO 2022 /, '')] ?? upper;
}

const MISSPELT: Readonly<Record<string, string>> = {
  'UTF-8': 'ISO_IR 192',
  UTF8: 'ISO_IR 192',
  'ISO 10646': 'ISO_IR 192',
  ASCII: 'ISO_IR 6',
  'US-ASCII': 'ISO_IR 6',
  'ISO 646': 'ISO_IR 6',
  'LATIN-1': 'ISO_IR 100',
  LATIN1: 'ISO_IR 100',
  'WINDOWS-1252': 'ISO_IR 100',
  'ISO 8859-1': 'ISO_IR 100',
  'ISO-8859-1': 'ISO_IR 100',
  'ISO 8859-2': 'ISO_IR 101',
  'ISO-8859-2': 'ISO_IR 101',
  'ISO-8859-5': 'ISO_IR 144',
  'ISO-8859-15': 'ISO_IR 203',
  SHIFT_JIS: 'ISO_IR 13',
  'EUC-KR': 'ISO_IR 149',
  GB2312: 'ISO_IR 58',
  'GB 18030': 'GB18030',
  GB18030: 'GB18030',
  GBK: 'GBK',
};

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function decodeGuessing(bytes: Uint8Array): string {
  return decoderFor(isUtf8(bytes) ? 'utf-8' : ASCII).decode(bytes);
}

/** Walks a value with code extensions. The sets fall back to the first one at each delimiter and line end. */
function decodeSwitching(bytes: Uint8Array, initial: string, scope: TextScope): string {
  let g0 = ASCII;
  let g1 = initial;
  let out = '';
  let start = 0;
  const flush = (end: number) => {
    if (end > start) out += decodeRun(bytes.subarray(start, end), g0, g1);
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === ESC) {
      const found = escapeAt(bytes, at);
      if (!found) continue;
      flush(at);
      if (found[1] === 'g0') g0 = found[2];
      else g1 = found[2];
      start = at + 1 + found[0].length;
      at = start - 1;
    } else if (isLineEnd(byte) || (!g0.startsWith('jis') && isDelimiter(byte, scope))) {
      // Two-byte sets of G0 use the codes of the delimiters, but never those of the controls.
      flush(at + 1);
      start = at + 1;
      g0 = ASCII;
      g1 = initial;
    }
  }
  flush(bytes.length);
  return out;
}

/** Bytes under one pair of sets: G0 holds those below 0x80, G1 those above. */
function decodeRun(run: Uint8Array, g0: string, g1: string): string {
  if (!g0.startsWith('jis')) return decoderFor(run.every((byte) => byte < 0x80) ? g0 : g1).decode(run);
  let out = '';
  for (let at = 0; at < run.length; ) {
    const high = (run[at] ?? 0) >= 0x80;
    let end = at;
    while (end < run.length && (run[end] ?? 0) >= 0x80 === high) end++;
    const part = run.subarray(at, end);
    out += high ? decoderFor(g1).decode(part) : decodeEucJp(part, g0 === 'jis-x-0212' ? [0x8f] : []);
    at = end;
  }
  return out;
}

/** Two-byte Japanese sets of G0 are EUC-JP with the high bits set (and 0x8F before JIS X 0212). */
function decodeEucJp(run: Uint8Array, prefix: readonly number[]): string {
  const euc: number[] = [];
  for (let at = 0; at < run.length; at += 2) {
    const lead = run[at] ?? 0;
    if (lead < 0x21) {
      euc.push(lead);
      at--;
    } else if (at + 1 < run.length) {
      euc.push(...prefix, lead | 0x80, (run[at + 1] ?? 0) | 0x80);
    }
  }
  return decoderFor('euc-jp').decode(Uint8Array.from(euc));
}

/** TAB, LF, FF and CR: no set reaches beyond them. */
function isLineEnd(byte: number): boolean {
  return byte >= 0x09 && byte <= 0x0d && byte !== 0x0b;
}

function isDelimiter(byte: number, scope: TextScope): boolean {
  return (byte === 0x5c && scope !== 'text') || (scope === 'name' && (byte === 0x5e || byte === 0x3d));
}

function escapeAt(bytes: Uint8Array, at: number): (typeof ESCAPES)[number] | undefined {
  return ESCAPES.find(([sequence]) => matches(bytes, at + 1, sequence));
}

function matches(bytes: Uint8Array, at: number, sequence: string): boolean {
  for (let i = 0; i < sequence.length; i++) {
    if (bytes[at + i] !== sequence.charCodeAt(i)) return false;
  }
  return true;
}
