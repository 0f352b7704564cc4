import { connect, type Socket } from 'node:net';
import type { Roles } from './associate-items.ts';
import { Association, type Message } from './association.ts';
import type { Command } from './command-set.ts';
import { Line } from './line.ts';
import { decodeAccept, encodeProposal } from './negotiation.ts';
import { encodeReleaseRequest, PDU, readPdu } from './pdu.ts';

/** For tests: a requestor that sends exactly the bytes it is told to, which libraries do not. */
export interface TestAssociation {
  readonly association: Association;
  readonly socket: Socket;
  /** Sends a request in the context with this number and gives the responses up to the final one. */
  ask(contextId: number, command: Partial<Command> & { field: number }, data?: Uint8Array): Promise<Answer[]>;
  release(): Promise<void>;
}

export interface Answer {
  readonly command: Command;
  readonly data: Buffer;
}

export interface TestProposal {
  readonly calling: string;
  readonly called?: string;
  /** Abstract syntax and transfer syntaxes; numbered 1, 3, 5 … */
  readonly contexts: readonly (readonly [string, ...string[]])[];
  readonly roles?: readonly Roles[];
}

export function connectTo(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });
}

/** Opens an association; throws the three numbers of a rejection as "rejected 1 1 3". */
export async function openTestAssociation(port: number, proposal: TestProposal): Promise<TestAssociation> {
  const socket = await connectTo(port);
  const line = new Line(socket, { pduMs: 20_000, idleMs: 20_000 });
  const { calling, called = 'CONSILIUM', roles = [] } = proposal;
  const contexts = proposal.contexts.map(([abstractSyntax, ...transferSyntaxes], index) => ({
    ...{ id: 2 * index + 1, abstractSyntax, transferSyntaxes },
  }));
  await line.write(encodeProposal({ callingAeTitle: calling, calledAeTitle: called, contexts, roles }));
  const pdu = await readPdu(line, () => false);
  if (pdu?.type !== PDU.associateAccept) {
    line.end();
    throw new Error(pdu === null ? 'closed' : `rejected ${[...pdu.body.subarray(1)].join(' ')}`);
  }
  const accepted = decodeAccept(pdu.body, contexts);
  const association = new Association(line, accepted.contexts, accepted.maxPduBytes);
  let messageId = 0;
  return {
    association,
    socket,
    async ask(contextId, command, data) {
      const context = [...association.contexts].find(({ id }) => id === contextId);
      if (context === undefined) throw new Error(`context ${contextId} was not accepted`);
      messageId += 1;
      const whole: Command = { messageId, hasData: data !== undefined, ...command };
      await association.send(context, whole, data === undefined ? null : pieces(data));
      const answers: Answer[] = [];
      for (;;) {
        const message = await association.next();
        if (typeof message === 'string') throw new Error(message);
        answers.push({ command: message.command, data: await bytesOf(message) });
        if (((message.command.status ?? 0) & 0xff00) !== 0xff00) return answers;
      }
    },
    async release() {
      await line.write(encodeReleaseRequest());
      await association.next();
      line.end();
    },
  };
}

export async function bytesOf({ data }: Message): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of data) parts.push(part);
  return Buffer.concat(parts);
}

async function* pieces(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}
