import { describe, expect, test } from 'vitest';
import type { DicomDataset } from './dataset.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { directoryEntry, encodeDicomdir } from './dicomdir.ts';
import { recordTypeOf } from './dicomdir-keys.ts';
import { parseDicomHeader } from './header.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const SR = '1.2.840.10008.5.1.4.1.1.88.33';
const text = (vr: string, ...Value: string[]) => ({ vr, Value });

function metadataOf(patient: string, rest: DicomJsonDataset = {}): DicomJsonDataset {
  return {
    '00100010': { vr: 'PN', Value: [{ Alphabetic: `${patient}^Test` }] },
    '00100020': text('LO', patient),
    '00080020': text('DA', '20240102'),
    '00080030': text('TM', '101112'),
    '00200010': text('SH', 'S1'),
    '00080060': text('CS', 'CT'),
    '00200011': { vr: 'IS', Value: [4] },
    '00200013': { vr: 'IS', Value: [7] },
    ...rest,
  };
}

let count = 0;
function entry(patient: string, studyUid: string, seriesUid: string, rest: DicomJsonDataset = {}, sopClassUid = CT) {
  count++;
  return directoryEntry(
    {
      ...{ sopClassUid, studyUid, seriesUid, sopInstanceUid: `1.9.${count}`, number: 3 },
      ...{ fileId: ['DICOM', `IM${count}`], transferSyntaxUid: '1.2.840.10008.1.2.1', hasPixels: sopClassUid === CT },
    },
    metadataOf(patient, { ...rest, '0020000D': text('UI', studyUid), '0020000E': text('UI', seriesUid) }),
  );
}

/** Records by the position of their item, found through the length of what stands before. */
function recordsOf(bytes: Uint8Array): { root: DicomDataset; byOffset: Map<number, DicomDataset> } {
  const { dataset } = parseDicomHeader(bytes);
  const items = dataset.items(0x00041220);
  const byOffset = new Map<number, DicomDataset>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = dataset.elements.get(0x00041220)?.offsetBytes ?? 0;
  for (const item of items) {
    byOffset.set(at, item);
    at += 8 + view.getUint32(at + 4, true);
  }
  expect(at).toBe(bytes.length);
  return { root: dataset, byOffset };
}

/** The tree as its links tell it: type and key, children in brackets. */
function treeOf(bytes: Uint8Array): string {
  const { root, byOffset } = recordsOf(bytes);
  const chain = (offset: number): string => {
    const names: string[] = [];
    for (let at = offset; at !== 0; ) {
      const record = byOffset.get(at);
      if (record === undefined) return `no record at ${at}`;
      const below = chain(record.number(0x00041420) ?? 0);
      const key =
        record.text(0x00100020) ?? record.text(0x0020000d) ?? record.text(0x0020000e) ?? record.text(0x00041500);
      names.push(`${record.text(0x00041430)} ${key}${below === '' ? '' : ` (${below})`}`);
      at = record.number(0x00041400) ?? 0;
    }
    return names.join(', ');
  };
  return chain(root.number(0x00041200) ?? 0);
}

describe('PS3.3 F.3: the tree of records', () => {
  test('patients, studies, series and objects are linked by the positions of their items', () => {
    const entries = [
      ...[entry('A', '1.1', '1.1.1'), entry('A', '1.1', '1.1.1'), entry('A', '1.1', '1.1.2')],
      ...[entry('A', '1.2', '1.2.1'), entry('B', '1.3', '1.3.1')],
    ];
    const bytes = encodeDicomdir(entries, '2.25.1');
    expect(treeOf(bytes)).toBe(
      'PATIENT A (STUDY 1.1 (SERIES 1.1.1 (IMAGE DICOM, IMAGE DICOM), SERIES 1.1.2 (IMAGE DICOM)), STUDY 1.2 (SERIES 1.2.1 (IMAGE DICOM))), PATIENT B (STUDY 1.3 (SERIES 1.3.1 (IMAGE DICOM)))',
    );
    const { root, byOffset } = recordsOf(bytes);
    expect(byOffset.get(root.number(0x00041202) ?? 0)?.text(0x00100020)).toBe('B');
    expect([...byOffset.values()].every((record) => record.number(0x00041410) === 0xffff)).toBe(true);
    const images = [...byOffset.values()].filter((record) => record.text(0x00041430) === 'IMAGE');
    expect(images[0]?.texts(0x00041500)).toEqual(['DICOM', 'IM1']);
    expect([images[0]?.text(0x00041510), images[0]?.text(0x00041511), images[0]?.text(0x00041512)]).toEqual([
      ...[CT, '1.9.1', '1.2.840.10008.1.2.1'],
    ]);
  });

  test('the same patient ID under another name is another patient', () => {
    const other = entry('A', '1.2', '1.2.1', { '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Somebody^Else' }] } });
    expect(treeOf(encodeDicomdir([entry('A', '1.1', '1.1.1'), other], '2.25.1'))).toMatch(/^PATIENT A .*, PATIENT A /);
  });

  test('an empty set has no records', () => {
    expect(treeOf(encodeDicomdir([], '2.25.1'))).toBe('');
  });
});

