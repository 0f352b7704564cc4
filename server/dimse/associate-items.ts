import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION } from '#shared/dicom/file-meta.ts';
import { ProtocolError } from './protocol-error.ts';

/** The items A-ASSOCIATE-RQ and -AC are made of (PS3.8 sections 9.3.2 and 9.3.3, PS3.7 annex D). */

export const ITEM = {
  applicationContext: 0x10,
  proposedContext: 0x20,
  acceptedContext: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  maximumLength: 0x51,
  implementationClass: 0x52,
  roleSelection: 0x54,
  implementationVersion: 0x55,
} as const;

export const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1';
/** Without a number: it stands in the meta information of objects received, whose bytes must not change with a release. */

const FIXED_BYTES = 68;

export interface Item {
  readonly type: number;
  readonly value: Buffer;
}

/** Version, titles and items of an A-ASSOCIATE body. @throws ProtocolError */
export function decodeAssociate(body: Buffer): {
  readonly version: number;
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly items: readonly Item[];
} {
  return {
    version: body.readUInt16BE(0),
    calledAeTitle: aeTitleOf(body.subarray(4, 20)),
    callingAeTitle: aeTitleOf(body.subarray(20, 36)),
    items: decodeItems(body.subarray(FIXED_BYTES)),
  };
}

export function encodeAssociate(calledAeTitle: string, callingAeTitle: string, items: readonly Buffer[]): Buffer {
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.writeUInt16BE(1, 0);
  fixed.write(calledAeTitle.padEnd(16), 4, 16, 'latin1');
  fixed.write(callingAeTitle.padEnd(16), 20, 16, 'latin1');
  return Buffer.concat([fixed, ...items]);
}

/** Leading and trailing spaces do not count (PS3.8 table 9-11). */
function aeTitleOf(bytes: Buffer): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: some pad with NUL
  return bytes.toString('latin1').replace(/^ +|[ \u0000]+$/g, '');
}

/** @throws ProtocolError */
export function decodeItems(bytes: Buffer): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    if (at + 4 > bytes.byteLength) throw new ProtocolError('an association item without a header');
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    if (end > bytes.byteLength) throw new ProtocolError('an association item that is too long');
    items.push({ type: bytes.readUInt8(at), value: bytes.subarray(at + 4, end) });
    at = end;
  }
  return items;
}

export function encodeItem(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const head = Buffer.alloc(4);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(value.byteLength, 2);
  return Buffer.concat([head, value]);
}

/** UIDs in items are not padded; some pad them nevertheless. */
export function uidOf(bytes: Buffer): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is the padding of UIDs
  return bytes.toString('latin1').replace(/[\u0000 ]+$/, '');
}

export const uidItem = (type: number, uid: string): Buffer => encodeItem(type, Buffer.from(uid, 'latin1'));

/** SCP/SCU Role Selection for one SOP Class (PS3.7 section D.3.3.4); the roles are those of the requestor. */
export interface Roles {
  readonly sopClassUid: string;
  readonly scu: boolean;
  readonly scp: boolean;
}

/** @throws ProtocolError */
export function decodeRoles(value: Buffer): Roles {
  const length = value.byteLength >= 2 ? value.readUInt16BE(0) : -1;
  if (length < 0 || value.byteLength < length + 4) throw new ProtocolError('a role selection item that is too short');
  return {
    sopClassUid: uidOf(value.subarray(2, 2 + length)),
    scu: value.readUInt8(2 + length) === 1,
    scp: value.readUInt8(3 + length) === 1,
  };
}

export function encodeRoles({ sopClassUid, scu, scp }: Roles): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(sopClassUid.length);
  return encodeItem(
    ITEM.roleSelection,
    length,
    Buffer.from(sopClassUid, 'latin1'),
    Buffer.of(scu ? 1 : 0, scp ? 1 : 0),
  );
}

/** User information with the longest PDU we take and who we are (PS3.7 sections D.3.3.1 and D.3.3.2). */
export function encodeUserInformation(maxPduBytes: number, roles: readonly Roles[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(maxPduBytes);
  return encodeItem(
    ITEM.userInformation,
    encodeItem(ITEM.maximumLength, length),
    uidItem(ITEM.implementationClass, IMPLEMENTATION_CLASS_UID),
    ...roles.map(encodeRoles),
    uidItem(ITEM.implementationVersion, IMPLEMENTATION_VERSION),
  );
}

/** What the peer says of itself. @throws ProtocolError */
export function decodeUserInformation(value: Buffer): { readonly maxPduBytes: number; readonly roles: Roles[] } {
  let maxPduBytes = 0;
  const roles: Roles[] = [];
  for (const item of decodeItems(value)) {
    if (item.type === ITEM.maximumLength && item.value.byteLength >= 4) maxPduBytes = item.value.readUInt32BE(0);
    if (item.type === ITEM.roleSelection) roles.push(decodeRoles(item.value));
  }
  return { maxPduBytes, roles };
}
