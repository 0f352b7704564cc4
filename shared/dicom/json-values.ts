/** Values of the DICOM JSON Model as the bytes of an Explicit VR Little Endian file (PS3.18 F.2.3, PS3.5 section 6.2). */
import { AppError } from '#shared/errors.ts';
import { decodeBase64 } from './base64.ts';

/** Text to bytes in the character set of the value. */
export type WriteText = (text: string) => Uint8Array;

interface NumberForm {
  readonly bytes: number;
  /** Undefined for floating point. */
  readonly range?: readonly [least: number, most: number];
  write(view: DataView, at: number, value: number): void;
}

const NUMBERS: Readonly<Record<string, NumberForm>> = {
  US: { bytes: 2, range: [0, 0xffff], write: (view, at, value) => view.setUint16(at, value, true) },
  SS: { bytes: 2, range: [-0x8000, 0x7fff], write: (view, at, value) => view.setInt16(at, value, true) },
  UL: { bytes: 4, range: [0, 0xffffffff], write: (view, at, value) => view.setUint32(at, value, true) },
  SL: { bytes: 4, range: [-0x80000000, 0x7fffffff], write: (view, at, value) => view.setInt32(at, value, true) },
  FL: { bytes: 4, write: (view, at, value) => view.setFloat32(at, value, true) },
  FD: { bytes: 8, write: (view, at, value) => view.setFloat64(at, value, true) },
};
const BINARY = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
/** A backslash is a character of these and no delimiter (PS3.5 section 6.2). */
const SINGLE = new Set(['LT', 'ST', 'UT', 'UR']);
const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;
/** Characters of a DS (PS3.5 table 6.2-1). */
const DECIMAL_CHARACTERS = 16;

/**
 * The bytes of an element without sequences. `inlineBinary` is base64 or undefined; `onRounded` hears of a number that
 * lost digits, since a DS has 16 characters.
 * @throws AppError DICOM_JSON_INVALID naming `place`
 */
export function encodeJsonValues(
  vr: string,
  values: readonly unknown[],
  inlineBinary: unknown,
  write: WriteText,
  place: string,
  onRounded: () => void,
): Uint8Array {
  const invalid = (reason: string): never => {
    throw new AppError('DICOM_JSON_INVALID', { place, reason });
  };
  if (inlineBinary !== undefined) {
    const bytes = typeof inlineBinary === 'string' ? decodeBase64(inlineBinary) : null;
    return bytes ?? invalid('InlineBinary is not base64');
  }
  if (BINARY.has(vr)) return values.length === 0 ? new Uint8Array() : invalid(`${vr} has InlineBinary, not Value`);
  const form = NUMBERS[vr];
  if (form !== undefined) return encodeNumbers(form, vr, values, invalid);
  if (vr === 'SV' || vr === 'UV') return encodeBigIntegers(vr, values, invalid);
  if (vr === 'AT') return encodeTags(values, invalid);
  const texts = values.map((value) => textOf(vr, value, invalid));
  if (vr === 'DS' && texts.some((text, i) => typeof values[i] === 'number' && Number(text) !== values[i])) onRounded();
  if (SINGLE.has(vr)) {
    return texts.length > 1 ? invalid(`${vr} has one value`) : write(texts[0] ?? '');
  }
  // It would come out as two values (PS3.18 F.2.4).
  if (texts.some((text) => text.includes('\\'))) invalid('a value holds a backslash, which separates values');
  return write(texts.join('\\'));
}

type Invalid = (reason: string) => never;

function textOf(vr: string, value: unknown, invalid: Invalid): string {
  if (value === null) return '';
  if (vr === 'PN') return nameOf(value, invalid);
  if (vr === 'DS' || vr === 'IS') {
    if (typeof value === 'string') return value;
    if (typeof value !== 'number' || !Number.isFinite(value)) return invalid(`${vr} is a number or a text`);
    if (vr === 'IS') return Number.isInteger(value) ? String(value) : invalid('IS is a whole number');
    return decimalText(value);
  }
  return typeof value === 'string' ? value : invalid(`${vr} is a text`);
}

/** The text of the number with as many digits as 16 characters hold; without the zero before the point if need be. */
function decimalText(value: number): string {
  const whole = String(value);
  if (whole.length <= DECIMAL_CHARACTERS) return whole;
  for (let digits = 17; digits > 0; digits--) {
    const rounded = digits === 17 ? value : Number(value.toPrecision(digits));
    const texts = [String(rounded).replace(/^(-?)0\./, '$1.'), rounded.toExponential().replace('e+', 'e')];
    const fitting = texts.find((text) => text.length <= DECIMAL_CHARACTERS);
    if (fitting !== undefined) return fitting;
  }
  return whole;
}

function nameOf(value: unknown, invalid: Invalid): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return invalid('PN is an object of groups');
  const record = value as Readonly<Record<string, unknown>>;
  const groups = NAME_GROUPS.map((group) => record[group] ?? '');
  if (!groups.every((group) => typeof group === 'string')) return invalid('a group of a name is a text');
  if (groups.some((group) => group.includes('='))) return invalid('a group of a name holds an equals sign');
  return groups.join('=').replace(/=+$/, '');
}

function encodeNumbers(form: NumberForm, vr: string, values: readonly unknown[], invalid: Invalid): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * form.bytes));
  for (const [i, value] of values.entries()) {
    // Some write numbers as text.
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) return invalid(`${vr} is a number`);
    const { range } = form;
    if (range && (!Number.isInteger(number) || number < range[0] || number > range[1])) {
      return invalid(`${vr} is a whole number from ${range[0]} to ${range[1]}`);
    }
    form.write(view, i * form.bytes, number);
  }
  return new Uint8Array(view.buffer);
}

function encodeBigIntegers(vr: 'SV' | 'UV', values: readonly unknown[], invalid: Invalid): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  const [least, most] = vr === 'SV' ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  for (const [i, value] of values.entries()) {
    const whole =
      typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && /^-?\d{1,20}$/.test(value);
    const number = whole ? BigInt(value as number | string) : invalid(`${vr} is a whole number`);
    if (number < least || number > most) invalid(`${vr} has 64 bits`);
    if (vr === 'SV') view.setBigInt64(i * 8, number, true);
    else view.setBigUint64(i * 8, number, true);
  }
  return new Uint8Array(view.buffer);
}

function encodeTags(values: readonly unknown[], invalid: Invalid): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) {
    if (typeof value !== 'string' || !/^[0-9A-Fa-f]{8}$/.test(value)) return invalid('AT is 8 hexadecimals');
    view.setUint16(i * 4, Number.parseInt(value.slice(0, 4), 16), true);
    view.setUint16(i * 4 + 2, Number.parseInt(value.slice(4), 16), true);
  }
  return new Uint8Array(view.buffer);
}
