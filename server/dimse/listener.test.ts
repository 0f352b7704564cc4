import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '#server/http/test-server.ts';
import { openDimse } from '#server/open-dimse.ts';
import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { COMMAND } from './command-set.ts';
import { encodeProposal, SOP_CLASS } from './negotiation.ts';
import { openTestAssociation } from './test-association.ts';
import { isInstalled, run, startTestDimse } from './test-dimse.ts';

const ECHO = [SOP_CLASS.verification, IMPLICIT_LITTLE_ENDIAN] as const;
const note = isInstalled('openssl') ? '' : ' (skipped: openssl is not installed)';
if (note !== '') process.stdout.write('skipped: DIMSE over TLS, because openssl is not installed\n');

describe('the DIMSE listener', () => {
  it('is off unless a port is named', async () => {
    const server = await startTestServer();
    expect(await openDimse(server.services)).toBeNull();
    await server.close();
  });

  it('ends open associations when it closes', async () => {
    const dimse = await startTestDimse();
    await dimse.addPeer('PEER', 'referrer');
    const peer = await openTestAssociation(dimse.port, { calling: 'PEER', contexts: [ECHO] });
    const closed = once(peer.socket, 'close');
    await dimse.close();
    await closed;
    await expect(openTestAssociation(dimse.port, { calling: 'PEER', contexts: [ECHO] })).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  it('accepts one transfer syntax a context, the first proposed that it takes, and says why not otherwise', async () => {
    const dimse = await startTestDimse();
    await dimse.addPeer('PEER', 'referrer');
    const ct = '1.2.840.10008.5.1.4.1.1.2';
    const jpeg = '1.2.840.10008.1.2.4.70';
    const { association, release } = await openTestAssociation(dimse.port, {
      calling: 'PEER',
      contexts: [
        ECHO,
        [ct, '1.2.3.4', jpeg, EXPLICIT_LITTLE_ENDIAN],
        [ct, EXPLICIT_LITTLE_ENDIAN, jpeg],
        [ct, '1.2.3.4'],
        [SOP_CLASS.studyRootFind, jpeg, IMPLICIT_LITTLE_ENDIAN],
        ['1.2.840.10008.5.1.4.34.5', IMPLICIT_LITTLE_ENDIAN],
      ],
    });
    expect([...association.contexts].map(({ id, transferSyntaxUid }) => [id, transferSyntaxUid])).toEqual([
      [1, IMPLICIT_LITTLE_ENDIAN],
      [3, jpeg],
      [5, EXPLICIT_LITTLE_ENDIAN],
      [9, IMPLICIT_LITTLE_ENDIAN],
    ]);
    await release();
    await dimse.close();
  });

  it('names the TLS file it cannot read', async () => {
    const server = await startTestServer({
      DIMSE_PORT: '0',
      DIMSE_TLS_CERT: '/nowhere/c.pem',
      DIMSE_TLS_KEY: '/nowhere/k.pem',
    });
    await expect(openDimse(server.services)).rejects.toThrow('DIMSE_TLS_CERT is not valid: the file cannot be read.');
    await server.close();
  });
});

describe.skipIf(note !== '')(`the DIMSE listener over TLS (PS3.15 annex B)${note}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consilium-dimse-tls-'));
    for (const name of ['server', 'client', 'stranger']) {
      const made = await run('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', `/CN=${name}`, '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)],
      ]);
      if (made.code !== 0) throw new Error(made.output);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const file = (name: string) => readFile(join(folder, name), 'utf8');

  /** The first byte of the answer to an association request; null when the connection is refused. */
  async function answer(port: number, as: 'client' | 'stranger' | null): Promise<number | null> {
    const own = as === null ? {} : { cert: await file(`${as}.pem`), key: await file(`${as}.key`) };
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...own });
    socket.on('error', () => undefined);
    socket.write(
      encodeProposal({
        ...{ callingAeTitle: 'PEER', calledAeTitle: 'CONSILIUM', roles: [] },
        contexts: [{ id: 1, abstractSyntax: SOP_CLASS.verification, transferSyntaxes: [IMPLICIT_LITTLE_ENDIAN] }],
      }),
    );
    const first = await new Promise<Buffer | null>((resolve) => {
      socket.once('data', resolve).once('close', () => resolve(null));
    });
    socket.destroy();
    return first?.[0] ?? null;
  }

  it('with a CA lets in only callers whose certificate it has signed', async () => {
    const dimse = await startTestDimse(
      {},
      {
        ...{ DIMSE_TLS_CERT: join(folder, 'server.pem'), DIMSE_TLS_KEY: join(folder, 'server.key') },
        DIMSE_TLS_CA: join(folder, 'client.pem'),
      },
    );
    await dimse.addPeer('PEER', 'referrer');
    expect(await answer(dimse.port, 'client')).toBe(2);
    expect(await answer(dimse.port, 'stranger')).toBeNull();
    expect(await answer(dimse.port, null)).toBeNull();
    const plain = openTestAssociation(dimse.port, { calling: 'PEER', contexts: [ECHO] });
    await expect(plain).rejects.toThrow();
    expect(await answer(dimse.port, 'client')).toBe(2);
    await dimse.close();
  });
});

describe('C-ECHO', () => {
  it('answers in the Verification context only (PS3.4 annex A)', async () => {
    const dimse = await startTestDimse();
    await dimse.addPeer('PEER', 'referrer');
    const peer = await openTestAssociation(dimse.port, {
      calling: 'PEER',
      contexts: [ECHO, [SOP_CLASS.studyRootFind, IMPLICIT_LITTLE_ENDIAN]],
    });
    const ask = async (contextId: number) =>
      (await peer.ask(contextId, { field: COMMAND.echoRequest, affectedSopClass: SOP_CLASS.verification }))[0]?.command;
    expect(await ask(1)).toMatchObject({ status: 0, respondedTo: 1, field: 0x8030 });
    expect((await ask(3))?.status).toBe(0x0122);
    await peer.release();
    await dimse.close();
  });
});
