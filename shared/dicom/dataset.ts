/** Typed access to the elements of a parsed data set. Values are decoded when asked for. */
import { type CharsetProblem, type TextDecoding, type TextScope, textDecodingFor } from './charset.ts';
import type { DicomElement, DicomElements } from './element-scan.ts';
import { TAG } from './tag.ts';

/** VRs whose text follows Specific Character Set (PS3.5 section 6.1.2.3). */
const CHARSET_VRS = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
/** VRs in which a backslash is part of the text. */
const SINGLE_VALUE_VRS = new Set(['LT', 'ST', 'UT', 'UR']);

interface Encoding {
  readonly littleEndian: boolean;
  readonly text: TextDecoding;
  /** Pixel Representation 1: `US or SS` elements are signed (PS3.5 A.2). */
  readonly signedPixels: boolean;
}

export class DicomDataset {
  readonly elements: DicomElements;
  private readonly bytes: Uint8Array;
  private readonly encoding: Encoding;

  private constructor(bytes: Uint8Array, elements: DicomElements, encoding: Encoding) {
    this.bytes = bytes;
    this.elements = elements;
    this.encoding = encoding;
  }

  /** A data set over the bytes it was scanned from. */
  static create(bytes: Uint8Array, elements: DicomElements, littleEndian: boolean): DicomDataset {
    return DicomDataset.derive(bytes, elements, { littleEndian, text: textDecodingFor([]), signedPixels: false });
  }

  /** Items inherit character set and pixel representation unless they state their own. */
  private static derive(bytes: Uint8Array, elements: DicomElements, outer: Encoding): DicomDataset {
    const plain = new DicomDataset(bytes, elements, outer);
    if (!elements.has(TAG.SpecificCharacterSet) && !elements.has(TAG.PixelRepresentation)) return plain;
    return new DicomDataset(bytes, elements, {
      littleEndian: outer.littleEndian,
      text: elements.has(TAG.SpecificCharacterSet)
        ? textDecodingFor(plain.texts(TAG.SpecificCharacterSet))
        : outer.text,
      signedPixels: elements.has(TAG.PixelRepresentation)
        ? plain.number(TAG.PixelRepresentation) === 1
        : outer.signedPixels,
    });
  }

  /** Byte order of the values. */
  get littleEndian(): boolean {
    return this.encoding.littleEndian;
  }

  has(tag: number): boolean {
    return this.elements.has(tag);
  }

  /** VR of the element with `US or SS` decided; undefined when it is absent. */
  vr(tag: number): string | undefined {
    const vr = this.elements.get(tag)?.vr;
    return vr === 'xs' ? (this.encoding.signedPixels ? 'SS' : 'US') : vr;
  }

  /** The bytes of the value, not copied; undefined for an absent element and for sequences. */
  valueBytes(tag: number): Uint8Array | undefined {
    const element = this.elements.get(tag);
    if (!element || element.items) return undefined;
    return this.bytes.subarray(element.offsetBytes, element.offsetBytes + element.lengthBytes);
  }

  /** Number of bytes of the value; 0 when absent. */
  byteLength(tag: number): number {
    return this.elements.get(tag)?.lengthBytes ?? 0;
  }

  /** Single bytes of a value, with the words of a big-endian OW put the right way round; of no use for text. */
  octets(tag: number): number[] {
    if (this.vr(tag) === 'OB') return [...(this.valueBytes(tag) ?? [])];
    return this.numbers(tag).flatMap((word) => [word & 0xff, (word >> 8) & 0xff]);
  }

  /** All values as text without padding; empty for an absent or empty element, and for binary VRs. */
  texts(tag: number): string[] {
    const bytes = this.valueBytes(tag);
    const vr = this.vr(tag);
    if (!bytes || bytes.length === 0 || vr === undefined || isBinary(vr)) return [];
    const whole = CHARSET_VRS.has(vr) ? this.encoding.text.decode(bytes, scopeOf(vr)) : latin1(bytes);
    if (SINGLE_VALUE_VRS.has(vr)) return [whole.replace(TRAILING, '')];
    return whole.split('\\').map((value) => value.replace(TRAILING, '').replace(/^ +/, ''));
  }

