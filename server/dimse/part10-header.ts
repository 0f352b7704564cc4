import { encodeElements, type OutputEncoding, textElement } from '#shared/dicom/deidentification/output-element.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from './associate-items.ts';

const ENCODING: OutputEncoding = { explicitVr: true, littleEndian: true };

/**
 * Preamble and File Meta Information (PS3.10 section 7.1) for a data set that arrives without them. They depend on
 * nothing but what is named here, so that the same object sent again, by whomever, gives the same bytes: no time, no
 * AE title. Who sent it stands in the audit trail.
 */
export function part10Header(object: {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}): Uint8Array {
  const meta = encodeElements(
    [
      { tag: 0x00020001, vr: 'OB', bytes: Uint8Array.of(0, 1) },
      textElement(0x00020002, 'UI', object.sopClassUid),
      textElement(0x00020003, 'UI', object.sopInstanceUid),
      textElement(0x00020010, 'UI', object.transferSyntaxUid),
      textElement(0x00020012, 'UI', IMPLEMENTATION_CLASS_UID),
      textElement(0x00020013, 'SH', IMPLEMENTATION_VERSION_NAME),
    ],
    ENCODING,
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.byteLength);
  const group = encodeElements([{ tag: 0x00020000, vr: 'UL', bytes: length }], ENCODING);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1'), group, meta]);
}
