/** Composes small DICOM objects for tests, also such as no honest writer makes. */

export interface SampleElement {
  readonly tag: number;
  readonly vr: string;
  /** Text, numbers (by VR), raw bytes, or the items of a sequence. */
  readonly value: string | readonly number[] | Uint8Array | readonly (readonly SampleElement[])[];
  /** The length to write in place of the true one. */
  readonly lengthBytes?: number;
}

export interface SampleEncoding {
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** Sequences and items end with delimiters. */
  readonly undefinedLengths: boolean;
}

export const EXPLICIT: SampleEncoding = { explicitVr: true, littleEndian: true, undefinedLengths: false };
export const IMPLICIT: SampleEncoding = { ...EXPLICIT, explicitVr: false };
export const BIG_ENDIAN: SampleEncoding = { ...EXPLICIT, littleEndian: false };

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SIZES: Readonly<Record<string, number>> = { US: 2, SS: 2, OW: 2, UL: 4, SL: 4, FL: 4, FD: 8, AT: 4 };

/** A short way to write an element. */
export function sample(tag: number, vr: string, value: SampleElement['value'], lengthBytes?: number): SampleElement {
  return lengthBytes === undefined ? { tag, vr, value } : { tag, vr, value, lengthBytes };
}

/** The bytes of a data set, elements in the order given. */
export function encodeSample(elements: readonly SampleElement[], encoding = EXPLICIT): Uint8Array {
  return concat(elements.map((element) => encodeElement(element, encoding)));
}

/** Preamble, prefix, meta information and data set. */
export function samplePart10(
  elements: readonly SampleElement[],
  options: { transferSyntaxUid?: string; encoding?: SampleEncoding; preamble?: Uint8Array; tail?: Uint8Array } = {},
): Uint8Array {
  const { transferSyntaxUid = '1.2.840.10008.1.2.1', encoding = EXPLICIT, preamble = new Uint8Array(128) } = options;
  const meta = encodeSample([sample(0x00020010, 'UI', transferSyntaxUid)]);
  const length = encodeSample([sample(0x00020000, 'UL', [meta.length])]);
  return concat([
    preamble,
    ascii('DICM'),
    length,
    meta,
    encodeSample(elements, encoding),
    options.tail ?? new Uint8Array(),
  ]);
}

/** What every valid instance has; a grey 2 × 2 image with 16 bits when pixels are asked for. */
export function sampleInstance(changes: readonly SampleElement[] = [], pixels = true): SampleElement[] {
  const base = [
    sample(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
    sample(0x00080018, 'UI', '1.2.3.4.5'),
    sample(0x00080060, 'CS', 'CT'),
    sample(0x0020000d, 'UI', '1.2.3.4'),
    sample(0x0020000e, 'UI', '1.2.3.4.1'),
    ...(pixels
      ? [
          sample(0x00280002, 'US', [1]),
          sample(0x00280004, 'CS', 'MONOCHROME2'),
          sample(0x00280010, 'US', [2]),
          sample(0x00280011, 'US', [2]),
          sample(0x00280100, 'US', [16]),
          sample(0x00280101, 'US', [16]),
          sample(0x00280102, 'US', [15]),
          sample(0x00280103, 'US', [0]),
          sample(0x7fe00010, 'OW', [1, 2, 3, 65535]),
        ]
      : []),
  ];
  const changed = new Set(changes.map(({ tag }) => tag));
  return [...base.filter(({ tag }) => !changed.has(tag)), ...changes].sort((a, b) => a.tag - b.tag);
}

/** Encapsulated pixel data: offset table, fragments, delimiter. */
export function sampleFragments(offsetTable: readonly number[], fragments: readonly Uint8Array[]): Uint8Array {
  const table = encodeNumbers(offsetTable, 'UL', true);
  return concat([
    encodeHead(0x7fe00010, 'OB', 0xffffffff, EXPLICIT),
    ...[table, ...fragments].flatMap((item) => [itemHead(0xfffee000, item.length), item]),
    itemHead(0xfffee0dd, 0),
  ]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Characters 0 to 255 as bytes. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function encodeElement(element: SampleElement, encoding: SampleEncoding): Uint8Array {
  const { tag, vr, value } = element;
  if (vr === 'SQ') return encodeSequence(element, encoding);
  let body = value instanceof Uint8Array ? value : new Uint8Array();
  if (typeof value === 'string') body = ascii(value);
  else if (!(value instanceof Uint8Array)) body = encodeNumbers(value as readonly number[], vr, encoding.littleEndian);
  const padded = body.length % 2 === 0 ? body : concat([body, Uint8Array.of(vr === 'UI' || vr === 'OB' ? 0 : 0x20)]);
  return concat([encodeHead(tag, vr, element.lengthBytes ?? padded.length, encoding), padded]);
}

function encodeSequence(element: SampleElement, encoding: SampleEncoding): Uint8Array {
  const { undefinedLengths, littleEndian } = encoding;
  const items = (element.value as readonly (readonly SampleElement[])[]).map((item) => {
    const body = encodeSample(item, encoding);
    return undefinedLengths
      ? concat([itemHead(0xfffee000, 0xffffffff, littleEndian), body, itemHead(0xfffee00d, 0, littleEndian)])
      : concat([itemHead(0xfffee000, body.length, littleEndian), body]);
  });
  const body = concat(items);
  const length = element.lengthBytes ?? (undefinedLengths ? 0xffffffff : body.length);
  const head = encodeHead(element.tag, 'SQ', length, encoding);
  return undefinedLengths ? concat([head, body, itemHead(0xfffee0dd, 0, littleEndian)]) : concat([head, body]);
}

function encodeHead(tag: number, vr: string, length: number, encoding: SampleEncoding): Uint8Array {
  const { littleEndian, explicitVr } = encoding;
  const view = new DataView(new ArrayBuffer(explicitVr && LONG.has(vr) ? 12 : 8));
  view.setUint16(0, tag >>> 16, littleEndian);
  view.setUint16(2, tag & 0xffff, littleEndian);
  if (!explicitVr) {
    view.setUint32(4, length, littleEndian);
  } else {
    view.setUint8(4, vr.charCodeAt(0));
    view.setUint8(5, vr.charCodeAt(1));
    if (LONG.has(vr)) view.setUint32(8, length, littleEndian);
    else view.setUint16(6, length, littleEndian);
  }
  return new Uint8Array(view.buffer);
}

function itemHead(tag: number, length: number, littleEndian = true): Uint8Array {
  return encodeHead(tag, '', length, { explicitVr: false, littleEndian, undefinedLengths: false });
}

function encodeNumbers(values: readonly number[], vr: string, littleEndian: boolean): Uint8Array {
  const size = SIZES[vr] ?? 1;
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, i) => {
    const at = i * size;
    if (vr === 'FL') view.setFloat32(at, value, littleEndian);
    else if (vr === 'FD') view.setFloat64(at, value, littleEndian);
    else if (vr === 'AT') {
      view.setUint16(at, value >>> 16, littleEndian);
      view.setUint16(at + 2, value & 0xffff, littleEndian);
    } else if (size === 4) view.setInt32(at, value | 0, littleEndian);
    else if (size === 2) view.setInt16(at, value, littleEndian);
    else view.setUint8(at, value);
  });
  return new Uint8Array(view.buffer);
}
