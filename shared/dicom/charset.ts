/** Specific Character Set (0008,0005): defined terms and ISO 2022 switching (PS3.3 C.12.1.1.2, PS3.5 section 6.1). */

interface Decoder {
  decode(bytes: Uint8Array): string;
}
// Present in every runtime we support, declared by neither of the type libraries this folder may use.
declare const TextDecoder: new (label: string, options?: { fatal?: boolean }) => Decoder;

/** Turns the bytes of a text value into characters. */
export type DecodeText = (bytes: Uint8Array) => string;

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
  'ISO_IR 58': 'gb18030',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** Escape sequences (without the ESC byte) and the set they put into G0 or G1 (PS3.3 tables C.12-3 and C.12-4). */
const ESCAPES: readonly (readonly [sequence: string, half: 'g0' | 'g1', encoding: string])[] = [
  ['(B', 'g0', 'windows-1252'],
  ['(J', 'g0', 'shift_jis'],
  ['$B', 'g0', 'jis-x-0208'],
  ['$(D', 'g0', 'jis-x-0212'],
  [')I', 'g1', 'shift_jis'],
  ['$)C', 'g1', 'euc-kr'],
  ['$)A', 'g1', 'gb18030'],
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

/**
 * The decoder for the values of Specific Character Set. An absent, empty or unknown term is read as UTF-8 when the
 * bytes are valid UTF-8, else as Latin-1: many files hold what they do not declare, and text must never stop a study.
 */
export function textDecoderFor(terms: readonly string[]): DecodeText {
  const first = normaliseTerm(terms[0] ?? '');
  const initial = SINGLE[first];
  if (initial === undefined || (first === 'ISO_IR 6' && terms.length <= 1)) {
    // With code extensions an empty first value means ASCII (PS3.3 C.12.1.1.2).
    return terms.length > 1 ? (bytes) => decodeSwitching(bytes, ASCII) : decodeUndeclared;
  }
  if (initial === 'utf-8') return decodeUndeclared;
  const extended = terms.length > 1 || /ISO 2022/i.test(terms[0] ?? '');
  if (extended) return (bytes) => decodeSwitching(bytes, initial);
  return (bytes) => decoderFor(initial).decode(bytes);
}

/** `ISO 2022 IR 100`, `ISO-IR 100`, `iso_ir_100` and the like all name the same set. */
function normaliseTerm(term: string): string {
  const upper = term.trim().toUpperCase();
  const number = /^ISO(?:[ _-]2022)?[ _-]IR[ _-]?(\d+)$/.exec(upper)?.[1];
  return number === undefined ? upper : `ISO_IR ${number}`;
}

function decodeUndeclared(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte < 0x80)) return decoderFor(ASCII).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decoderFor(ASCII).decode(bytes);
  }
}

/** Walks a value with code extensions. The sets fall back to the first one at each delimiter and line end. */
function decodeSwitching(bytes: Uint8Array, initial: string): string {
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
      const found = ESCAPES.find(([sequence]) => matches(bytes, at + 1, sequence));
      if (!found) continue;
      flush(at);
      if (found[1] === 'g0') g0 = found[2];
      else g1 = found[2];
      start = at + 1 + found[0].length;
      at = start - 1;
    } else if (!g0.startsWith('jis') && isDelimiter(byte)) {
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
  if (g0 === 'jis-x-0208') return decodeEucJp(run, []);
  if (g0 === 'jis-x-0212') return decodeEucJp(run, [0x8f]);
  return decoderFor(run.every((byte) => byte < 0x80) ? g0 : g1).decode(run);
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

/** `^`, `=`, `\`, TAB, LF, FF, CR end the reach of an escape sequence (PS3.5 section 6.1.2.5.3). */
function isDelimiter(byte: number): boolean {
  return byte === 0x5e || byte === 0x3d || byte === 0x5c || (byte >= 0x09 && byte <= 0x0d && byte !== 0x0b);
}

function matches(bytes: Uint8Array, at: number, sequence: string): boolean {
  for (let i = 0; i < sequence.length; i++) {
    if (bytes[at + i] !== sequence.charCodeAt(i)) return false;
  }
  return true;
}
