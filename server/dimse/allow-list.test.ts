import { describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '#server/db/test-database.ts';
import {
  addDimsePeer,
  identifyDimseCaller,
  isAeTitle,
  moveDestinationOf,
  removeDimsePeer,
  storeTargetOf,
} from '#server/domain/dimse-peers.ts';
import type { DimsePeer } from '#server/domain/dimse-ports.ts';
import type { StoredInstance } from '#server/domain/material-ports.ts';
import { reachOf } from '#server/domain/search-reach.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

describeOnEachDatabase('the allow-list of DIMSE peers', (open) => {
  const peerOf = (aeTitle: string, userId: UserId, rest: Partial<DimsePeer> = {}) => ({
    ...{ aeTitle, userId, address: null, consultationId: null, destination: null },
    ...rest,
  });
  const needs = () => ({ db: open().db, clock: open().clock });
  const nobody = 'nobody' as UserId;

  it('knows a peer by its exact title and gives it the account as it is now', async () => {
    const { id, name } = await open().addPerson('referrer');
    await addDimsePeer(needs(), peerOf('PACS-1', id));
    const caller = await identifyDimseCaller(open(), 'PACS-1', '10.1.2.3');
    expect(caller?.principal).toEqual({ userId: id, name, role: 'referrer', via: 'dimse' });
    expect(await identifyDimseCaller(open(), 'pacs-1', '10.1.2.3')).toBeNull();
    expect(await identifyDimseCaller(open(), '', '10.1.2.3')).toBeNull();
    expect((await open().db.dimse.peers()).map(({ aeTitle }) => aeTitle)).toContain('PACS-1');
    await removeDimsePeer(open(), 'PACS-1');
    expect(await identifyDimseCaller(open(), 'PACS-1', '10.1.2.3')).toBeNull();
    expect(await codeOf(removeDimsePeer(open(), 'PACS-1'))).toBe('NOT_FOUND');
  });

  it.each([
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.5', '::ffff:10.0.0.5', true],
    ['10.0.0.5', '10.0.0.6', false],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['2001:db8::/32', '2001:db8::7', true],
    ['2001:db8::/32', '2001:db9::7', false],
    ['10.0.0.0/8', '', false],
  ])('RULE 4: with the address %s a call from "%s" is let in: %s', async (address, from, known) => {
    const { id } = await open().addPerson('referrer');
    const aeTitle = `A${Math.abs(hash(address + from))}`.slice(0, 16);
    await addDimsePeer(needs(), peerOf(aeTitle, id, { address }));
    expect((await identifyDimseCaller(open(), aeTitle, from)) !== null).toBe(known);
  });

  it('RULE 4: is nobody without its account', async () => {
    await addDimsePeer(needs(), peerOf('ORPHAN', nobody));
    expect(await identifyDimseCaller(open(), 'ORPHAN', '127.0.0.1')).toBeNull();
  });

  it('RULE 4: stores to its consultation only while the account may add to it', async () => {
    const { id } = await open().addPerson('referrer');
    const mine = await open().addConsultation(id);
    const theirs = await open().addConsultation();
    const caller = (consultationId: ConsultationId | null) => ({
      peer: { ...peerOf('X', id, { consultationId }), createdAt: '' },
      principal: { userId: id, name: '', role: 'referrer', via: 'dimse' } as const,
    });
    expect(await storeTargetOf(open(), caller(mine))).toBe(mine);
    expect(await codeOf(storeTargetOf(open(), caller(theirs)))).toBe('NOT_ALLOWED');
    expect(await codeOf(storeTargetOf(open(), caller(null)))).toBe('NOT_ALLOWED');
    const stored = await open().db.consultations.load(mine);
    await open().db.consultations.saveState(mine, stored?.revision ?? 0, 'delivered', new Date(0).toISOString(), null);
    expect(await codeOf(storeTargetOf(open(), caller(mine)))).toBe('NOT_ALLOWED');
  });

  it('RULE 4: has destinations among the peers of its own account only', async () => {
    const [one, two] = [await open().addPerson('referrer'), await open().addPerson('referrer')];
    const destination = { host: 'pacs.example.org', port: 104 };
    await addDimsePeer(needs(), peerOf('DEST', one.id, { destination }));
    await addDimsePeer(needs(), peerOf('SOURCE', one.id));
    const callerOf = (userId: UserId) => ({
      peer: { ...peerOf('SOURCE', userId), createdAt: '' },
      principal: { userId, name: '', role: 'referrer', via: 'dimse' } as const,
    });
    expect(await moveDestinationOf(open(), callerOf(one.id), 'DEST')).toEqual({ aeTitle: 'DEST', ...destination });
    expect(await moveDestinationOf(open(), callerOf(two.id), 'DEST')).toBeNull();
    expect(await moveDestinationOf(open(), callerOf(one.id), 'SOURCE')).toBeNull();
  });

  it.each([
    ['a title that is too long', { aeTitle: 'A'.repeat(17) }],
    ['a title with a backslash', { aeTitle: 'A\\B' }],
    ['an empty title', { aeTitle: '' }],
    ['an address that is none', { address: 'pacs.example.org' }],
    ['a range that is none', { address: '10.0.0.0/33' }],
    ['port 0', { destination: { host: 'x', port: 0 } }],
    ['a consultation that is none', { consultationId: '3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c11' as ConsultationId }],
  ])('refuses %s', async (_name, rest) => {
    const before = await open().db.dimse.peers();
    expect(await codeOf(addDimsePeer(needs(), peerOf('FINE', nobody, rest)))).toBe('REQUEST_INVALID');
    expect(await open().db.dimse.peers()).toEqual(before);
  });

  it('RULE 5: adding and removing leave audit rows; a title is listed once', async () => {
    const { id } = await open().addPerson('referrer');
    await addDimsePeer(needs(), peerOf('TWICE', id));
    expect(await codeOf(addDimsePeer(needs(), peerOf('TWICE', nobody)))).toBe('REQUEST_INVALID');
    expect((await open().db.dimse.findPeer('TWICE'))?.userId).toBe(id);
    await removeDimsePeer(open(), 'TWICE');
    const rows = (await open().db.audit.page({ limit: 100 })).filter(({ subject }) => subject === 'TWICE');
    expect(rows.map(({ action }) => action)).toEqual(['dimse-peer.remove', 'dimse-peer.add']);
  });

  it('counts stored transfer syntaxes within the consultations only', async () => {
    const { db } = open();
    const me = (await open().addPerson('referrer')).id;
    const [mine, theirs] = [await open().addConsultation(me), await open().addConsultation()];
    let number = 0;
    const add = async (consultationId: ConsultationId, transferSyntaxUid: string) => {
      number += 1;
      const uid = `1.9.${number}`;
      const sha256 = String(number).padStart(64, '0');
      const at = new Date(0).toISOString();
      const instance = {
        ...{ sopInstanceUid: uid, seriesUid: '1.9', studyUid: '1.8', sopClassUid: '1.7', transferSyntaxUid },
        ...{ modality: 'CT', instanceNumber: 1, rows: 1, columns: 1, frameCount: 1, description: '{}', metadata: '{}' },
        ...{ frameIndex: null, repairs: null, sha256, sizeBytes: 1 },
      } as unknown as StoredInstance;
      await db.material.addInstances(consultationId, [instance], at);
    };
    for (const syntax of ['1.2', '1.3', '1.3']) await add(mine, syntax);
    await add(theirs, '1.4');
    const seen = async (userId: UserId) => [...(await db.dimse.storedSyntaxes(reachOf({ userId, role: 'referrer' })))];
    expect(await seen(me)).toEqual([['1.7', ['1.3', '1.2']]]);
    expect(await seen((await open().addPerson('referrer')).id)).toEqual([]);
  });
});

describe('AE titles (PS3.5 table 6.2-1)', () => {
  it.each([
    ['A', true],
    ['MY PACS', true],
    ['SIXTEEN-LETTERS!', true],
    [' PACS', false],
    ['PACS ', false],
    ['PÄCS', false],
    ['A\nB', false],
  ])('"%s": %s', (text, valid) => {
    expect(isAeTitle(text)).toBe(valid);
  });
});

function hash(text: string): number {
  return [...text].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) | 0, 7);
}
