import type { Line } from './line.ts';
import { ABORT_REASON, type AbortReason, ProtocolError } from './protocol-error.ts';

/** Protocol Data Units of the DICOM Upper Layer (PS3.8 section 9.3). */

export const PDU = {
  associateRequest: 1,
  associateAccept: 2,
  associateReject: 3,
  data: 4,
  releaseRequest: 5,
  releaseResponse: 6,
  abort: 7,
} as const;

export interface Pdu {
  readonly type: number;
  readonly body: Buffer;
}

/** The longest P-DATA-TF we take, in bytes behind its header; told to the peer (PS3.8 annex D.1). */
export const MAX_RECEIVED_PDU_BYTES = 256 * 1024;
/** 128 presentation contexts with every transfer syntax there is stay far below. */
const MAX_ASSOCIATE_BYTES = 512 * 1024;

const LIMITS: ReadonlyMap<number, { readonly min: number; readonly max: number }> = new Map([
  [PDU.associateRequest, { min: 68, max: MAX_ASSOCIATE_BYTES }],
  [PDU.associateAccept, { min: 68, max: MAX_ASSOCIATE_BYTES }],
  [PDU.associateReject, { min: 4, max: 4 }],
  [PDU.data, { min: 6, max: MAX_RECEIVED_PDU_BYTES }],
  [PDU.releaseRequest, { min: 4, max: 4 }],
  [PDU.releaseResponse, { min: 4, max: 4 }],
  [PDU.abort, { min: 4, max: 4 }],
]);

/**
 * The next PDU, or null when the peer closed the connection between two. Its length is checked before a byte of it is
 * held. @throws ProtocolError, ConnectionLost
 */
export async function readPdu(line: Line, busy: () => boolean, idleMs?: number): Promise<Pdu | null> {
  const type = await line.first(busy, idleMs);
  if (type === null) return null;
  const limit = LIMITS.get(type);
  if (limit === undefined) throw new ProtocolError('a PDU of an unknown type', ABORT_REASON.unrecognizedPdu);
  const head = await line.exactly(5);
  const length = head.readUInt32BE(1);
  if (length < limit.min || length > limit.max) throw new ProtocolError('a PDU of a length that is not allowed');
  return { type, body: await line.exactly(length) };
}

export function encodePdu(type: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(body.byteLength, 2);
  return Buffer.concat([head, body]);
}

const FOUR_ZEROS = Buffer.alloc(4);
export const encodeReleaseRequest = (): Buffer => encodePdu(PDU.releaseRequest, FOUR_ZEROS);
export const encodeReleaseResponse = (): Buffer => encodePdu(PDU.releaseResponse, FOUR_ZEROS);

/** A-ABORT by the service provider (PS3.8 section 9.3.8). */
export function encodeAbort(reason: AbortReason): Buffer {
  return encodePdu(PDU.abort, Buffer.of(0, 0, 2, reason));
}

/** Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 table 9-21). */
export interface Rejection {
  readonly result: 1 | 2;
  readonly source: 1 | 2 | 3;
  readonly reason: number;
}

export const REJECTION = {
  callingAeTitleNotRecognized: { result: 1, source: 1, reason: 3 },
  calledAeTitleNotRecognized: { result: 1, source: 1, reason: 7 },
  applicationContextNotSupported: { result: 1, source: 1, reason: 2 },
  protocolVersionNotSupported: { result: 1, source: 2, reason: 2 },
  noReasonGiven: { result: 1, source: 1, reason: 1 },
  temporaryCongestion: { result: 2, source: 3, reason: 1 },
} as const satisfies Record<string, Rejection>;

export function encodeReject({ result, source, reason }: Rejection): Buffer {
  return encodePdu(PDU.associateReject, Buffer.of(0, result, source, reason));
}

/** One Presentation Data Value: a fragment of a command or of a data set (PS3.8 section 9.3.5.1 and annex E.2). */
export interface Pdv {
  readonly contextId: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  readonly value: Buffer;
}

/** The values in a P-DATA-TF. @throws ProtocolError */
export function decodePdvs(body: Buffer): Pdv[] {
  const pdvs: Pdv[] = [];
  for (let at = 0; at < body.byteLength; ) {
    if (at + 6 > body.byteLength) throw new ProtocolError('a P-DATA-TF that ends inside an item');
    const length = body.readUInt32BE(at);
    const end = at + 4 + length;
    if (length < 2 || end > body.byteLength) throw new ProtocolError('a presentation data value of a wrong length');
    const control = body.readUInt8(at + 5);
    pdvs.push({
      contextId: body.readUInt8(at + 4),
      isCommand: (control & 1) !== 0,
      isLast: (control & 2) !== 0,
      value: body.subarray(at + 6, end),
    });
    at = end;
  }
  return pdvs;
}

/** Header of a P-DATA-TF with one value of `length` bytes, which follow it. */
export function encodePdvHead(contextId: number, isCommand: boolean, isLast: boolean, length: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(PDU.data, 0);
  head.writeUInt32BE(length + 6, 2);
  head.writeUInt32BE(length + 2, 6);
  head.writeUInt8(contextId, 10);
  head.writeUInt8((isCommand ? 1 : 0) | (isLast ? 2 : 0), 11);
  return head;
}
