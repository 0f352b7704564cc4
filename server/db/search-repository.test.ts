import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredInstance } from '#server/domain/material-ports.ts';
import type { SearchReach } from '#server/domain/reach-ports.ts';
import { INDEXED_ATTRIBUTES, type IndexedFilter } from '#server/domain/search-ports.ts';
import { visibilityOf } from '#shared/consultation/permissions.ts';
import type { Role } from '#shared/consultation/role.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { parseAttributePath } from '#shared/dicom/query/attribute-path.ts';
import { parseCondition } from '#shared/dicom/query/condition.ts';
import type { SearchLevel } from '#shared/dicom/query/levels.ts';
import { matchesAt } from '#shared/dicom/query/matches.ts';
import type { ConsultationId, SeriesUid, Sha256, SopInstanceUid, StudyUid, UserId } from '#shared/ids.ts';
import { refreshSearchIndex } from './search-rebuild.ts';
import { describeOnEachDatabase, type TestDatabase } from './test-database.ts';

const AT = '2026-03-02T09:00:00.000Z';
let counter = 0;
const uid = () => `1.2.840.${process.pid}.${++counter}`;

type Facts = Record<string, unknown>;
const VRS: Record<string, string> = { '00400275': 'SQ' };

/** A DICOM JSON data set from keywords. */
function dataset(facts: Facts): DicomJsonDataset {
  return Object.fromEntries(
    Object.entries(facts).map(([keyword, value]) => {
      const path = parseAttributePath(keyword)!;
      return [path.tags[0]!, { vr: VRS[path.id] ?? path.vr, Value: [value].flat() }];
    }),
  ) as DicomJsonDataset;
}

interface Stored {
  readonly instance: StoredInstance;
  readonly json: DicomJsonDataset;
}