  /** What had to be assumed to read the characters of a text; null for all other elements. */
  charsetProblem(tag: number): CharsetProblem | null {
    const bytes = this.valueBytes(tag);
    return bytes !== undefined && CHARSET_VRS.has(this.vr(tag) ?? '') ? this.encoding.text.problemOf(bytes) : null;
  }

  /** First value as text, or null when absent or empty. */
  text(tag: number): string | null {
    return this.texts(tag)[0] || null;
  }

  /** All values as numbers, from binary VRs and from DS and IS; a value that is no number is NaN. */
  numbers(tag: number): number[] {
    const bytes = this.valueBytes(tag);
    const vr = this.vr(tag);
    if (!bytes || vr === undefined) return [];
    if (vr === 'DS' || vr === 'IS') return this.texts(tag).map(decimal);
    const reader = NUMBER_READERS[vr];
    if (!reader) return [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values: number[] = [];
    for (let at = 0; at + reader.size <= bytes.length; at += reader.size) {
      values.push(reader.read(view, at, this.encoding.littleEndian));
    }
    return values;
  }

  /** First value as a finite number, or null. */
  number(tag: number): number | null {
    const value = this.numbers(tag)[0];
    return value !== undefined && Number.isFinite(value) ? value : null;
  }

  /** All values when each of them is finite and there are at least `count`, else null. */
  vector(tag: number, count: number): number[] | null {
    const values = this.numbers(tag);
    return values.length >= count && values.every(Number.isFinite) ? values.slice(0, count) : null;
  }

  /** The items of a sequence; empty when it is absent or no sequence. */
  items(tag: number): DicomDataset[] {
    const items = this.elements.get(tag)?.items ?? [];
    return items.map((elements) => DicomDataset.derive(this.bytes, elements, this.encoding));
  }

  /** 64-bit integers of UV, SV and OV elements. */
  bigIntegers(tag: number): bigint[] {
    const bytes = this.valueBytes(tag) ?? new Uint8Array();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values: bigint[] = [];
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const signed = this.vr(tag) === 'SV';
      values.push(
        signed ? view.getBigInt64(at, this.encoding.littleEndian) : view.getBigUint64(at, this.encoding.littleEndian),
      );
    }
    return values;
  }

  /** Elements in tag order. */
  *inOrder(): Iterable<DicomElement> {
    for (const tag of [...this.elements.keys()].sort((a, b) => a - b)) {
      const element = this.elements.get(tag);
      if (element) yield element;
    }
  }
}

function scopeOf(vr: string): TextScope {
  return vr === 'PN' ? 'name' : SINGLE_VALUE_VRS.has(vr) ? 'text' : 'values';
}

/** Padding and what stands behind a NUL: UIs are padded with NUL, text with spaces (PS3.5 section 6.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is the padding the standard prescribes
const TRAILING = /[\u0000 ]+$/;

interface NumberReader {
  readonly size: number;
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number;
}

const NUMBER_READERS: Readonly<Record<string, NumberReader>> = {
  US: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  SS: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  OW: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  UL: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  OL: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  SL: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  FL: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  OF: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  FD: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
  OD: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
  UV: { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  OV: { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  SV: { size: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  AT: { size: 4, read: (view, at, little) => view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little) },
};

function isBinary(vr: string): boolean {
  return vr === 'SQ' || vr === 'UN' || vr === 'OB' || vr in NUMBER_READERS;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** DS and IS text (PS3.5 section 6.2); anything JavaScript would also read but DICOM would not is NaN. */
function decimal(text: string): number {
  return DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
}

function latin1(bytes: Uint8Array): string {
  let out = '';
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return out;
}
