import { expect, it } from 'vitest';
import { isSamePatient, newestStudy, priorsOf, type StudyFacts } from './prior-studies.ts';

const study = (studyUid: string, facts: Partial<StudyFacts> = {}): StudyFacts => ({
  ...{ studyUid, studyDate: '20200101', patientName: 'DOE^JANE', patientId: '1', patientIdIssuer: '' },
  ...{ patientBirthDate: '19660101', modalities: ['CT'], region: '' },
  ...facts,
});

it.each<[string, Partial<StudyFacts>, Partial<StudyFacts>, boolean]>([
  ['the same ID', { patientName: 'A' }, { patientName: 'B' }, true],
  ['the same ID of another issuer', { patientIdIssuer: 'X' }, { patientIdIssuer: 'Y', patientBirthDate: null }, false],
  ['the same ID, another date of birth', {}, { patientBirthDate: '1970-01-01' }, false],
  [
    'another ID, name in other letters',
    { patientId: '2', patientName: 'Müller^Ana' },
    { patientName: 'MULLER^ANA' },
    true,
  ],
  ['the same name, no date of birth', { patientId: '2', patientBirthDate: null }, { patientBirthDate: null }, false],
  ['nothing known', { patientId: '', patientName: '' }, { patientId: '', patientName: '' }, false],
  [
    'an ID that stands for none',
    { patientId: '0000', patientName: 'A' },
    { patientId: '0000', patientName: 'B' },
    false,
  ],
])('one patient: %s', (_name, a, b, same) => {
  expect(isSamePatient(study('a', a), study('b', b))).toBe(same);
  expect(isSamePatient(study('b', b), study('a', a))).toBe(same);
});

it('suggests older studies, those of the same modality and region first', () => {
  const now = study('now', { region: 'CT Thorax' });
  const others = [
    study('mr head', { studyDate: '20191201', modalities: ['MR'], region: 'Head' }),
    study('ct head', { studyDate: '20191101', region: 'CT head' }),
    study('ct thorax', { studyDate: '20180101', region: 'THORAX with contrast' }),
    study('later', { studyDate: '20210101' }),
    study('undated', { studyDate: null }),
    study('somebody', { studyDate: '20190101', patientId: '9', patientName: 'ROE^JIM' }),
  ];
  expect(priorsOf([now, ...others], now).map(({ studyUid }) => studyUid)).toEqual(['ct thorax', 'ct head', 'mr head']);
  expect(newestStudy([...others, now])?.studyUid).toBe('later');
});
