/** Preamble and File Meta Information of the Part 10 files we write (PS3.10 section 7.1). */
import { encodeElements, joined, type OutputEncoding, textElement } from './deidentification/output-element.ts';

/** Names this writer (PS3.7 D.3.3.2); made from a random UUID once and for all. */
export const IMPLEMENTATION_CLASS_UID = '2.25.163479086452396112713925648303310592771';
export const IMPLEMENTATION_VERSION = 'CONSILIUM_1';

/** Preamble of zeros, prefix and File Meta Information, which is always Explicit VR Little Endian. */
export function encodeFileMeta(meta: {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}): Uint8Array {
  const encoding: OutputEncoding = { explicitVr: true, littleEndian: true };
  const body = encodeElements(
    [
      { tag: 0x00020001, vr: 'OB', bytes: Uint8Array.of(0, 1) },
      textElement(0x00020002, 'UI', meta.sopClassUid),
      textElement(0x00020003, 'UI', meta.sopInstanceUid),
      textElement(0x00020010, 'UI', meta.transferSyntaxUid),
      textElement(0x00020012, 'UI', IMPLEMENTATION_CLASS_UID),
      textElement(0x00020013, 'SH', IMPLEMENTATION_VERSION),
    ],
    encoding,
  );
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, body.length, true);
  const start = new Uint8Array(132);
  start.set([0x44, 0x49, 0x43, 0x4d], 128);
  return joined([start, encodeElements([{ tag: 0x00020000, vr: 'UL', bytes: length }], encoding), body]);
}
