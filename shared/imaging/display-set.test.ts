import { describe, expect, test } from 'vitest';
import { anatomicalPlane, completenessOf, type DisplayFacts, missingInWords, splitSeries } from './display-set.ts';

const AXIAL = [1, 0, 0, 0, 1, 0];
const SAGITTAL = [0, 1, 0, 0, 0, -1];

function image(number: number, more: Partial<DisplayFacts> = {}): DisplayFacts {
  return {
    ...{ sopInstanceUid: `1.2.${number}`, modality: 'CT', instanceNumber: number, rows: 512, columns: 512 },
    ...{ frameCount: 1, imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], orientation: AXIAL, frameOfReferenceUid: '1.9' },
    ...{ laterality: null, view: null, bodyPart: null, expectedCount: null },
    ...more,
  };
}
const shape = (instances: DisplayFacts[]) =>
  splitSeries(instances).map(({ key, kind, label, instances: members }) => [key, kind, label, members.length]);

describe('splitSeries', () => {
  test('a series of one kind stays whole and needs no key', () => {
    expect(shape([image(1), image(2), image(3)])).toEqual([['', 'stack', '', 3]]);
    expect(splitSeries([])).toEqual([]);
  });

  test('localisers stand apart from the slices, whatever their directions', () => {
    const localiser = { imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] };
    expect(shape([image(1, localiser), image(2, { ...localiser, orientation: SAGITTAL }), image(3), image(4)])).toEqual(
      [
        ['localiser', 'localiser', 'Localiser', 2],
        ['axial', 'stack', 'Axial', 2],
      ],
    );
  });

  test('orientations, sizes and frames of reference are not mixed; what a scanner rounds is', () => {
    const rounded = { orientation: [0.99999, 0.003, 0, -0.003, 0.99999, 0] };
    expect(shape([image(1), image(2, rounded), image(3, { orientation: SAGITTAL })])).toEqual([
      ['axial', 'stack', 'Axial', 2],
      ['sagittal', 'stack', 'Sagittal', 1],
    ]);
    expect(shape([image(1), image(2, { rows: 256 }), image(3, { frameOfReferenceUid: '1.8' })])).toEqual([
      ['axial', 'stack', 'Axial', 1],
      ['axial-2', 'stack', 'Axial 2', 1],
      ['axial-3', 'stack', 'Axial 3', 1],
    ]);
    expect(shape([image(1), image(2, { orientation: null })])).toHaveLength(2);
  });

  test('each projection and each run of frames is a set of its own (PS3.3 C.7.6.6)', () => {
    const view = (number: number, laterality: string, name: string) =>
      image(number, { modality: 'MG', laterality, view: name, orientation: null });
    expect(shape([view(1, 'R', 'CC'), view(2, 'L', 'CC'), view(3, 'R', 'CC')])).toEqual([
      ['1.2.1', 'single', 'R CC', 1],
      ['1.2.2', 'single', 'L CC', 1],
      ['1.2.3', 'single', 'R CC 2', 1],
    ]);
    expect(shape([image(1, { modality: 'US', frameCount: 40 }), image(2, { modality: 'US' })])).toEqual([
      ['1.2.1', 'multi-frame', 'Image 1', 1],
      ['axial', 'stack', 'Axial', 1],
    ]);
  });
});

test('planes are named by the axis closest to their normal', () => {
  expect(anatomicalPlane(AXIAL)).toBe('axial');
  expect(anatomicalPlane([1, 0, 0, 0, 0, -1])).toBe('coronal');
  expect(anatomicalPlane([0, 0.96, 0.28, 0, 0.28, -0.96])).toBe('sagittal');
  expect(anatomicalPlane(null)).toBeNull();
  expect(anatomicalPlane([0, 0, 0, 0, 0, 0])).toBeNull();
});

describe('completenessOf', () => {
  const numbered = (...numbers: number[]) => numbers.map((number) => image(number));

  test('gaps in the numbers are images that did not come', () => {
    expect(completenessOf(numbered(1, 2, 4, 5, 7))).toEqual({
      ...{ received: 5, expected: 7, source: 'instance-numbers', missing: [3, 6] },
    });
    expect(completenessOf(numbered(3, 4, 5))).toBeNull();
  });

  test('a stated count comes before the numbers', () => {
    const stated = numbered(1, 2, 3).map((one) => ({ ...one, expectedCount: 30 }));
    expect(completenessOf(stated)).toMatchObject({ received: 3, expected: 30, source: 'stated' });
    expect(completenessOf(stated.map((one) => ({ ...one, expectedCount: 3 })))).toBeNull();
  });

  test('numbers that repeat or thin out tell nothing', () => {
    expect(completenessOf([...numbered(1, 2, 4), image(4)])).toBeNull();
    expect(completenessOf(numbered(1, 5, 9, 13))).toBeNull();
    expect(completenessOf(numbered(1, 3))).toBeNull();
  });
});

test('names the instances that are missing, in runs', () => {
  expect(missingInWords([])).toBe('');
  expect(missingInWords([5, 9, 10, 11, 12])).toBe('5, 9–12');
  expect(missingInWords([1, 3, 5, 7, 9, 10, 11])).toBe('1, 3, 5, 7 and 3 more');
});