async function store(database: TestDatabase, consultationId: ConsultationId, facts: Facts): Promise<Stored> {
  const all = {
    ...{ SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', Modality: 'CT', StudyInstanceUID: uid(), SeriesInstanceUID: uid() },
    ...{ SOPInstanceUID: uid(), InstanceNumber: 1, ...facts },
  };
  const json = dataset(all);
  const instance: StoredInstance = {
    sopInstanceUid: all.SOPInstanceUID as SopInstanceUid,
    seriesUid: all.SeriesInstanceUID as SeriesUid,
    studyUid: all.StudyInstanceUID as StudyUid,
    sopClassUid: all.SOPClassUID,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    modality: all.Modality,
    instanceNumber: all.InstanceNumber,
    ...{ rows: 512, columns: 512, frameCount: 1, description: '{}', frameIndex: null, repairs: null, sizeBytes: 1 },
    showsSlideLabel: false,
    metadata: JSON.stringify(json),
    sha256: randomUUID().replaceAll('-', '').repeat(2) as Sha256,
  };
  await link(database, consultationId, instance);
  return { instance, json };
}

async function link({ db }: TestDatabase, consultationId: ConsultationId, instance: StoredInstance): Promise<void> {
  await db.transaction(async ({ material, search }) => {
    const [addition] = await material.addInstances(consultationId, [instance], AT);
    if (addition === 'added') await search.add(consultationId, [instance]);
  });
}

const reachOf = (userId: UserId, role: Role): SearchReach => ({
  userId,
  visibility: visibilityOf(role, 'material.read'),
  labels: visibilityOf(role, 'slide-label.read'),
});

function filters(query: Readonly<Record<string, string>>, fuzzyNames = false): IndexedFilter[] {
  return Object.entries(query).flatMap(([name, value]) => {
    const path = parseAttributePath(name)!;
    const condition = parseCondition(path, value, { fuzzyNames, emptyValues: true });
    const attribute = (INDEXED_ATTRIBUTES as Record<string, IndexedFilter['attribute']>)[path.id]!;
    return condition === null ? [] : [{ attribute, condition }];
  });
}

describeOnEachDatabase('search index', (open) => {
  /** The UIDs found, by the level's own. */
  async function find(reach: SearchReach, level: SearchLevel, query: Record<string, string>, fuzzy = false) {
    const { search } = open().db;
    const asked = { level, scope: {}, filters: filters(query, fuzzy) };
    const keys = await search.find(reach, asked, 0, 1000);
    expect(await search.count(reach, asked)).toBe(keys.length);
    for (const offset of [0, 1]) {
      const page = { keys: keys.slice(offset, offset + 2), total: keys.length };
      expect(await search.page(reach, asked, offset, 2)).toEqual(page);
    }
    const studies = await search.studies(
      reach,
      keys.map(({ row }) => row),
    );
    return keys.map(({ row, seriesUid, sopInstanceUid }) => sopInstanceUid ?? seriesUid ?? studies.get(row)?.studyUid);
  }

  describe('finds what the values say (PS3.4 C.2.2.2)', () => {
    let me: SearchReach;
    const stored: Stored[] = [];
    const named = (Alphabetic: string, more: object = {}) => ({ Alphabetic, ...more });
    beforeAll(async () => {
      const database = open();
      const referrer = await database.addPerson('referrer');
      me = reachOf(referrer.id, 'referrer');
      const consultation = await database.addConsultation(referrer.id);
      for (const facts of [
        {
          ...{ PatientName: named('Müller^Anna-Maria'), PatientID: 'AB-17', StudyDate: '20240131', StudyTime: '1030' },
          ...{ AccessionNumber: 'A_1', StudyID: '7', StudyDescription: 'CT of the chest', PatientSex: 'F' },
          ...{
            ReferringPhysicianName: named("O'Brien^Pat"),
            Modality: 'CT',
            SeriesNumber: 2,
            BodyPartExamined: 'CHEST',
          },
          RequestAttributesSequence: [
            dataset({ ScheduledProcedureStepID: 'S1', RequestedProcedureID: 'R1' }),
            dataset({ ScheduledProcedureStepID: 'S2', RequestedProcedureID: 'R2' }),
          ],
        },
        {
          PatientName: named('Yamada^Tarou', { Ideographic: '山田^太郎', Phonetic: 'やまだ^たろう' }),
          ...{ PatientID: 'ab-17', StudyDate: '2024.02.01', StudyTime: '235959.5', AccessionNumber: 'AX1' },
          ...{ Modality: 'MR', SeriesNumber: 10, PerformedProcedureStepStartDate: '20240201' },
        },
        { PatientName: named('[Smith]*^Jo%hn'), PatientID: '100%_[x]', StudyDate: '20231231', Modality: 'SR' },
        { PatientName: named('ŁUKASZEWSKI^STRASSE'), StudyDescription: 'Schädel', PatientBirthDate: '19700101' },
        { Modality: 'OT' },
      ] as Facts[]) {
        stored.push(await store(database, consultation, facts));
      }
    });

    test.each<[string, Record<string, string>, boolean?]>([
      ...['Müller', 'muller', 'MULLER^ANNA', 'muller anna maria', 'mull', 'anna', 'MÜLLER^anna-mar', 'muller^*'].map(
        (PatientName): [string, Record<string, string>] => ['a name', { PatientName }],
      ),
      ...['*anna*', '*ller^an*', 'm?ller*', '?uller anna maria', '*', '?*', '*a', '*\\*', 'yam*\\mul*', '*rash*'].map(
        (PatientName): [string, Record<string, string>] => ['a name with wildcards', { PatientName }],
      ),
      ...[
        '山田*',
        'やまだ^たろう',
        '*=山田*',
        'yamada^tarou=山田^太郎',
        'muller=山田*',
        '*太*',
        'lukaszewski',
        '*sz?wski*',
      ].map((PatientName): [string, Record<string, string>] => ['writings of a name', { PatientName }]),
      ...['[Smith]**', '*jo%h*', '[smith]*', '%', '_', "o'brien", '*"*', 'a"b*'].map(
        (PatientName): [string, Record<string, string>] => [
          'characters that mean something to databases',
          { PatientName },
        ],
      ),
      ...['anna mul', 'maria müller', 'mu', 'a', 'nna', 'tarou yam', 'anna yamada', '太'].map(
        (PatientName): [string, Record<string, string>, boolean] => ['a fuzzy name', { PatientName }, true],
      ),
      ['another name', { ReferringPhysicianName: 'o brien*' }],
      ['another name', { ReferringPhysicianName: '""' }],
      ...['AB-17', 'ab-17', 'AB*', '?B-1?', '*b-1*', '100%_[x]', '100%*', '*_[x]', '*%_[*', 'AB-17\\ab-17', '""'].map(
        (PatientID): [string, Record<string, string>] => ['text', { PatientID }],
      ),
      ['underscores', { AccessionNumber: 'A_1' }],
      ['underscores with a wildcard', { AccessionNumber: '*A_1' }],
      ['part of a description', { StudyDescription: '*chest*' }],
      ['case of a description', { StudyDescription: '*CHEST*' }],
      ['accents of a description', { StudyDescription: '*chäd*' }],
      ...['20240131', '20240101-20240131', '-20240131', '20240131-', '2024.02.01', '20240201-20240101', '""'].map(
        (StudyDate): [string, Record<string, string>] => ['dates', { StudyDate }],
      ),
      ...['1030', '103000', '10-11', '-1030', '235959-', '235959.5'].map(
        (StudyTime): [string, Record<string, string>] => ['times', { StudyTime }],
      ),
      ['numbers', { SeriesNumber: '02' }],
      ['numbers', { SeriesNumber: '2,10' }],
      ['numbers', { SeriesNumber: '1.5' }],
      ['modalities', { Modality: 'CT,MR' }],
      ['modalities', { Modality: 'C?' }],
      ['several attributes', { Modality: 'CT', PatientName: 'yamada*' }],
      ['an attribute of the series', { BodyPartExamined: 'CHEST' }],
      ['an attribute of the series', { PerformedProcedureStepStartDate: '20240101-20241231' }],
      ['items of a sequence', { 'RequestAttributesSequence.ScheduledProcedureStepID': 'S2' }],
      ['instances', { SOPClassUID: '1.2.840.10008.5.1.4.1.1.2' }],
      ['instances', { InstanceNumber: '2' }],
      ['UIDs', { StudyInstanceUID: '1.2.3' }],
    ])('%s %j, as evaluated on the instances', async (_what, query, fuzzy = false) => {
      const expected = stored.filter(({ json }) =>
        Object.entries(query).every(([name, value]) => {
          const path = parseAttributePath(name)!;
          const condition = parseCondition(path, value, { fuzzyNames: fuzzy, emptyValues: true });
          return condition === null || matchesAt(json, path.tags, condition);
        }),
      );
      for (const level of ['study', 'series', 'instance'] as const) {
        const key = ({ study: 'studyUid', series: 'seriesUid', instance: 'sopInstanceUid' } as const)[level];
        expect((await find(me, level, query, fuzzy)).sort(), level).toEqual(
          expected.map(({ instance }) => instance[key] as string).sort(),
        );
      }
    });

    test('conditions on RequestAttributesSequence have to hold of one item (C.2.2.2.6)', async () => {
      const step = 'RequestAttributesSequence.ScheduledProcedureStepID';
      const procedure = 'RequestAttributesSequence.RequestedProcedureID';
      expect(await find(me, 'series', { [step]: 'S1', [procedure]: 'R1' })).toHaveLength(1);
      expect(await find(me, 'series', { [step]: 'S1', [procedure]: 'R2' })).toEqual([]);
    });

    test('newest first, those without a date last', async () => {
      const order = [1, 0, 2];
      const found = await find(me, 'study', {});
      expect(found.slice(0, 3)).toEqual(order.map((index) => stored[index]!.instance.studyUid));
      expect(found.slice(3)).toEqual([3, 4].map((index) => stored[index]!.instance.studyUid).sort());
    });

    test('an index made anew is the same', async () => {
      const { kysely } = open();
      const read = async () => ({
        studies: (await kysely.selectFrom('search_studies').selectAll().orderBy('study_uid').execute()).map(
          ({ id: _, ...row }) => row,
        ),
        series: (await kysely.selectFrom('search_series').selectAll().orderBy('series_uid').execute()).map(
          ({ study_row: _, ...row }) => row,
        ),
        infix: await find(me, 'study', { PatientName: '*anna*' }),
      });
      const before = await read();
      await kysely.updateTable('search_version').set({ version: 0 }).execute();
      await refreshSearchIndex(kysely);
      expect(await read()).toEqual(before);
    });
  });

  test('the first instance speaks for the study; later ones fill in what it lacks and count', async () => {
    const database = open();
    const referrer = await database.addPerson('referrer');
    const me = reachOf(referrer.id, 'referrer');
    const consultation = await database.addConsultation(referrer.id);
    const StudyInstanceUID = uid();
    const SeriesInstanceUID = uid();
    const first = { StudyInstanceUID, SeriesInstanceUID, PatientName: { Alphabetic: 'First' }, Modality: 'SR' };
    await store(database, consultation, first);
    await store(database, consultation, { ...first, PatientName: { Alphabetic: 'Same series' } });
    await store(database, consultation, {
      ...{ StudyInstanceUID, PatientName: { Alphabetic: 'Second' }, AccessionNumber: 'FILL', Modality: 'CT' },
    });
    expect(await find(me, 'study', { PatientName: 'second' })).toEqual([]);
    expect(await find(me, 'study', { PatientName: 'first', AccessionNumber: 'FI*' })).toEqual([StudyInstanceUID]);
    const [key] = await database.db.search.find(me, { level: 'study', scope: {}, filters: [] }, 0, 10);
    expect((await database.db.search.studies(me, [key!.row])).get(key!.row)).toMatchObject({
      ...{ modalities: ['CT', 'SR'], seriesCount: 2, instanceCount: 3 },
    });
    const other = SeriesInstanceUID as SeriesUid;
    const series = await database.db.search.series(me, [{ row: key!.row, seriesUid: other }]);
    expect(series.get(`${key!.row} ${other}`)).toMatchObject({ instanceCount: 2, modality: 'SR' });
  });

  describe('rule 4: nobody finds what is not theirs', () => {
    test('who finds a study follows the roles, the members and the state of its consultation', async () => {
      const database = open();
      const { db } = database;
      const [referrer, other] = [await database.addPerson('referrer'), await database.addPerson('referrer')];
      const [expert, stranger] = [await database.addPerson('radiologist'), await database.addPerson('radiologist')];
      const coordinator = await database.addPerson('coordinator');
      const consultation = await database.addConsultation(referrer.id);
      const { instance } = await store(database, consultation, { PatientID: 'VISIBLE' });
      await db.transaction(({ consultations }) =>
        consultations.saveAssignment(consultation, 1, 'radiology', expert.id, AT),
      );
      const finders = async () => {
        const found: string[] = [];
        for (const [name, person] of Object.entries({ referrer, other, expert, stranger, coordinator })) {
          for (const level of ['study', 'series', 'instance'] as const) {
            const uids = await find(reachOf(person.id, person.role), level, { PatientID: 'VISIBLE' });
            if (uids.length > 0) found.push(`${name} ${level}`);
          }
        }
        return [...new Set(found.map((text) => text.split(' ')[0]))];
      };
      expect(await finders()).toEqual(['referrer']);
      await db.transaction(({ consultations }) => consultations.saveState(consultation, 2, 'submitted', AT, AT));
      expect(await finders()).toEqual(['referrer', 'coordinator']);
      await db.transaction(({ consultations }) => consultations.saveState(consultation, 3, 'ready', AT, null));
      expect(await finders()).toEqual(['referrer', 'expert', 'coordinator']);
      await store(database, consultation, { StudyInstanceUID: instance.studyUid, PatientID: 'LATER' });
      await db.transaction(({ consultations }) => consultations.saveState(consultation, 4, 'cancelled', AT, null));
      expect(await finders()).toEqual(['referrer', 'coordinator']);
    });

    test('a copy of the state that is wrong shows nothing', async () => {
      const database = open();
      const coordinator = reachOf((await database.addPerson('coordinator')).id, 'coordinator');
      const consultation = await database.addConsultation();
      const { instance } = await store(database, consultation, {});
      await database.kysely
        .updateTable('search_studies')
        .set({ state: 'submitted' })
        .where('study_uid', '=', instance.studyUid)
        .execute();
      const search = { level: 'study' as const, scope: { studyUid: instance.studyUid }, filters: [] };
      const keys = await database.db.search.find(coordinator, search, 0, 10);
      const rows = keys.map(({ row }) => row);
      expect(rows).toHaveLength(1);
      expect((await database.db.search.studies(coordinator, rows)).size).toBe(0);
    });

    test('a study of two consultations is one, and nobody sees of it what others sent', async () => {
      const database = open();
      const [first, second] = [await database.addPerson('referrer'), await database.addPerson('referrer')];
      const [a, b, c] = [
        await database.addConsultation(first.id),
        await database.addConsultation(second.id),
        await database.addConsultation(first.id),
      ];
      const StudyInstanceUID = uid();
      const shared = { StudyInstanceUID, SeriesInstanceUID: uid() };
      const mine = await store(database, a, { ...shared, PatientName: { Alphabetic: 'Mine' }, Modality: 'CT' });
      await store(database, b, { ...shared, PatientName: { Alphabetic: 'Theirs' }, Modality: 'CT' });
      await store(database, b, { StudyInstanceUID, Modality: 'MR', PatientID: 'THEIRS' });
      await link(database, c, mine.instance);
      await store(database, c, { StudyInstanceUID, Modality: 'PT', PatientName: { Alphabetic: 'Again' } });

      const [me, them] = [reachOf(first.id, 'referrer'), reachOf(second.id, 'referrer')];
      expect(await find(me, 'study', {})).toEqual([StudyInstanceUID]);
      expect(await find(me, 'study', { PatientName: 'theirs' })).toEqual([]);
      expect(await find(me, 'study', { PatientID: 'THEIRS' })).toEqual([]);
      expect(await find(me, 'study', { ModalitiesInStudy: 'MR' })).toEqual([]);
      expect(await find(me, 'study', { ModalitiesInStudy: 'PT' })).toEqual([StudyInstanceUID]);
      expect(await find(me, 'series', {})).toHaveLength(2);
      expect(await find(me, 'instance', {})).toHaveLength(2);
      expect(await find(them, 'instance', {})).toHaveLength(2);
      expect(await find(them, 'study', { ModalitiesInStudy: 'PT' })).toEqual([]);

      const describeFor = async (reach: SearchReach) => {
        const keys = await database.db.search.find(reach, { level: 'study', scope: {}, filters: [] }, 0, 10);
        const studies = await database.db.search.studies(
          reach,
          keys.map(({ row }) => row),
        );
        return [...studies.values()];
      };
      expect(await describeFor(me)).toMatchObject([{ modalities: ['CT', 'PT'], seriesCount: 2, instanceCount: 2 }]);
      expect(await describeFor(them)).toMatchObject([{ modalities: ['CT', 'MR'], seriesCount: 2, instanceCount: 2 }]);
    });
  });

  test('pages of an equal search do not overlap and leave nothing out (PS3.18 8.3.4.4.1)', async () => {
    const database = open();
    const referrer = await database.addPerson('referrer');
    const me = reachOf(referrer.id, 'referrer');
    const consultation = await database.addConsultation(referrer.id);
    for (let index = 0; index < 7; index += 1) await store(database, consultation, { StudyDate: '20240101' });
    const search = { level: 'study' as const, scope: {}, filters: [] };
    const all = await database.db.search.find(me, search, 0, 100);
    const pages = [0, 3, 6].map((offset) => database.db.search.find(me, search, offset, 3));
    expect((await Promise.all(pages)).flat()).toEqual(all);
    expect(all).toHaveLength(7);
  });

  test('a name that many have is found in the order of the answer, and gives the same page', async () => {
    const database = open();
    const [referrer, other] = [await database.addPerson('referrer'), await database.addPerson('referrer')];
    const [mine, theirs] = [await database.addConsultation(referrer.id), await database.addConsultation(other.id)];
    for (let index = 0; index < 30; index += 1) {
      const PatientName = { Alphabetic: index % 3 === 0 ? 'Rare^Name' : `Walk${index}^Many` };
      const facts = { PatientName, StudyDate: `202401${String(10 + ((index * 7) % 20))}` };
      await store(database, index % 5 === 0 ? theirs : mine, facts);
    }
    for (const [who, count] of [
      [reachOf(referrer.id, 'referrer'), 16],
      [reachOf(other.id, 'referrer'), 4],
    ] as const) {
      const search = { level: 'study' as const, scope: {}, filters: filters({ PatientName: 'WALK*' }) };
      // A thousand would take more steps to be walked to than to be sorted.
      const sorted = await database.db.search.find(who, search, 0, 1000);
      expect(sorted).toHaveLength(count);
      const pages = [0, 1, 2, 3].map((offset) => database.db.search.find(who, search, offset, 1));
      expect((await Promise.all(pages)).flat()).toEqual(sorted.slice(0, 4));
    }
  });
});
