import { describe, expect, it } from 'vitest';
import { BUILT_IN_PROTOCOLS } from './built-in-protocols.ts';
import { chooseHanging, type HangableMaterial, type HangableSet, hang } from './hang-images.ts';
import { hangingProtocolSchema } from './hanging-protocol.ts';
import { protocolOfLayout } from './make-protocol.ts';

const set = (key: string, facts: Partial<HangableSet> = {}): HangableSet => ({
  ...{ key, studyUid: 'now', modality: 'CT', bodyPart: '', view: '', laterality: '', plane: null, kind: 'stack' },
  ...{ frameCount: 30, description: '', studyDescription: '' },
  ...facts,
});
const material = (...sets: HangableSet[]): HangableMaterial => ({
  currentStudyUid: 'now',
  priorStudyUids: [...new Set(sets.map(({ studyUid }) => studyUid).filter((uid) => uid !== 'now'))],
  sets,
});
const breast = (laterality: string, view: string, studyUid = 'now') =>
  set(`${studyUid} ${laterality} ${view}`, {
    modality: 'MG',
    kind: 'single',
    frameCount: 1,
    laterality,
    view,
    studyUid,
  });
const ct = (key: string, facts: Partial<HangableSet> = {}) => set(key, { plane: 'axial', ...facts });
const localiser = ct('scout', { kind: 'localiser', plane: 'coronal' });
const chosen = (of: HangableMaterial) => {
  const hanging = chooseHanging(BUILT_IN_PROTOCOLS, of);
  return hanging && [hanging.protocol.id.replace('built-in.', ''), ...hanging.keys];
};

describe('the protocols that come with the product', () => {
  const four = [breast('L', 'CC'), breast('R', 'CC'), breast('L', 'MLO'), breast('R', 'MLO')];
  const before = [breast('R', 'MLO', 'old'), breast('L', 'CC', 'old')];

  it.each<[string, HangableMaterial, (string | null)[] | null]>([
    ['four views', material(...four), ['mg', 'now R MLO', 'now L MLO', 'now R CC', 'now L CC']],
    [
      'four views and an earlier mammography that lacks some',
      material(...four, ...before),
      ['mg-prior', 'now R MLO', 'now L MLO', 'old R MLO', null, 'now R CC', 'now L CC', null, 'old L CC'],
    ],
    ['one breast', material(breast('L', 'CC'), breast('L', 'MLO')), ['mg', null, 'now L MLO', null, 'now L CC']],
    ['one view', material(breast('R', 'MLO')), ['single', 'now R MLO']],
    ['CT with its localiser', material(localiser, ct('chest')), ['single', 'chest']],
    ['a localiser alone', material(localiser), ['single', 'scout']],
    [
      'CT with an earlier CT: the series most like it',
      material(
        ct('lung', { description: 'Lung 1.0' }),
        ct('old bone', { studyUid: 'old', description: 'Bone' }),
        ct('old lung', { studyUid: 'old', description: 'LUNG 1.0' }),
      ),
      ['ct-prior', 'lung', 'old lung'],
    ],
    [
      'CT of the chest with an earlier one of the head',
      material(ct('chest', { bodyPart: 'THORAX' }), ct('old', { studyUid: 'old', bodyPart: 'HEAD' })),
      ['single', 'chest'],
    ],
    [
      'CT with an earlier MR',
      material(ct('chest'), set('old', { studyUid: 'old', modality: 'MR' })),
      ['single', 'chest'],
    ],
    [
      'PET with its CT',
      material(set('pet', { modality: 'PT', plane: 'axial' }), ct('low dose')),
      ['pet-ct', 'low dose', 'pet'],
    ],
    ['PET alone', material(set('pet', { modality: 'PT' })), ['single', 'pet']],
    [
      'two views of a chest',
      material(...['PA', 'LL'].map((view) => set(view, { modality: 'DX', view }))),
      ['projection-two', 'PA', 'LL'],
    ],
    [
      'a chest with an earlier one: the view is the same',
      material(
        set('PA', { modality: 'DX', view: 'PA' }),
        set('old LL', { modality: 'CR', view: 'LL', studyUid: 'old' }),
        set('old PA', { modality: 'CR', view: 'PA', studyUid: 'old' }),
      ),
      ['projection-prior', 'PA', 'old PA'],
    ],
    [
      'ultrasound',
      material(...[1, 2, 3, 4, 5].map((n) => set(`us ${n}`, { modality: 'US', kind: 'multi-frame' }))),
      ['us', 'us 1', 'us 2', 'us 3', 'us 4'],
    ],
    [
      'nothing of the study that is read',
      { ...material(ct('chest', { studyUid: 'old' })), priorStudyUids: ['old'] },
      null,
    ],
  ])('%s', (_name, of, expected) => {
    expect(chosen(of)).toEqual(expected);
  });

  it('are protocols, each of its own id; breasts stand back to back at one scale', () => {
    for (const protocol of BUILT_IN_PROTOCOLS) expect(hangingProtocolSchema.parse(protocol)).toEqual(protocol);
    expect(new Set(BUILT_IN_PROTOCOLS.map(({ id }) => id)).size).toBe(BUILT_IN_PROTOCOLS.length);
    const rules = BUILT_IN_PROTOCOLS.filter(({ modalities }) => modalities.includes('MG')).flatMap(
      (one) => one.viewports,
    );
    for (const { condition, align, zoom } of rules) {
      expect([align, zoom]).toEqual([condition.laterality === 'R' ? 'right' : 'left', 'same-scale']);
    }
  });
});

describe('a protocol that is made of a layout', () => {
  const linked = { scroll: true, window: false, place: false, lines: true };
  const of = material(localiser, ct('thin'), ct('thick'), ct('old thin', { studyUid: 'old' }), breast('L', 'CC'));

  it.each([[['thick', 'thin', null, 'scout']], [['now L CC', 'old thin', 'thick', 'thick']]])(
    'lays out the same material in the same way: %s',
    (keys) => {
      const made = protocolOfLayout({ rows: 2, columns: 2, keys, linked }, of, { id: 'mine', name: 'Mine' });
      expect(hangingProtocolSchema.parse(made)).toEqual(made);
      expect(hang(made, of).keys).toEqual(keys);
      expect(chooseHanging([made], of)?.keys).toEqual(keys);
    },
  );
});
