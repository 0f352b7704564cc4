/** Why an association is ended with an A-ABORT (PS3.8 section 9.3.8). */

export const ABORT_REASON = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedParameter: 4,
  invalidParameter: 6,
} as const;

export type AbortReason = (typeof ABORT_REASON)[keyof typeof ABORT_REASON];

/** The peer broke the protocol: the association is aborted. The text is for our log and holds nothing the peer sent. */
export class ProtocolError extends Error {
  readonly reason: AbortReason;

  constructor(what: string, reason: AbortReason = ABORT_REASON.invalidParameter) {
    super(what);
    this.name = 'ProtocolError';
    this.reason = reason;
  }
}

/** The connection is gone: ended by the peer, by an A-ABORT, or by us after too long a silence. */
export class ConnectionLost extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'ConnectionLost';
  }
}
