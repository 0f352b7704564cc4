import { type Command, decodeCommand, encodeCommand } from './command-set.ts';
import type { Line } from './line.ts';
import type { PresentationContext } from './negotiation.ts';
import { decodePdvs, encodePdvHead, encodeReleaseResponse, PDU, type Pdv, readPdu } from './pdu.ts';
import { ABORT_REASON, ConnectionLost, ProtocolError } from './protocol-error.ts';

/** Messages over an open association (PS3.7 section 6.3, PS3.8 annex E): a command and, if it has one, a data set. */

export interface Message {
  readonly context: PresentationContext;
  readonly command: Command;
  /** The data set as it arrives; read once, and empty when the command has none. What is not read is passed over. */
  readonly data: AsyncIterable<Uint8Array>;
}

/** A command of a peer is a few hundred bytes. */
const MAX_COMMAND_BYTES = 16 * 1024;
/** The largest P-DATA-TF we send, whatever the peer would take. */
const MAX_SENT_PDU_BYTES = 128 * 1024;
/** A peer that takes less than this could not even receive a response in one piece; PS3.8 annex D.1 sets no minimum. */
export const MIN_SENT_PDU_BYTES = 128;
const PDV_HEAD_BYTES = 6;

export class Association {
  readonly #line: Line;
  readonly #contexts: ReadonlyMap<number, PresentationContext>;
  readonly #fragmentBytes: number;
  #pdvs: Pdv[] = [];
  /** The context whose data set has not been read to its end. */
  #unfinished: PresentationContext | null = null;
  #sending = false;
  /** While an operation of the peer's runs it is right to be silent. */
  busy = false;

  /** `maxPduBytes` is what the peer takes; 0 means any length. */
  constructor(line: Line, contexts: readonly PresentationContext[], maxPduBytes: number) {
    this.#line = line;
    this.#contexts = new Map(contexts.map((context) => [context.id, context]));
    const pduBytes = maxPduBytes === 0 ? MAX_SENT_PDU_BYTES : Math.min(maxPduBytes, MAX_SENT_PDU_BYTES);
    // Fragments have an even length (PS3.8 annex D.1 and section 9.3.5.1).
    this.#fragmentBytes = (pduBytes - PDV_HEAD_BYTES) & ~1;
  }

  get contexts(): Iterable<PresentationContext> {
    return this.#contexts.values();
  }

  /** The next message, or how the association ended. @throws ProtocolError, ConnectionLost */
  async next(): Promise<Message | 'release' | 'release-response' | 'closed'> {
    if (this.#unfinished !== null) for await (const _ of this.#dataOf(this.#unfinished));
    const first = await this.#nextPdv();
    if (typeof first === 'string') return first;
    const context = this.#contexts.get(first.contextId);
    if (context === undefined) throw new ProtocolError('a message in a context that was not accepted');
    const command = decodeCommand(await this.#commandBytes(first));
    if (command.hasData) this.#unfinished = context;
    return { context, command, data: this.#dataOf(context) };
  }

  /** Sends one message; the data set in pieces as it comes. @throws ConnectionLost; what `data` throws */
  async send(context: PresentationContext, command: Command, data: AsyncIterable<Uint8Array> | null): Promise<void> {
    const bytes = encodeCommand(command);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.byteLength; at += this.#fragmentBytes) {
      const fragment = bytes.subarray(at, at + this.#fragmentBytes);
      const isLast = at + fragment.byteLength >= bytes.byteLength;
      parts.push(encodePdvHead(context.id, true, isLast, fragment.byteLength), fragment);
    }
    if (data === null) return this.#line.write(...parts);
    this.#sending = true;
    let held: Uint8Array = Buffer.alloc(0);
    const put = (fragment: Uint8Array, isLast: boolean): void => {
      parts.push(encodePdvHead(context.id, false, isLast, fragment.byteLength), fragment);
    };
    for await (const chunk of data) {
      // The last fragment says so, and which one it is shows only when nothing follows.
      for (let at = 0; at < chunk.byteLength; at += this.#fragmentBytes) {
        if (held.byteLength > 0) put(held, false);
        held = chunk.subarray(at, at + this.#fragmentBytes);
      }
      await this.#line.write(...parts.splice(0));
    }
    put(held, true);
    await this.#line.write(...parts);
    this.#sending = false;
  }

  /** True when a message of ours is begun and not finished. */
  get insideMessage(): boolean {
    return this.#sending;
  }

  /** Cuts the connection: whoever reads the association is told. */
  abandon(): void {
    this.#line.destroy('an operation could not be finished');
  }

  async answerRelease(): Promise<void> {
    await this.#line.write(encodeReleaseResponse());
    this.#line.end();
  }

  async *#dataOf(context: PresentationContext): AsyncGenerator<Uint8Array, void> {
    while (this.#unfinished === context) {
      const pdv = await this.#nextPdv();
      if (typeof pdv === 'string')
        throw new ProtocolError('the end of an association inside a message', ABORT_REASON.unexpectedPdu);
      if (pdv.isCommand || pdv.contextId !== context.id) throw new ProtocolError('a message inside another message');
      if (pdv.isLast) this.#unfinished = null;
      if (pdv.value.byteLength > 0) yield pdv.value;
    }
  }

  async #commandBytes(first: Pdv): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    for (let pdv = first; ; ) {
      length += pdv.value.byteLength;
      if (!pdv.isCommand || pdv.contextId !== first.contextId) throw new ProtocolError('a data set without a command');
      if (length > MAX_COMMAND_BYTES) throw new ProtocolError('a command that is too long');
      parts.push(pdv.value);
      if (pdv.isLast) return Buffer.concat(parts);
      const following = await this.#nextPdv();
      if (typeof following === 'string')
        throw new ProtocolError('the end of an association inside a message', ABORT_REASON.unexpectedPdu);
      pdv = following;
    }
  }

  async #nextPdv(): Promise<Pdv | 'release' | 'release-response' | 'closed'> {
    for (;;) {
      const waiting = this.#pdvs.shift();
      if (waiting !== undefined) return waiting;
      const pdu = await readPdu(this.#line, () => this.busy);
      if (pdu === null) return 'closed';
      switch (pdu.type) {
        case PDU.data:
          this.#pdvs = decodePdvs(pdu.body);
          break;
        case PDU.releaseRequest:
          return 'release';
        case PDU.releaseResponse:
          return 'release-response';
        case PDU.abort:
          throw new ConnectionLost('the peer aborted the association');
        default:
          throw new ProtocolError('a PDU out of turn', ABORT_REASON.unexpectedPdu);
      }
    }
  }
}
