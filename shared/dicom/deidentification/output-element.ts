/** Data elements as they are going to be written, and their encoding (PS3.5 section 7). */
import { AppError } from '#shared/errors.ts';

/** `bytes` in the byte order of the output; `items` for sequences only. */
export interface OutputElement {
  readonly tag: number;
  readonly vr: string;
  readonly bytes?: Uint8Array;
  readonly items?: readonly (readonly OutputElement[])[];
}

export interface OutputEncoding {
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
}

/** VRs with two reserved bytes and a 32-bit length (PS3.5 table 7.1-1). */
const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
/** VRs that are padded with NUL instead of a space (PS3.5 section 6.2). */
const NUL_PADDED = new Set(['OB', 'UI', 'UN']);
const ITEM = 0xfffee000;
const LARGEST_LENGTH = 0xfffffffe;
export const UNDEFINED_LENGTH = 0xffffffff;

/** A text element; characters beyond ASCII are not for this function, since they would need the character set. */
export function textElement(tag: number, vr: string, text: string): OutputElement {
  return { tag, vr, bytes: asciiBytes(text) };
}

export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f);
}

/** Tag, VR and length of an element whose value follows. */
export function encodeHead(tag: number, vr: string, lengthBytes: number, encoding: OutputEncoding): Uint8Array {
  const { explicitVr, littleEndian } = encoding;
  const long = explicitVr && LONG_VRS.has(vr);
  const view = new DataView(new ArrayBuffer(long ? 12 : 8));
  view.setUint16(0, tag >>> 16, littleEndian);
  view.setUint16(2, tag & 0xffff, littleEndian);
  if (!explicitVr) {
    view.setUint32(4, lengthBytes, littleEndian);
  } else {
    view.setUint8(4, vr.charCodeAt(0));
    view.setUint8(5, vr.charCodeAt(1));
    if (long) view.setUint32(8, lengthBytes, littleEndian);
    else view.setUint16(6, lengthBytes, littleEndian);
  }
  return new Uint8Array(view.buffer);
}

/** The elements in ascending order of tags, sequences and items with their lengths (PS3.5 section 7.5.1). */
export function encodeElements(elements: readonly OutputElement[], encoding: OutputEncoding): Uint8Array {
  const sorted = [...elements].sort((a, b) => a.tag - b.tag);
  return joined(sorted.flatMap((element) => encodeElement(element, encoding)));
}

function encodeElement({ tag, vr, bytes, items }: OutputElement, encoding: OutputEncoding): Uint8Array[] {
  if (items !== undefined) {
    const bodies = items.flatMap((item) => {
      const body = encodeElements(item, encoding);
      return [encodeHead(ITEM, '', body.length, { ...encoding, explicitVr: false }), body];
    });
    return [encodeHead(tag, 'SQ', checkedLength(bodies), encoding), ...bodies];
  }
  const value = bytes ?? new Uint8Array();
  const padding = value.length % 2 === 0 ? [] : [Uint8Array.of(NUL_PADDED.has(vr) ? 0 : 0x20)];
  const length = checkedLength([value, ...padding]);
  // A value too long for the short form is written as UN, which every reader takes (PS3.5 section 6.2.2).
  const writtenVr = length > 0xfffe && !LONG_VRS.has(vr) ? 'UN' : vr;
  return [encodeHead(tag, writtenVr, length, encoding), value, ...padding];
}

function checkedLength(parts: readonly Uint8Array[]): number {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > LARGEST_LENGTH) throw new AppError('DICOM_HEADER_TOO_LARGE', { limitBytes: LARGEST_LENGTH });
  return length;
}

/** The parts one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
