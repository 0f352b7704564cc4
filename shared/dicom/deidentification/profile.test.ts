import { describe, expect, it } from 'vitest';
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import { DicomDataset } from '#shared/dicom/dataset.ts';
import { findTag } from '#shared/dicom/dictionary.ts';
import { scanElements } from '#shared/dicom/element-scan.ts';
import { RepairLog } from '#shared/dicom/repairs.ts';
import { encodeSample, type SampleElement, sample } from '#shared/dicom/sample-dataset.ts';
import { formatTag } from '#shared/dicom/tag.ts';
import { deidentifyDataset } from './deidentify-dataset.ts';
import type { DeidentificationOptions } from './options.ts';
import type { OutputElement } from './output-element.ts';
import { profileRule, profileRules } from './profile.ts';
import { PROFILE_ROWS } from './profile-data.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { testDigest } from './test-digest.ts';

const pseudonyms = new Pseudonyms(testDigest('a key'));
const NONE: DeidentificationOptions = { retainLongitudinal: false, retainDevice: false, cleanDescriptors: false };
const COMBINATIONS = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  retainLongitudinal: (bits & 1) > 0,
  retainDevice: (bits & 2) > 0,
  cleanDescriptors: (bits & 4) > 0,
}));

/** An original value by VR; text holds no word a description may keep. */
const ORIGINALS: Readonly<Record<string, SampleElement['value']>> = {
  AE: 'WARD7AE',
  AS: '043Y',
  CS: 'F',
  DA: '20170315',
  DS: '81.5',
  DT: '20170315101112.5+0100',
  IS: '17',
  LO: 'Zaphod Clinic',
  LT: 'Zaphod Clinic',
  OB: Uint8Array.of(90, 97, 112, 104, 111, 100),
  OW: Uint8Array.of(90, 97, 112, 104, 111, 100),
  PN: 'Zaphod^Beeblebrox',
  SH: 'Zaphod',
  SQ: [[sample(0x00080104, 'LO', 'Zaphod Clinic')]],
  ST: 'Zaphod Clinic',
  TM: '101112',
  UC: 'Zaphod Clinic',
  UI: '1.2.826.0.1.99.4711',
  UN: Uint8Array.of(90, 97, 112, 104, 111, 100),
  UR: 'http://zaphod',
  UT: 'Zaphod Clinic',
  US: [42],
  SS: [42],
  UL: [42],
  FD: [42.5],
  FL: [42.5],
};

function run(element: SampleElement, options: DeidentificationOptions): OutputElement | undefined {
  const bytes = encodeSample([element]);
  const { elements } = scanElements(bytes, {
    startBytes: 0,
    explicitVr: true,
    littleEndian: true,
    totalBytes: bytes.length,
    bounds: DICOM_BOUNDS,
    repairs: new RepairLog(),
  });
  const dataset = DicomDataset.create(bytes, elements, true);
  const out = deidentifyDataset(dataset, { options, pseudonyms, shiftDays: options.retainLongitudinal ? -100 : 0 });
  expect(out.length).toBeLessThanOrEqual(1);
  return out[0];
}

/** Everything an element holds, as text. */
function flat(element: OutputElement | undefined): string {
  if (element === undefined) return '';
  const own = String.fromCharCode(...(element.bytes ?? []));
  return own + (element.items ?? []).flatMap((item) => item.map(flat)).join('');
}

function originalOf(tag: number): SampleElement {
  const vr = findTag(tag)?.vr.replace('xs', 'US').replace('ox', 'OW') ?? 'UN';
  const value = ORIGINALS[vr];
  if (value === undefined) throw new Error(`no original for ${vr}`);
  return sample(tag, vr, value);
}

/** Rows of PS3.15 table E.1-1 that a data set can hold: groups 0000 to 0007 belong to messages, files and directories. */
const ROWS = [...profileRules()].filter(([tag]) => tag >>> 16 >= 0x0008);

