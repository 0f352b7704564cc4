import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everythingIn } from '#server/domain/search-reach.ts';
import { BIG_ENDIAN, encodeSample, sample, sampleInstance } from '#shared/dicom/sample-dataset.ts';
import { EXPLICIT_BIG_ENDIAN, EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { COMMAND, RESPONSE } from './command-set.ts';
import { decodeIdentifier, encodeIdentifier } from './identifier.ts';
import { SOP_CLASS } from './negotiation.ts';
import { type Answer, bytesOf, openTestAssociation } from './test-association.ts';
import { startTestDimse, type TestDimse } from './test-dimse.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';

interface Made {
  readonly study: string;
  readonly series: string;
  readonly uid: string;
  readonly patient: string;
  readonly date: string;
}
const instance = ({ study, series, uid, patient, date }: Made) =>
  sampleInstance([
    sample(0x00080005, 'CS', 'ISO_IR 192'),
    sample(0x00080018, 'UI', uid),
    sample(0x00080020, 'DA', date),
    sample(0x00100010, 'PN', new TextEncoder().encode(patient)),
    sample(0x00100020, 'LO', `ID-${patient.slice(0, 1)}`),
    sample(0x0020000d, 'UI', study),
    sample(0x0020000e, 'UI', series),
    sample(0x00091001, 'UN', Uint8Array.of(9, 8, 7, 6)),
  ]);

const ONE = { study: '1.2.1', series: '1.2.1.1', patient: 'Müller^Ada', date: '20200115' };
const MADE: readonly Made[] = [
  { ...ONE, uid: '1.2.1.1.1' },
  { ...ONE, uid: '1.2.1.1.2' },
  { ...ONE, series: '1.2.1.2', uid: '1.2.1.2.1' },
  { study: '1.2.2', series: '1.2.2.1', uid: '1.2.2.1.1', patient: 'Weiß^Bo', date: '20210301' },
];

type Keys = Record<string, string | undefined>;
const TAG_OF: Readonly<Record<string, readonly [tag: string, vr: string]>> = {
  level: ['00080052', 'CS'],
  date: ['00080020', 'DA'],
  name: ['00100010', 'PN'],
  patientId: ['00100020', 'LO'],
  study: ['0020000D', 'UI'],
  series: ['0020000E', 'UI'],
  uid: ['00080018', 'UI'],
  modality: ['00080060', 'CS'],
  instances: ['00201208', 'IS'],
  comments: ['00104000', 'LT'],
  imageComments: ['00204000', 'LT'],
};
function identifier(keys: Keys): Uint8Array {
  const entries = Object.entries(keys).map(([name, value = '']) => {
    const [tag, vr] = TAG_OF[name] ?? ['', ''];
    return [tag, value === '' ? { vr } : { vr, Value: value.split('\\') }] as const;
  });
  const charset = ['00080005', { vr: 'CS', Value: ['ISO_IR 192'] }] as const;
  return encodeIdentifier(Object.fromEntries([charset, ...entries]), EXPLICIT_LITTLE_ENDIAN);
}
const read = ({ data }: Answer): Keys => {
  const keys = new Map(decodeIdentifier(data, EXPLICIT_LITTLE_ENDIAN).map(({ tag, value }) => [tag, value]));
  return Object.fromEntries(Object.entries(TAG_OF).map(([name, [tag]]) => [name, keys.get(tag)]));
};

describe('C-FIND, C-GET and C-MOVE (PS3.4 annex C)', () => {
  let dimse: TestDimse;
  beforeAll(async () => {
    dimse = await startTestDimse();
    const consultation = await dimse.server.draft();
    await dimse.addPeer('PACS', 'referrer', { consultationId: consultation.id });
    await dimse.addPeer('OTHER', 'referrer2');
    await dimse.addPeer('ADMIN', 'admin');
    const peer = await openTestAssociation(dimse.port, {
      ...{
        calling: 'PACS',
        contexts: [
          [CT, EXPLICIT_LITTLE_ENDIAN],
          [CT, EXPLICIT_BIG_ENDIAN],
        ],
      },
    });
    for (const made of MADE) {
      const big = made.study === '1.2.2';
      const data = encodeSample(instance(made), big ? BIG_ENDIAN : undefined);
      const request = { field: COMMAND.storeRequest, affectedSopClass: CT, affectedSopInstance: made.uid };
      const [answer] = await peer.ask(big ? 3 : 1, request, data);
      if (answer?.command.status !== 0) throw new Error('an object was not stored');
    }
    await peer.release();
  });
  afterAll(() => dimse.close());

  async function find(keys: Keys, { calling = 'PACS', model = SOP_CLASS.studyRootFind as string } = {}) {
    const peer = await openTestAssociation(dimse.port, { calling, contexts: [[model, EXPLICIT_LITTLE_ENDIAN]] });
    const answers = await peer.ask(
      1,
      { field: COMMAND.findRequest, affectedSopClass: model, priority: 0 },
      identifier(keys),
    );
    await peer.release();
    const final = answers.at(-1)?.command;
    return { matches: answers.slice(0, -1).map(read), pending: answers[0]?.command.status, final };
  }

  describe('C-FIND', () => {
    it('finds studies by name with a wildcard, without regard to case or what is not ASCII, and gives the keys asked for', async () => {
      const { matches, final, pending } = await find({ level: 'STUDY', study: '', name: 'mül*', instances: '' });
      expect(final).toMatchObject({ status: 0, respondedTo: 1, hasData: false });
      expect(pending).toBe(0xff00);
      expect(matches).toEqual([{ level: 'STUDY', study: '1.2.1', name: 'Müller^Ada', instances: '3' }]);
    });

    it.each([
      ['20200101-20201231', ['1.2.1']],
      ['20200116-', ['1.2.2']],
      ['-20190101', []],
      ['20210301', ['1.2.2']],
    ])('matches the date range %s (C.2.2.2.5)', async (date, studies) => {
      const { matches } = await find({ level: 'STUDY', study: '', date });
      expect(matches.map(({ study }) => study).sort()).toEqual(studies);
    });

    it('finds series and images below the unique keys of the levels above', async () => {
      const series = await find({ level: 'SERIES', study: '1.2.1', series: '', modality: 'CT' });
      expect(series.matches.map((match) => match.series).sort()).toEqual(['1.2.1.1', '1.2.1.2']);
      const images = await find({ level: 'IMAGE', study: '1.2.1', series: '1.2.1.1', uid: '' });
      expect(images.matches.map(({ uid }) => uid).sort()).toEqual(['1.2.1.1.1', '1.2.1.1.2']);
    });

    it('takes a list of UIDs (C.2.2.2.2)', async () => {
      const { matches } = await find({ level: 'STUDY', study: '1.2.1\\1.2.2\\1.2.999' });
      expect(matches).toHaveLength(2);
    });

    it('finds patients in the Patient Root model, one answer each', async () => {
      const { matches } = await find(
        { level: 'PATIENT', patientId: '', name: '' },
        { model: SOP_CLASS.patientRootFind },
      );
      expect(matches.map(({ patientId }) => patientId).sort()).toEqual(['ID-M', 'ID-W']);
    });

    it('matches keys its index does not hold (optional keys, C.6.2.1.2)', async () => {
      const { pending, matches } = await find({ level: 'STUDY', study: '1.2.1', comments: 'x' });
      expect([pending, matches.length]).toEqual([0, 0]);
    });

    it('warns with FF01H of a key of a level below', async () => {
      const { pending, matches } = await find({ level: 'STUDY', study: '1.2.1', imageComments: 'x' });
      expect([pending, matches.length]).toEqual([0xff01, 1]);
    });

    it.each([
      [{ study: '' }],
      [{ level: 'PATIENT', patientId: '' }],
      [{ level: 'SERIES', series: '' }],
      [{ level: 'SERIES', study: '1.2.1\\1.2.2', series: '' }],
      [{ level: 'IMAGE', study: '1.2.1', uid: '' }],
      [{ level: 'IMAGE', study: '1.2.*', series: '1.2.1.1', uid: '' }],
    ])('refuses the unsound hierarchy %j with A900H', async (keys) => {
      const { final, matches } = await find(keys);
      expect(final?.status).toBe(0xa900);
      expect(matches).toEqual([]);
    });

    it('RULE 4: finds nothing of consultations that are not the caller’s', async () => {
      const { matches, final } = await find({ level: 'STUDY', study: '' }, { calling: 'OTHER' });
      expect([matches, final?.status]).toEqual([[], 0]);
      expect((await find({ level: 'STUDY', study: '1.2.1' }, { calling: 'OTHER' })).matches).toEqual([]);
      expect((await find({ level: 'STUDY', study: '' }, { calling: 'ADMIN' })).final?.status).toBe(0x0124);
    });

    it('refuses an identifier that is none, and goes on', async () => {
      const model = SOP_CLASS.studyRootFind;
      const peer = await openTestAssociation(dimse.port, {
        calling: 'PACS',
        contexts: [[model, IMPLICIT_LITTLE_ENDIAN]],
      });
      const ask = (data: Uint8Array) => peer.ask(1, { field: COMMAND.findRequest, affectedSopClass: model }, data);
      expect((await ask(Buffer.from('garbage, not a data set'))).map(({ command }) => command.status)).toEqual([
        0xc000,
      ]);
      expect((await ask(Buffer.alloc(2_000_000))).map(({ command }) => command.status)).toEqual([0xa700]);
      const level = encodeIdentifier({ '00080052': { vr: 'CS', Value: ['STUDY'] } }, IMPLICIT_LITTLE_ENDIAN);
      expect(await ask(level)).toHaveLength(3);
      await peer.release();
    });
  });

  async function get(keys: Keys, syntaxes: [string, ...string[]], { calling = 'PACS', scp = true } = {}) {
    const model = SOP_CLASS.studyRootGet;
    const peer = await openTestAssociation(dimse.port, {
      ...{
        calling,
        contexts: [
          [model, EXPLICIT_LITTLE_ENDIAN],
          [CT, ...syntaxes],
        ],
      },
      roles: scp ? [{ sopClassUid: CT, scu: false, scp: true }] : [],
    });
    const { association } = peer;
    const [context] = association.contexts;
    if (context === undefined) throw new Error('nothing was accepted');
    const request = { field: COMMAND.getRequest, messageId: 7, hasData: true, affectedSopClass: model };
    async function* data() {
      yield identifier(keys);
    }
    await association.send(context, request, data());
    const received = new Map<string, Buffer>();
    for (;;) {
      const message = await association.next();
      if (typeof message === 'string') throw new Error(message);
      const { command } = message;
      const bytes = await bytesOf(message);
      if (command.field === COMMAND.storeRequest) {
        received.set(command.affectedSopInstance ?? '', bytes);
        const answer = { field: COMMAND.storeResponse, respondedTo: command.messageId ?? 0, hasData: false, status: 0 };
        await association.send(message.context, answer, null);
      } else if (command.field === (COMMAND.getRequest | RESPONSE) && command.status !== 0xff00) {
        await peer.release();
        return { received, final: command, identifier: bytes };
      }
    }
  }

  describe('C-GET', () => {
    it('RULE 3: sends the data sets as they came, byte for byte, on the same association', async () => {
      const { received, final } = await get({ level: 'STUDY', study: '1.2.1' }, [EXPLICIT_LITTLE_ENDIAN]);
      expect(final).toMatchObject({ status: 0, respondedTo: 7, completed: 3, failed: 0, warnings: 0 });
      const sent = MADE.slice(0, 3);
      expect([...received.keys()].sort()).toEqual(sent.map(({ uid }) => uid));
      for (const made of sent) expect(received.get(made.uid)?.equals(encodeSample(instance(made)))).toBe(true);
    });

    it('prefers the transfer syntax the objects are stored in among those proposed', async () => {
      const { received, final } = await get({ level: 'STUDY', study: '1.2.2' }, [
        EXPLICIT_BIG_ENDIAN,
        EXPLICIT_LITTLE_ENDIAN,
      ]);
      // Explicit Little Endian is stored three times, Big Endian once: one context can hold one of them.
      expect(final).toMatchObject({ status: 0xa702, failed: 1, completed: 0 });
      expect(received.size).toBe(0);
      expect((await get({ level: 'STUDY', study: '1.2.2' }, [EXPLICIT_BIG_ENDIAN])).final).toMatchObject({
        status: 0,
        completed: 1,
      });
    });

    it.each([
      [{ level: 'SERIES', study: '1.2.1', series: '1.2.1.2' }, 1],
      [{ level: 'IMAGE', study: '1.2.1', series: '1.2.1.1', uid: '1.2.1.1.2\\1.2.1.1.1' }, 2],
      [{ level: 'IMAGE', study: '1.2.2', series: '1.2.1.1', uid: '1.2.1.1.2' }, 0],
      [{ level: 'STUDY', study: '1.2.999' }, 0],
    ])('retrieves what %j names', async (keys, count) => {
      const { received, final } = await get(keys, [EXPLICIT_LITTLE_ENDIAN]);
      expect([received.size, final.status]).toEqual([count, 0]);
    });

    it('names the objects it could not send (C.4.3.1.4)', async () => {
      const withoutRole = await get({ level: 'STUDY', study: '1.2.2' }, [EXPLICIT_BIG_ENDIAN], { scp: false });
      expect(withoutRole.final).toMatchObject({ status: 0xa702, failed: 1 });
      expect(decodeIdentifier(withoutRole.identifier, EXPLICIT_LITTLE_ENDIAN)).toEqual([
        { tag: '00080058', vr: 'UI', value: '1.2.2.1.1' },
      ]);
    });

    it('RULE 4: has nothing for a caller who may not read it', async () => {
      const { received, final } = await get({ level: 'STUDY', study: '1.2.1' }, [EXPLICIT_LITTLE_ENDIAN], {
        calling: 'OTHER',
      });
      expect([received.size, final.status]).toEqual([0, 0]);
      expect(
        (await get({ level: 'STUDY', study: '1.2.1' }, [EXPLICIT_LITTLE_ENDIAN], { calling: 'ADMIN' })).final.status,
      ).toBe(0x0124);
    });

    it('refuses a request without unique keys', async () => {
      expect((await get({ level: 'STUDY', name: 'M*' }, [EXPLICIT_LITTLE_ENDIAN])).final.status).toBe(0xa900);
    });
  });

  it('RULE 5: every search and every study retrieved is a row of the account behind the peer', async () => {
    const rows = await dimse.server.services.db.audit.page({ limit: 500 });
    const { account } = await dimse.server.as('referrer');
    const mine = rows.filter(({ actorId }) => actorId === account.id);
    expect(mine.some(({ action, outcome }) => action === 'dicom.search' && outcome === 'success')).toBe(true);
    const retrieved = mine.filter(({ action }) => action === 'dicom.retrieve');
    expect(retrieved.some(({ subject, consultationId }) => subject === '1.2.1' && consultationId !== null)).toBe(true);
    const other = (await dimse.server.as('referrer2')).account.id;
    expect(rows.filter(({ actorId, action }) => actorId === other && action === 'dicom.retrieve')).toEqual([]);
    const admin = (await dimse.server.as('admin')).account.id;
    expect(
      rows
        .filter(({ actorId, action }) => actorId === admin && action.startsWith('dicom.'))
        .map(({ outcome }) => outcome),
    ).toEqual(['refused', 'refused']);
  });

  describe('C-MOVE', () => {
    async function move(destination: string, keys: Keys) {
      const model = SOP_CLASS.studyRootMove;
      const peer = await openTestAssociation(dimse.port, {
        calling: 'PACS',
        contexts: [[model, EXPLICIT_LITTLE_ENDIAN]],
      });
      const request = { field: COMMAND.moveRequest, affectedSopClass: model, moveDestination: destination };
      const answers = await peer.ask(1, request, identifier(keys));
      await peer.release();
      return answers.map(({ command }) => command);
    }

    it('sends to a peer of the same account over an association of its own; here to another of our listeners', async () => {
      const target = await startTestDimse({}, { DIMSE_AE_TITLE: 'ARCHIVE' });
      try {
        const { id } = await target.server.draft();
        await target.addPeer('CONSILIUM', 'referrer', { consultationId: id });
        await dimse.addPeer('ARCHIVE', 'referrer', { destination: { host: '127.0.0.1', port: target.port } });
        const answers = await move('ARCHIVE', { level: 'STUDY', study: '1.2.1\\1.2.2' });
        expect(answers.at(-1)).toMatchObject({ status: 0, completed: 4, failed: 0 });
        expect(answers.slice(0, -1).map(({ remaining }) => remaining)).toEqual([3, 2, 1]);
        expect(await target.server.services.db.material.instanceRows(everythingIn(id), {})).toHaveLength(4);
      } finally {
        await target.close();
      }
    });

    it('RULE 4: knows no destination of another account, none without an address, and none that is unknown: A801H', async () => {
      await dimse.addPeer('THEIRS', 'referrer2', { destination: { host: '127.0.0.1', port: 9 } });
      for (const destination of ['THEIRS', 'PACS', 'NOBODY', '']) {
        const answers = await move(destination, { level: 'STUDY', study: '1.2.1' });
        expect(answers.map(({ status }) => status)).toEqual([0xa801]);
      }
    });

    it('reports all objects as failed when the destination cannot be reached: A702H', async () => {
      await dimse.addPeer('DOWN', 'referrer', { destination: { host: '127.0.0.1', port: 9 } });
      const answers = await move('DOWN', { level: 'STUDY', study: '1.2.1' });
      expect(answers.at(-1)).toMatchObject({ status: 0xa702, failed: 3, completed: 0 });
    });
  });

  it('C-CANCEL ends a retrieval with FE00H and says how much was left', async () => {
    const model = SOP_CLASS.studyRootGet;
    const peer = await openTestAssociation(dimse.port, {
      ...{
        calling: 'PACS',
        contexts: [
          [model, EXPLICIT_LITTLE_ENDIAN],
          [CT, EXPLICIT_LITTLE_ENDIAN],
        ],
      },
      roles: [{ sopClassUid: CT, scu: false, scp: true }],
    });
    const { association } = peer;
    const [context] = association.contexts;
    if (context === undefined) throw new Error('nothing was accepted');
    async function* data() {
      yield identifier({ level: 'STUDY', study: '1.2.1' });
    }
    await association.send(
      context,
      { field: COMMAND.getRequest, messageId: 5, hasData: true, affectedSopClass: model },
      data(),
    );
    const first = await association.next();
    if (typeof first === 'string') throw new Error(first);
    expect(first.command.field).toBe(COMMAND.storeRequest);
    await bytesOf(first);
    await association.send(context, { field: COMMAND.cancel, respondedTo: 5, hasData: false }, null);
    await association.send(
      first.context,
      { field: COMMAND.storeResponse, respondedTo: first.command.messageId ?? 0, hasData: false, status: 0 },
      null,
    );
    const statuses: unknown[] = [];
    for (;;) {
      const message = await association.next();
      if (typeof message === 'string') throw new Error(message);
      statuses.push(message.command.status);
      if (message.command.status !== 0xff00) {
        expect(message.command).toMatchObject({ status: 0xfe00, completed: 1, remaining: 2 });
        break;
      }
    }
    await peer.release();
  });
});