describe('PS3.3 F.5: keys of type 1', () => {
  const recordOf = (type: string, rest: DicomJsonDataset, sopClassUid = CT) => {
    const { byOffset } = recordsOf(encodeDicomdir([entry('A', '1.1.22', '1.1.1', rest, sopClassUid)], '2.25.1'));
    return [...byOffset.values()].find((record) => record.text(0x00041430) === type);
  };
  const none = { vr: 'LO' };

  test('that the object lacks are made up, of other attributes where there are some', () => {
    const rest = { '00100020': none, '00080020': { vr: 'DA' }, '00080023': text('DA', '20200101'), '00200010': none };
    expect(recordOf('PATIENT', rest)?.text(0x00100020)).toBe('UNKNOWN-1.1.22');
    expect([recordOf('STUDY', rest)?.text(0x00080020), recordOf('STUDY', rest)?.text(0x00200010)]).toEqual([
      ...['20200101', '1.1.22'],
    ]);
    expect(recordOf('IMAGE', { '00200013': { vr: 'IS' } })?.number(0x00200013)).toBe(3);
  });

  test('dates and times of old files lose their marks; what is none counts as absent', () => {
    const old = { '00080020': text('DA', '1997.04.24'), '00080030': text('TM', '14:04:38') };
    expect([recordOf('STUDY', old)?.text(0x00080020), recordOf('STUDY', old)?.text(0x00080030)]).toEqual([
      ...['19970424', '140438'],
    ]);
    const wrong = { '00080020': text('DA', 'April'), '00080030': text('TM', 'noon'), '00200013': text('IS', 'x') };
    expect([recordOf('STUDY', wrong)?.text(0x00080020), recordOf('STUDY', wrong)?.text(0x00080030)]).toEqual([
      ...['19000101', '000000'],
    ]);
    expect(recordOf('IMAGE', wrong)?.number(0x00200013)).toBe(3);
  });

  test('names in other scripts come with their character set', () => {
    const name = {
      vr: 'PN',
      Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎', Phonetic: 'やまだ^たろう' }],
    };
    const record = recordOf('PATIENT', { '00100010': name });
    expect(record?.text(0x00080005)).toBe('ISO_IR 192');
    expect(record?.text(0x00100010)).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう');
    expect(recordOf('STUDY', { '00100010': name })?.has(0x00080005)).toBe(false);
  });

  test('of a report: its title, what modifies it, and when it was last verified', () => {
    const code = (value: string) => ({
      ...{ '00080100': text('SH', value), '00080102': text('SH', 'LN') },
      '00080104': text('LO', 'Meaning'),
    });
    const child = (relationship: string, value: string) => ({
      ...{ '0040A010': text('CS', relationship), '0040A040': text('CS', 'CODE') },
      '0040A043': { vr: 'SQ', Value: [code(value)] },
    });
    const observer = (at: string) => ({ '0040A030': text('DT', at) });
    const record = recordOf(
      'SR DOCUMENT',
      {
        '0040A043': { vr: 'SQ', Value: [code('18748-4')] },
        '0040A730': { vr: 'SQ', Value: [child('CONTAINS', '1-1'), child('HAS CONCEPT MOD', '2-2')] },
        '0040A493': text('CS', 'VERIFIED'),
        '0040A073': { vr: 'SQ', Value: [observer('20240102'), observer('20240301'), observer('20240201')] },
      },
      SR,
    );
    expect(record?.items(0x0040a043).map((item) => item.text(0x00080100))).toEqual(['18748-4']);
    const children = record?.items(0x0040a730) ?? [];
    expect(children.flatMap((item) => item.items(0x0040a043)).map((item) => item.text(0x00080100))).toEqual(['2-2']);
    expect([record?.text(0x0040a491), record?.text(0x0040a493), record?.text(0x0040a030)]).toEqual([
      ...['PARTIAL', 'VERIFIED', '20240301'],
    ]);
  });
});

test.each([
  ['1.2.840.10008.5.1.4.1.1.2', true, 'IMAGE'],
  ['1.2.840.10008.5.1.4.1.1.66.4', true, 'IMAGE'],
  ['1.2.840.10008.5.1.4.1.1.88.59', false, 'KEY OBJECT DOC'],
  ['1.2.840.10008.5.1.4.1.1.88.67', false, 'SR DOCUMENT'],
  ['1.2.840.10008.5.1.4.1.1.11.1', false, 'PRESENTATION'],
  ['1.2.840.10008.5.1.4.1.1.9.1.1', false, 'WAVEFORM'],
  ['1.2.840.10008.5.1.4.1.1.481.1', true, 'IMAGE'],
  ['1.2.840.10008.5.1.4.1.1.481.2', true, 'RT DOSE'],
  ['1.2.840.10008.5.1.4.1.1.481.5', false, 'RT PLAN'],
  ['1.2.840.10008.5.1.4.1.1.104.1', false, 'ENCAP DOC'],
  ['1.2.840.10008.5.1.4.1.1.66', false, 'RAW DATA'],
  ['1.2.840.10008.5.1.4.1.1.67', false, 'VALUE MAP'],
  ['1.2.840.10008.5.1.4.1.1.91.1', false, 'ANNOTATION'],
  ['1.3.12.2.1107.5.9.1', false, 'PRIVATE'],
  ['1.3.12.2.1107.5.9.1', true, 'IMAGE'],
])('PS3.3 table F.4-1: %s, pixels %s: %s', (uid, hasPixels, type) => {
  expect(recordTypeOf(uid, hasPixels)).toBe(type);
});