describe('PS3.15 table E.1-1', () => {
  it('has as many rows of each kind as the printed table', () => {
    const count = (chosen: (row: (typeof PROFILE_ROWS)[number]) => boolean) =>
      PROFILE_ROWS.filter(chosen).reduce((sum, { tags }) => sum + tags.trim().split(/\s+/).length, 0);
    const byAction = Object.fromEntries(
      ['U', 'X/Z/U*', 'D', 'Z', 'Z/D', 'X/Z/D', 'X/D', 'X/Z', 'X'].map((wanted) => [
        wanted,
        count(({ action }) => action === wanted),
      ]),
    );
    expect(byAction).toEqual({
      ...{ U: 55, 'X/Z/U*': 2, D: 93, Z: 42, 'Z/D': 6, 'X/Z/D': 8, 'X/D': 23, 'X/Z': 11, X: 411 },
    });
    expect(count(({ options }) => options.includes('t'))).toBe(165);
    expect(count(({ options }) => /[dc]/.test(options))).toBe(57);
    expect(count(({ options }) => options.includes('s'))).toBe(125);
    // No attribute stands in two rows.
    expect(profileRules().size).toBe(651);
  });

  it.each([
    ['(0010,0010) Patient’s Name', 0x00100010, 'Z'],
    ['(0010,0020) Patient ID', 0x00100020, 'Z/D'],
    ['(0008,0018) SOP Instance UID', 0x00080018, 'U'],
    ['(0008,0080) Institution Name', 0x00080080, 'X/Z/D'],
    ['(0008,1140) Referenced Image Sequence', 0x00081140, 'X/Z/U*'],
    ['(0040,A730) Content Sequence', 0x0040a730, 'D'],
    ['(0008,1030) Study Description', 0x00081030, 'X'],
    ['a private attribute', 0x00091001, 'X'],
    ['a curve', 0x50023000, 'X'],
    ['an overlay', 0x60063000, 'X'],
  ])('says of %s what is printed', (_name, tag, action) => {
    expect(profileRule(tag)?.action).toBe(action);
  });

  it('does the basic action to every row, and leaves nothing of the original', () => {
    for (const [tag, { action }] of ROWS) {
      if (action === 'X/Z/U*') continue;
      const original = originalOf(tag);
      const out = run(original, NONE);
      const name = `${formatTag(tag)} ${original.vr} ${action}`;
      if (action === 'X') expect(out, name).toBeUndefined();
      if (action === 'Z') expect([flat(out), out?.tag], name).toEqual(['', tag]);
      if (action === 'U') expect(flat(out), name).toMatch(/^2\.25\.[1-9]\d{5,38}$/);
      // What is no sequence has the strongest of its alternatives, so that it suits every IOD.
      if (action.endsWith('D') && original.vr !== 'SQ') expect(out?.bytes?.length, name).toBeGreaterThan(0);
      if (action === 'X/Z' && original.vr !== 'SQ') expect([flat(out), out?.tag], name).toEqual(['', tag]);
      if (action === 'D') expect(out, name).toBeDefined();
      expect(flat(out), name).not.toMatch(/zaphod|4711|2017|101112|WARD7|043Y/i);
    }
  });

  it('keeps with each combination of options what the option says, and nothing more', () => {
    for (const options of COMBINATIONS) {
      for (const [tag, rule] of ROWS) {
        if (rule.action === 'X/Z/U*') continue;
        const original = originalOf(tag);
        const text = flat(run(original, options));
        const name = `${formatTag(tag)} ${original.vr} ${JSON.stringify(options)}`;
        const dated = rule.datesCleaned && options.retainLongitudinal;
        const kept = rule.device === 'kept' && options.retainDevice && !dated;
        if (kept)
          expect(text.startsWith(typeof original.value === 'string' ? original.value : 'Zaphod'), name).toBe(true);
        else expect(text, name).not.toMatch(/zaphod|4711|20170315|WARD7|043Y/i);
        if (dated && original.vr === 'DA') expect(text, name).toBe('20161205');
        if (dated && original.vr === 'DT') expect(text, name).toBe('20161205101112.5+0100');
        if (dated && original.vr === 'TM') expect(text, name).toBe('101112');
      }
    }
  });

  it('goes into references and replaces the UIDs in them (U*)', () => {
    for (const [tag, { action }] of ROWS) {
      if (action !== 'X/Z/U*') continue;
      const item = [
        sample(0x00081150, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
        sample(0x00081155, 'UI', '1.2.826.0.1.99.4711'),
      ];
      const [out] = run(sample(tag, 'SQ', [item]), NONE)?.items ?? [];
      expect(out?.map(flat), formatTag(tag)).toEqual([
        '1.2.840.10008.5.1.4.1.1.2\0',
        pseudonyms.uid('1.2.826.0.1.99.4711'),
      ]);
    }
  });

  it('Clean Descriptors keeps the words of the field in every row it names', () => {
    const options = { ...NONE, cleanDescriptors: true };
    for (const [tag, rule] of ROWS) {
      const { vr } = originalOf(tag);
      if (!rule.descriptorCleaned || !/^(LO|SH|ST|LT|UT|UC)$/.test(vr)) continue;
      expect(flat(run(sample(tag, vr, 'CT Mr Zaphod 2.5mm 471147'), options)), formatTag(tag)).toBe('CT Mr 2.5mm');
    }
  });
});

describe('attributes the table does not name', () => {
  it.each([
    ['a date', sample(0x00140102, 'DA', '20170315'), ''],
    ['a person', sample(0x00142006, 'PN', 'Zaphod'), ''],
    ['what no dictionary knows', sample(0x00207ffe, 'LO', 'Zaphod'), ''],
    ['a SOP class', sample(0x00081150, 'UI', '1.3.12.2.1107.5.9'), '1.3.12.2.1107.5.9\0'],
    ['the rows of an image', sample(0x00280010, 'US', [7]), '\u0007\u0000'],
  ])('judges %s by its VR', (_name, element, expected) => {
    expect(flat(run(element, NONE))).toBe(expected);
  });

  it('maps UIDs of things that are newer than the table', () => {
    expect(flat(run(sample(0x00209312, 'UI', '1.2.826.0.1.99.4711'), NONE))).toMatch(/^2\.25\./);
  });

  it('moves a date with the option', () => {
    expect(flat(run(sample(0x00140102, 'DA', '20170315'), { ...NONE, retainLongitudinal: true }))).toBe('20161205');
  });

  it('never lets a date through that names no day', () => {
    const options = { ...NONE, retainLongitudinal: true };
    expect(flat(run(sample(0x00080020, 'DA', '2017'), options))).toBe('');
    expect(flat(run(sample(0x00080020, 'DA', '20171340'), options))).toBe('');
    expect(flat(run(sample(0x0008002a, 'DT', '201703'), options))).toBe('19000101000000');
    expect(flat(run(sample(0x00080020, 'DA', '20170315\\Zaphod'), options))).toBe('');
  });
});
