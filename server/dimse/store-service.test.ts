import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, encodeSample, IMPLICIT, sample, sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import type { ConsultationId, SopInstanceUid } from '#shared/ids.ts';
import { COMMAND } from './command-set.ts';
import { openTestAssociation } from './test-association.ts';
import { startTestDimse, type TestDimse } from './test-dimse.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const MR = '1.2.840.10008.5.1.4.1.1.4';
const PRIVATE_CLASS = '1.3.6.1.4.1.99999.1';
const NEVER = new AbortController().signal;

/** Two elements a library would write differently: a private one and one of unknown VR with an odd spelling. */
const object = (uid: string, description = 'Thorax') =>
  sampleInstance([
    sample(0x00080018, 'UI', uid),
    sample(0x0008103e, 'LO', description),
    sample(0x00090010, 'LO', 'VENDOR'),
    sample(0x00091001, 'UN', Uint8Array.of(1, 2, 3, 4)),
  ]);

describe('C-STORE (PS3.4 annex B)', () => {
  let dimse: TestDimse;
  let consultationId: ConsultationId;
  beforeAll(async () => {
    dimse = await startTestDimse();
    consultationId = (await dimse.server.draft()).id;
    await dimse.addPeer('MODALITY', 'referrer', { consultationId });
    await dimse.addPeer('NOWHERE', 'referrer');
    await dimse.addPeer('STRANGER', 'referrer2', { consultationId });
    await dimse.addPeer('AUDITOR', 'auditor', { consultationId });
  });
  afterAll(() => dimse.close());

  /** The status and comment of one C-STORE. */
  async function store(
    calling: string,
    uid: string,
    data: Uint8Array,
    { sopClass = CT, context = CT, syntax = EXPLICIT_LITTLE_ENDIAN } = {},
  ) {
    const peer = await openTestAssociation(dimse.port, { calling, contexts: [[context, syntax]] });
    const request = { field: COMMAND.storeRequest, affectedSopClass: sopClass, affectedSopInstance: uid };
    const [answer] = await peer.ask(1, request, data);
    await peer.release();
    return answer?.command;
  }

  async function storedBytes(uid: string): Promise<Uint8Array> {
    const sha256 = await dimse.server.services.db.material.hashOfInstance(uid as SopInstanceUid);
    if (sha256 === null) throw new Error('not stored');
    const blob = await dimse.server.services.blobs.open(sha256, NEVER);
    return Uint8Array.from(await blob.read(0, blob.sizeBytes, NEVER)).slice();
  }

  it.each([
    ['Explicit VR Little Endian', EXPLICIT_LITTLE_ENDIAN, undefined, '1.2.3.11'],
    ['Implicit VR Little Endian', IMPLICIT_LITTLE_ENDIAN, IMPLICIT, '1.2.3.12'],
  ])('RULE 3: keeps the data set byte for byte in a Part 10 file (%s)', async (_name, syntax, encoding, uid) => {
    const data = encodeSample(object(uid), encoding);
    expect(await store('MODALITY', uid, data, { syntax })).toMatchObject({
      ...{ field: COMMAND.storeResponse, status: 0x0000, affectedSopInstance: uid, affectedSopClass: CT },
    });
    const stored = await storedBytes(uid);
    expect(Buffer.from(stored.subarray(-data.byteLength)).equals(data)).toBe(true);
    expect(Buffer.from(stored.subarray(128, 132)).toString()).toBe('DICM');
    const { db } = dimse.server.services;
    expect(await db.material.instanceIn(consultationId, uid as SopInstanceUid)).toMatchObject({
      ...{ transferSyntaxUid: syntax, sopClassUid: CT },
    });
  });

  it('RULE 3: answers success again for the same object, and 0111H for other bytes under its UID', async () => {
    const uid = '1.2.3.21';
    expect((await store('MODALITY', uid, encodeSample(object(uid))))?.status).toBe(0);
    const before = await storedBytes(uid);
    expect((await store('MODALITY', uid, encodeSample(object(uid))))?.status).toBe(0);
    expect((await store('MODALITY', uid, encodeSample(object(uid, 'Abdomen'))))?.status).toBe(0x0111);
    expect(await storedBytes(uid)).toEqual(before);
  });

  it('takes the same data set as an upload that brought its own meta information', async () => {
    const uid = '1.2.3.22';
    const file = samplePart10(object(uid));
    const referrer = await dimse.server.as('referrer');
    const posted = await referrer.inject({
      ...{ method: 'POST', url: `/dicom-web/studies?consultation=${consultationId}` },
      ...{ headers: { 'content-type': 'application/dicom' }, payload: Buffer.from(file) },
    });
    expect(posted.statusCode).toBe(200);
    expect((await store('MODALITY', uid, encodeSample(object(uid))))?.status).toBe(0);
    expect(Buffer.from(await storedBytes(uid)).equals(file)).toBe(true);
  });

  it('takes private and future storage classes', async () => {
    const uid = '1.2.3.23';
    const elements = [...object(uid).filter(({ tag }) => tag !== 0x00080016), sample(0x00080016, 'UI', PRIVATE_CLASS)];
    const data = encodeSample(elements.sort((a, b) => a.tag - b.tag));
    const answer = await store('MODALITY', uid, data, { sopClass: PRIVATE_CLASS, context: PRIVATE_CLASS });
    expect(answer?.status).toBe(0);
  });

  it.each([
    ['an object of another SOP Instance', '1.2.3.31', encodeSample(object('1.2.3.32')), {}, 0xa900],
    [
      'an object of another SOP Class',
      '1.2.3.33',
      encodeSample(object('1.2.3.33')),
      { sopClass: MR, context: MR },
      0xa900,
    ],
    ['a SOP Class that is not the context’s', '1.2.3.34', encodeSample(object('1.2.3.34')), { sopClass: MR }, 0x0122],
    ['what is no data set', '1.2.3.35', Buffer.from('no data set at all, but text'), {}, 0xc000],
    [
      'a data set without a study',
      '1.2.3.36',
      encodeSample(object('1.2.3.36').filter(({ tag }) => tag !== 0x0020000d)),
      {},
      0xa900,
    ],
    ['a data set cut short', '1.2.3.37', encodeSample(object('1.2.3.37')).subarray(0, 45), {}, 0xc000],
    ['nothing', '1.2.3.38', new Uint8Array(), {}, 0xc000],
    ['a malformed SOP Instance UID', 'x', encodeSample(object('1.2.3.39')), {}, 0xc000],
  ] as const)('refuses %s with a status and a comment', async (_name, uid, data, options, status) => {
    const answer = await store('MODALITY', uid, data, options);
    expect(answer?.status).toBe(status);
    expect(answer?.comment?.length).toBeGreaterThan(10);
    expect(answer?.comment?.length).toBeLessThanOrEqual(64);
    expect(await dimse.server.services.db.material.hashOfInstance(uid as SopInstanceUid)).toBeNull();
  });

  it('goes on after a refusal within the association', async () => {
    const peer = await openTestAssociation(dimse.port, {
      calling: 'MODALITY',
      contexts: [[CT, EXPLICIT_LITTLE_ENDIAN]],
    });
    const ask = (uid: string, data: Uint8Array) =>
      peer.ask(1, { field: COMMAND.storeRequest, affectedSopClass: CT, affectedSopInstance: uid }, data);
    const large = concat([encodeSample(object('1.2.3.41')), new Uint8Array(3_000_000)]);
    expect((await ask('bad uid', large))[0]?.command.status).toBe(0xc000);
    expect((await ask('1.2.3.42', encodeSample(object('1.2.3.42'))))[0]?.command.status).toBe(0);
    await peer.release();
  });

  it.each(['NOWHERE', 'STRANGER', 'AUDITOR'])(
    'RULE 4: stores nothing for %s, whose account may not add',
    async (calling) => {
      const uid = '1.2.3.51';
      expect((await store(calling, uid, encodeSample(object(uid))))?.status).toBe(0x0124);
      expect(await dimse.server.services.db.material.hashOfInstance(uid as SopInstanceUid)).toBeNull();
    },
  );

  it('RULE 4: asks again for every object: a peer taken off the list is cut off within its association', async () => {
    await dimse.addPeer('LEAVING', 'referrer', { consultationId });
    const peer = await openTestAssociation(dimse.port, {
      calling: 'LEAVING',
      contexts: [[CT, EXPLICIT_LITTLE_ENDIAN]],
    });
    await dimse.server.services.db.dimse.removePeer('LEAVING');
    const request = { field: COMMAND.storeRequest, affectedSopClass: CT, affectedSopInstance: '1.2.3.61' };
    await expect(peer.ask(1, request, encodeSample(object('1.2.3.61')))).rejects.toThrow(/abort/);
  });

  it('RULE 5: leaves an audit row for what is stored and for what is refused, with the account of the peer', async () => {
    const { audit } = dimse.server.services.db;
    const rows = (await audit.page({ limit: 200 })).filter(
      ({ action, subject }) => action === 'material.add' && subject === 'dimse',
    );
    const { account } = await dimse.server.as('referrer');
    expect(rows.some(({ actorId, outcome }) => actorId === account.id && outcome === 'success')).toBe(true);
    const stranger = (await dimse.server.as('referrer2')).account.id;
    expect(rows.filter(({ actorId }) => actorId === stranger).map(({ outcome }) => outcome)).toEqual(['refused']);
  });
});
