import { describe, expect, test } from 'vitest';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { describeInstance } from '#shared/dicom/instance.ts';
import { type SampleElement, sample, sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { pictureNotes } from './picture-annotation.ts';

const described = (...changes: SampleElement[]) =>
  describeInstance(parseDicomHeader(samplePart10(sampleInstance(changes))));
const both = { patient: true, technique: true };
const plain = { window: null, flip: { horizontal: false, vertical: false } };
const lines = (changes: SampleElement[], wish: Parameters<typeof pictureNotes>[3] = plain) => {
  const notes = pictureNotes(both, described(...changes), 1, wish);
  return { top: notes?.top.filter(Boolean), bottom: notes?.bottom.filter(Boolean) };
};

describe('PS3.18 section 8.3.5.1.1', () => {
  test('nothing is burned that was not asked for', () => {
    expect(pictureNotes({ patient: false, technique: false }, described(), 1, plain)).toBeNull();
    const named = described(sample(0x00100010, 'PN', 'Doe^Jane'));
    const technique = pictureNotes({ patient: false, technique: true }, named, 1, plain);
    expect(JSON.stringify(technique)).not.toContain('Doe');
  });

  test('who it is, and that it is not known', () => {
    const known = [
      sample(0x00100010, 'PN', 'Doe^Jane'),
      sample(0x00100020, 'LO', 'ID-7'),
      sample(0x00100030, 'DA', '19610203'),
      sample(0x00100040, 'CS', 'F'),
    ];
    expect(lines(known).top).toEqual(['Doe, Jane', 'ID ID-7', 'born 1961-02-03 · F']);
    expect(lines([]).top).toEqual(['Name unknown', 'ID unknown']);
  });

  test('how it was made and how it is shown', () => {
    const made = [
      sample(0x00080020, 'DA', '20240506'),
      sample(0x00200011, 'IS', '3'),
      sample(0x00200013, 'IS', '12'),
      sample(0x00281050, 'DS', '40'),
      sample(0x00281051, 'DS', '400'),
    ];
    expect(lines(made).bottom).toEqual(['CT', 'Study 2024-05-06 · Series 3 · Image 12', 'Window 40 / 400']);
    const turned = {
      window: { center: -600, width: 1500, voiFunction: 'LINEAR' as const },
      flip: { horizontal: true, vertical: true },
    };
    expect(lines(made, turned).bottom?.slice(2)).toEqual([
      'Window -600 / 1500',
      'Flipped left to right',
      'Flipped top to bottom',
    ]);
  });

  test('no window is printed for colour, where none is applied (PS3.3 C.11.2)', () => {
    const colour = [
      sample(0x00280002, 'US', [3]),
      sample(0x00280004, 'CS', 'RGB'),
      sample(0x00280006, 'US', [0]),
      sample(0x00280100, 'US', [8]),
      sample(0x00280101, 'US', [8]),
      sample(0x00280102, 'US', [7]),
      sample(0x7fe00010, 'OB', new Uint8Array(12)),
    ];
    const wish = { ...plain, window: { center: 1, width: 2, voiFunction: 'LINEAR' as const } };
    expect(lines(colour, wish).bottom).toEqual(['CT']);
  });
});
