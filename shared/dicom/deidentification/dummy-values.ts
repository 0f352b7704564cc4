/** Values for the action D: valid for their VR, the same for everybody. */
import { asciiBytes } from './output-element.ts';

const TEXT_DUMMY = 'REMOVED';

const DUMMIES: Readonly<Record<string, string>> = {
  AE: TEXT_DUMMY,
  AS: '000Y',
  CS: TEXT_DUMMY,
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: TEXT_DUMMY,
  LT: TEXT_DUMMY,
  PN: 'Removed',
  SH: TEXT_DUMMY,
  ST: TEXT_DUMMY,
  TM: '000000',
  UC: TEXT_DUMMY,
  UR: 'urn:removed',
  UT: TEXT_DUMMY,
};

/** Bytes of one binary value; zeros of it are a value in either byte order. */
const UNIT_BYTES: Readonly<Record<string, number>> = {
  AT: 4,
  FD: 8,
  FL: 4,
  OB: 2,
  OD: 8,
  OF: 4,
  OL: 4,
  OV: 8,
  OW: 2,
  SL: 4,
  SS: 2,
  SV: 8,
  UL: 4,
  UN: 2,
  US: 2,
  UV: 8,
};

/**
 * A dummy value. `count` values for text with several ones and for numbers, since an attribute with a fixed number
 * of values (Graphic Data has pairs) stays valid by its count only; opaque bytes become one unit.
 */
export function dummyValue(vr: string, count: number): Uint8Array {
  const text = DUMMIES[vr];
  if (text !== undefined) return asciiBytes(Array.from({ length: Math.max(1, count) }, () => text).join('\\'));
  const unit = UNIT_BYTES[vr] ?? 2;
  return new Uint8Array(vr.startsWith('O') || vr === 'UN' ? unit : unit * Math.max(1, count));
}
