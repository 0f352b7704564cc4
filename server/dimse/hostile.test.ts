import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STOW_TYPE, stowBody } from '#server/routes/dicomweb/test-stow.ts';
import { sample, sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { COMMAND } from './command-set.ts';
import { encodeIdentifier } from './identifier.ts';
import { encodeProposal, SOP_CLASS } from './negotiation.ts';
import { connectTo, openTestAssociation } from './test-association.ts';
import { startTestDimse, type TestDimse } from './test-dimse.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const ECHO = [[SOP_CLASS.verification, IMPLICIT_LITTLE_ENDIAN]] as const;
const request = (calling: string, contexts = [SOP_CLASS.verification as string]) =>
  encodeProposal({
    ...{ calledAeTitle: 'CONSILIUM', callingAeTitle: calling, roles: [] },
    contexts: contexts.map((abstractSyntax, index) => ({
      ...{ id: 2 * index + 1, abstractSyntax, transferSyntaxes: [IMPLICIT_LITTLE_ENDIAN] },
    })),
  });
const pdu = (type: number, length: number, body: Uint8Array = new Uint8Array()) => {
  const head = Buffer.alloc(6);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(length, 2);
  return Buffer.concat([head, body]);
};
const pdv = (contextId: number, control: number, value: Uint8Array) => {
  const head = Buffer.alloc(6);
  head.writeUInt32BE(value.byteLength + 2, 0);
  head.writeUInt8(contextId, 4);
  head.writeUInt8(control, 5);
  return pdu(4, value.byteLength + 6, Buffer.concat([head, value]));
};

/** The same every run. */
function* noise(seed: number): Generator<Buffer> {
  let state = seed;
  for (;;) {
    const bytes = Buffer.alloc(1 + (state % 900));
    for (let at = 0; at < bytes.length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[at] = state >>> 24;
    }
    yield bytes;
  }
}

describe('a hostile peer', () => {
  let dimse: TestDimse;
  let consultationId: ConsultationId;
  beforeAll(async () => {
    dimse = await startTestDimse({
      patience: { requestMs: 300, pduMs: 300, idleMs: 600, responseMs: 300 },
      maxAssociations: 4,
    });
    const { id } = await dimse.server.draft();
    consultationId = id;
    await dimse.addPeer('PEER', 'referrer', { consultationId: id });
    await dimse.addPeer('ELSEWHERE', 'referrer', { address: '192.0.2.0/24' });
    await dimse.addPeer('HERE', 'referrer', { address: '127.0.0.0/8' });
  });
  afterAll(() => dimse.close());

  /** Everything the server sends until it closes the connection. */
  async function untilClosed(socket: Socket): Promise<Buffer> {
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part)).on('error', () => undefined);
    if (!socket.closed) await once(socket, 'close');
    return Buffer.concat(parts);
  }

  async function send(...bytes: Uint8Array[]): Promise<Buffer> {
    const socket = await connectTo(dimse.port);
    const answer = untilClosed(socket);
    for (const part of bytes) socket.write(part);
    return answer;
  }

  async function echoes(calling = 'PEER'): Promise<number | undefined> {
    const peer = await openTestAssociation(dimse.port, { calling, contexts: ECHO });
    const [answer] = await peer.ask(1, { field: COMMAND.echoRequest, affectedSopClass: SOP_CLASS.verification });
    await peer.release();
    return answer?.command.status;
  }

  it('RULE 4: an unknown title and one from a wrong address are rejected alike (PS3.8 table 9-21)', async () => {
    expect(await echoes('HERE')).toBe(0);
    const open = (calling: string, called = 'CONSILIUM') =>
      openTestAssociation(dimse.port, { calling, called, contexts: ECHO });
    await expect(open('NOBODY')).rejects.toThrow('rejected 1 1 3');
    await expect(open('ELSEWHERE')).rejects.toThrow('rejected 1 1 3');
    await expect(open('peer')).rejects.toThrow('rejected 1 1 3');
    await expect(open('')).rejects.toThrow('rejected 1 1 3');
    await expect(open('PEER', 'ANY-SCP')).rejects.toThrow('rejected 1 1 7');
  });

  it.each([
    ['an unknown PDU', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], '07000000000400000201'],
    ['a PDU of 4 GiB', [pdu(1, 0xffffffff)], '07000000000400000206'],
    ['an empty association request', [pdu(1, 0)], '07000000000400000206'],
    ['data before the association', [pdv(1, 3, Buffer.alloc(10))], '07000000000400000202'],
    [
      'a request whose items run over its end',
      [
        Buffer.concat([request('PEER').subarray(0, 76), Buffer.alloc(20, 0xff)]).map((byte, at) =>
          at === 5 ? 90 : at < 2 || at > 5 ? byte : 0,
        ),
      ],
      '07000000000400000206',
    ],
  ])('is answered an A-ABORT for %s', async (_name, bytes, hex) => {
    expect((await send(...bytes)).toString('hex')).toBe(hex);
    expect(await echoes()).toBe(0);
  });

  it.each([
    ['a message in a context that was not accepted', [pdv(9, 3, Buffer.alloc(20))]],
    ['a command that is none', [pdv(1, 3, Buffer.alloc(30, 0xff))]],
    ['a data set without a command', [pdv(1, 2, Buffer.alloc(30))]],
    ['a PDV longer than its PDU', [pdu(4, 20, Buffer.alloc(20, 0x7f))]],
    ['an endless command', [...Array(40)].map(() => pdv(1, 1, Buffer.alloc(1000)))],
    ['a second association request', [request('PEER')]],
    ['a P-DATA-TF longer than was agreed', [pdu(4, 300_000)]],
  ])('loses its association for %s, and nobody else does', async (_name, bytes) => {
    const bystander = await openTestAssociation(dimse.port, { calling: 'PEER', contexts: ECHO });
    const answer = await send(request('PEER'), ...bytes);
    expect(answer[0]).toBe(2);
    expect(answer.subarray(-10).toString('hex')).toMatch(/^0700000000040000020[0-6]$/);
    const [still] = await bystander.ask(1, { field: COMMAND.echoRequest, affectedSopClass: SOP_CLASS.verification });
    expect(still?.command.status).toBe(0);
    await bystander.release();
  });

  it('survives noise, before and inside an association', async () => {
    const source = noise(20_260_101);
    for (let round = 0; round < 60; round++) {
      const garbage = source.next().value as Buffer;
      const valid = request('PEER');
      const damaged = Buffer.from(valid);
      for (const [at, byte] of garbage.subarray(0, 6).entries())
        damaged[6 + ((at * 31 + byte) % (damaged.length - 6))] = byte;
      const socket = await connectTo(dimse.port);
      const closed = untilClosed(socket);
      if (round % 3 === 0) socket.end(garbage);
      else if (round % 3 === 1) socket.end(damaged);
      else socket.end(Buffer.concat([valid, pdv(1, garbage.length % 4, garbage)]));
      await closed;
    }
    expect(await echoes()).toBe(0);
  });

  it('is cut off when it says nothing, stops inside a PDU, or drips (PS3.8 section 9.1.5)', async () => {
    const silent = await connectTo(dimse.port);
    const stalled = await connectTo(dimse.port);
    stalled.write(request('PEER').subarray(0, 40));
    const dripping = await connectTo(dimse.port);
    let dripped = 0;
    const drip = setInterval(() => dripping.write(request('PEER').subarray(dripped, ++dripped)), 50);
    await Promise.all([silent, stalled, dripping].map(untilClosed));
    clearInterval(drip);
    const idle = await openTestAssociation(dimse.port, { calling: 'PEER', contexts: ECHO });
    expect(typeof (await idle.association.next().catch(() => 'closed'))).toBe('string');
    expect(await echoes()).toBe(0);
  });

  it('stores nothing of an object whose connection breaks', async () => {
    const peer = await openTestAssociation(dimse.port, { calling: 'PEER', contexts: [[CT, EXPLICIT_LITTLE_ENDIAN]] });
    async function* half(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(300_000);
      peer.socket.destroy();
      yield Buffer.alloc(300_000);
    }
    const [context] = peer.association.contexts;
    if (context === undefined) throw new Error('nothing was accepted');
    const command = {
      field: COMMAND.storeRequest,
      messageId: 1,
      hasData: true,
      affectedSopClass: CT,
      affectedSopInstance: '1.2.3',
    };
    await expect(peer.association.send(context, command, half())).rejects.toThrow();
    expect(await echoes()).toBe(0);
  });

  it('is cut off when it asks for objects and does not read them', async () => {
    const frames = 100;
    const pixels = Buffer.alloc(frames * 400 * 400 * 2);
    const size = [
      sample(0x00280008, 'IS', String(frames)),
      sample(0x00280010, 'US', [400]),
      sample(0x00280011, 'US', [400]),
      sample(0x7fe00010, 'OW', pixels),
    ];
    const contexts = [
      [SOP_CLASS.studyRootGet, EXPLICIT_LITTLE_ENDIAN],
      [CT, EXPLICIT_LITTLE_ENDIAN],
    ] as const;
    // Not by C-STORE: this listener has no patience for so many bytes on a machine that has other things to do.
    const referrer = await dimse.server.as('referrer');
    const stored = await referrer.inject({
      ...{ method: 'POST', url: `/dicom-web/studies?consultation=${consultationId}` },
      ...{ headers: { 'content-type': STOW_TYPE }, payload: stowBody([samplePart10(sampleInstance(size))]) },
    });
    expect(stored.statusCode).toBe(200);

    const roles = [{ sopClassUid: CT, scu: false, scp: true }];
    const level = { '00080052': { vr: 'CS', Value: ['STUDY'] }, '0020000D': { vr: 'UI', Value: ['1.2.3.4'] } };
    async function* identifier() {
      yield encodeIdentifier(level, EXPLICIT_LITTLE_ENDIAN);
    }
    const stalled = await Promise.all(
      [...Array(4)].map(async () => {
        const peer = await openTestAssociation(dimse.port, { calling: 'PEER', contexts, roles });
        const [context] = peer.association.contexts;
        if (context === undefined) throw new Error('nothing was accepted');
        const get = {
          field: COMMAND.getRequest,
          messageId: 1,
          hasData: true,
          affectedSopClass: SOP_CLASS.studyRootGet,
        };
        await peer.association.send(context, get, identifier());
        return peer.socket;
      }),
    );
    // Two of them read what they are sent, and do not answer it.
    for (const socket of stalled.slice(2)) socket.on('data', () => undefined);
    // All places are taken until the server gives these up.
    let answered: number | undefined;
    for (let attempt = 0; attempt < 100 && answered === undefined; attempt++) {
      answered = await echoes().catch(() => undefined);
      if (answered === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(answered).toBe(0);
    for (const socket of stalled) socket.destroy();
  });

  it('finds a limit to the associations at a time, said as temporary', async () => {
    const open = await Promise.all(
      [...Array(4)].map(() => openTestAssociation(dimse.port, { calling: 'PEER', contexts: ECHO })),
    );
    await expect(openTestAssociation(dimse.port, { calling: 'PEER', contexts: ECHO })).rejects.toThrow(
      'rejected 2 3 1',
    );
    await Promise.all(open.map((peer) => peer.release()));
    expect(await echoes()).toBe(0);
  });

  it('is told what is not served: other SOP Classes, other operations', async () => {
    const worklist = '1.2.840.10008.5.1.4.31';
    await expect(
      openTestAssociation(dimse.port, { calling: 'PEER', contexts: [[worklist, IMPLICIT_LITTLE_ENDIAN]] }).then(
        ({ association }) => [...association.contexts],
      ),
    ).resolves.toEqual([]);
    const peer = await openTestAssociation(dimse.port, { calling: 'PEER', contexts: ECHO });
    const ask = async (field: number) =>
      (await peer.ask(1, { field, affectedSopClass: SOP_CLASS.verification }))[0]?.command.status;
    expect(await ask(0x0120)).toBe(0x0211);
    expect(await ask(COMMAND.findRequest)).toBe(0x0122);
    await peer.release();
  });
});
