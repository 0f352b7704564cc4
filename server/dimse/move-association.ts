import { connect } from 'node:net';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { Association, MIN_SENT_PDU_BYTES } from './association.ts';
import type { Command } from './command-set.ts';
import { Line } from './line.ts';
import { decodeAccept, encodeProposal, type ProposedContext } from './negotiation.ts';
import type { OutgoingObject } from './outgoing-object.ts';
import { encodeAbort, encodeReleaseRequest, PDU, readPdu } from './pdu.ts';
import { ABORT_REASON, ConnectionLost, ProtocolError } from './protocol-error.ts';
import { StoreResponses } from './store-responses.ts';

/** The association we open to the destination of a C-MOVE (PS3.4 section C.4.2.2). */

/** Presentation contexts are numbered with the odd numbers of one byte. */
const MAX_CONTEXTS = 128;
const CONNECT_MS = 10_000;
/** A destination may take long to store an object of gigabytes. */
const PATIENCE = { pduMs: 60_000, idleMs: 300_000 };

export interface MoveAssociation {
  readonly association: Association;
  storeResponse(messageId: number, signal: AbortSignal): Promise<Command>;
  /** Ends the association, with an abort when an answer is outstanding. */
  release(): Promise<void>;
}

/**
 * One context for each SOP Class and transfer syntax there is among the objects, so that they leave as stored; and for
 * each SOP Class Explicit VR Little Endian, which everybody takes, when objects can be converted.
 */
function contextsFor(objects: readonly OutgoingObject[], converts: boolean): ProposedContext[] {
  const stored = objects.map(({ sopClassUid, transferSyntaxUid }) => `${sopClassUid} ${transferSyntaxUid}`);
  const plain = converts ? objects.map(({ sopClassUid }) => `${sopClassUid} ${EXPLICIT_LITTLE_ENDIAN}`) : [];
  return [...new Set([...stored, ...plain])].slice(0, MAX_CONTEXTS).map((pair, index) => {
    const [abstractSyntax = '', transferSyntax = ''] = pair.split(' ');
    return { id: 2 * index + 1, abstractSyntax, transferSyntaxes: [transferSyntax] };
  });
}

/** @throws ConnectionLost, ProtocolError when the destination cannot be reached or refuses */
export async function openMoveAssociation(
  callingAeTitle: string,
  destination: { readonly aeTitle: string; readonly host: string; readonly port: number },
  objects: readonly OutgoingObject[],
  converts: boolean,
  signal: AbortSignal,
): Promise<MoveAssociation> {
  const { host, port, aeTitle: calledAeTitle } = destination;
  const socket = connect({ host, port });
  const line = new Line(socket, PATIENCE);
  const cut = (): void => line.destroy('the move was given up');
  const tooLong = setTimeout(cut, CONNECT_MS);
  signal.addEventListener('abort', cut, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', cut));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('close', () => reject(new ConnectionLost('the destination cannot be reached')));
    });
    const contexts = contextsFor(objects, converts);
    await line.write(encodeProposal({ callingAeTitle, calledAeTitle, contexts, roles: [] }));
    const pdu = await readPdu(line, () => false, CONNECT_MS);
    if (pdu?.type !== PDU.associateAccept) throw new ProtocolError('the destination refused the association');
    const accepted = decodeAccept(pdu.body, contexts);
    if (accepted.maxPduBytes !== 0 && accepted.maxPduBytes < MIN_SENT_PDU_BYTES) {
      throw new ProtocolError('the destination takes no PDU of a useful length');
    }
    return serve(line, new Association(line, accepted.contexts, accepted.maxPduBytes));
  } catch (error) {
    line.destroy('the destination cannot be used');
    throw error;
  } finally {
    clearTimeout(tooLong);
  }
}

function serve(line: Line, association: Association): MoveAssociation {
  const responses = new StoreResponses(PATIENCE.idleMs);
  let releasing = false;
  let unanswered = 0;

  async function read(): Promise<void> {
    try {
      for (;;) {
        const message = await association.next();
        if (message === 'release') await association.answerRelease();
        if (typeof message === 'string') throw new ConnectionLost('the destination ended the association');
        responses.take(message.command);
        unanswered -= 1;
      }
    } catch (error) {
      responses.fail(error instanceof Error ? error : new ConnectionLost('the destination is gone'));
      if (!releasing) line.destroy('the destination broke the association');
    }
  }
  const reading = read();

  return {
    association,
    storeResponse(messageId, signal) {
      unanswered += 1;
      return responses.wait(messageId, signal);
    },
    async release() {
      releasing = true;
      const last = unanswered === 0 ? encodeReleaseRequest() : encodeAbort(ABORT_REASON.notSpecified);
      await line.write(last).catch(() => undefined);
      // The answer to a release, or the end of our patience.
      const cut = setTimeout(() => line.destroy('the destination did not answer the release'), 5000);
      if (unanswered === 0) await reading;
      clearTimeout(cut);
      line.end();
    },
  };
}
