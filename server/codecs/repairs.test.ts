import { describe, expect, test } from 'vitest';
import { toDicomJson } from '#shared/dicom/dicom-json.ts';
import { describeInstance } from '#shared/dicom/instance.ts';
import type { Repair } from '#shared/dicom/repairs.ts';
import {
  ascii,
  BIG_ENDIAN,
  concat,
  EXPLICIT,
  encodeSample,
  IMPLICIT,
  type SampleElement,
  sample,
  sampleFragments,
  sampleInstance,
  samplePart10,
} from '#shared/dicom/sample-dataset.ts';
import { valueInspector } from '#shared/dicom/value-repairs.ts';
import { buildFrameIndex } from './frame-index.ts';
import type { RangeReader } from './range-reader.ts';
import { readHeader } from './read-header.ts';

const SIGNAL = new AbortController().signal;

/** As the worker process reads a file: what it found, and what it had to repair for it. */
async function read(bytes: Uint8Array) {
  const reader: RangeReader = async (offset, length) => bytes.subarray(offset, offset + length);
  const header = await readHeader(reader, bytes.length, SIGNAL);
  const { image } = describeInstance(header);
  const json = toDicomJson(header, valueInspector(header.repairs));
  const index = image && (await buildFrameIndex(reader, bytes.length, header, image, SIGNAL));
  return { json, index, repairs: header.repairs.list() };
}
const repairsOf = async (bytes: Uint8Array): Promise<string[]> => (await read(bytes)).repairs.map(inWords);
const inWords = ({ code, count, places }: Repair) =>
  [code, count > 1 ? `×${count}` : '', ...places].filter(Boolean).join(' ');
const file = (changes: SampleElement[] = [], options: Parameters<typeof samplePart10>[1] = {}) =>
  samplePart10(sampleInstance(changes), options);
/** Sound in everything but the bytes put between two elements. */
function between(bytes: Uint8Array): Uint8Array {
  const elements = sampleInstance();
  const tail = concat([bytes, encodeSample(elements.filter(({ tag }) => tag > 0x00100000))]);
  return samplePart10(
    elements.filter(({ tag }) => tag < 0x00100000),
    { tail },
  );
}

describe('a sound file needs no repair', () => {
  test.each([
    ['1.2.840.10008.1.2.1', EXPLICIT],
    ['1.2.840.10008.1.2.1', { ...EXPLICIT, undefinedLengths: true }],
    ['1.2.840.10008.1.2', IMPLICIT],
    ['1.2.840.10008.1.2', { ...IMPLICIT, undefinedLengths: true }],
    ['1.2.840.10008.1.2.2', BIG_ENDIAN],
  ])('%s', async (transferSyntaxUid, encoding) => {
    const nested = sample(0x00081140, 'SQ', [[sample(0x00081155, 'UI', '1.2.3')], []]);
    const priv = [sample(0x00090010, 'LO', 'ACME'), sample(0x00091010, 'UN', Uint8Array.of(1, 2))];
    expect(await repairsOf(file([nested, ...priv], { transferSyntaxUid, encoding }))).toEqual([]);
  });
});

describe('PS3.10 section 7.1', () => {
  test('no preamble, no meta information, no transfer syntax', async () => {
    expect(await repairsOf(file().subarray(128))).toEqual(['preamble-missing']);
    expect(await repairsOf(encodeSample(sampleInstance(), IMPLICIT))).toEqual([
      'preamble-missing',
      'file-meta-missing',
    ]);
    const meta = encodeSample([sample(0x00020000, 'UL', [26]), sample(0x00020003, 'UI', '1.2.3.4.5.6.78.9')]);
    const unnamed = concat([new Uint8Array(128), ascii('DICM'), meta, encodeSample(sampleInstance())]);
    expect((await repairsOf(unnamed))[0]).toBe('transfer-syntax-missing');
  });

  test('a wrong length of the meta information', async () => {
    const bytes = file();
    new DataView(bytes.buffer).setUint32(140, 4, true);
    expect(await repairsOf(bytes)).toEqual(['meta-length-wrong']);
  });

  test('SOP Class UID in the meta information only', async () => {
    const elements = sampleInstance().filter(({ tag }) => tag !== 0x00080016);
    const meta = encodeSample([
      sample(0x00020002, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
      sample(0x00020010, 'UI', '1.2.840.10008.1.2.1'),
    ]);
    const bytes = concat([new Uint8Array(128), ascii('DICM'), meta, encodeSample(elements)]);
    expect(await repairsOf(bytes)).toEqual(['sop-class-from-meta']);
  });
});

describe('PS3.5 section 7', () => {
  test('explicit VRs in a file that declares implicit ones', async () => {
    const bytes = file([], { transferSyntaxUid: '1.2.840.10008.1.2', encoding: EXPLICIT });
    const { json, repairs } = await read(bytes);
    expect([json['00280010']?.Value, repairs.map(inWords)]).toEqual([[2], ['vr-form-wrong']]);
  });

  test('an element in implicit form, a VR that does not exist, another VR than the dictionary has', async () => {
    const implicit = encodeSample([sample(0x00081030, 'LO', 'Head')], IMPLICIT);
    const { json, repairs } = await read(between(implicit));
    expect([json['00081030']?.Value, repairs.map(inWords)]).toEqual([['Head'], ['vr-missing (0008,1030)']]);
    const strange = Uint8Array.from([0x09, 0, 0x10, 0x10, 0x5a, 0x5a, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4]);
    expect(await repairsOf(between(strange))).toEqual(['vr-unknown (0009,1010)']);
    expect(await repairsOf(file([sample(0x00280010, 'UL', [2])]))).toEqual(['vr-differs (0028,0010)']);
  });

  test('odd lengths, elements out of order and twice', async () => {
    const odd = Uint8Array.from([0x08, 0, 0x30, 0x10, 0x4c, 0x4f, 3, 0, 0x41, 0x42, 0x43]);
    const { json, repairs } = await read(between(odd));
    expect([json['00081030']?.Value, repairs.map(inWords)]).toEqual([['ABC'], ['length-odd (0008,1030)']]);
    const early = encodeSample([sample(0x00080005, 'CS', 'ISO_IR 100')]);
    expect(await repairsOf(between(early))).toEqual(['elements-unordered (0008,0005)']);
    const twice = encodeSample([sample(0x00080060, 'CS', 'MR')]);
    expect(await repairsOf(between(twice))).toEqual(['element-repeated (0008,0060)']);
  });

  test('an item and a sequence whose end is not marked, a mark without anything open', async () => {
    const head = [0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff];
    const open = [0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff];
    const end = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];
    const inner = encodeSample([sample(0x00081155, 'UI', '1.2.3')]);
    const unclosed = concat([Uint8Array.from([...head, ...open]), inner, Uint8Array.from(end)]);
    const { json, repairs } = await read(between(unclosed));
    expect(json['00081140']?.Value).toEqual([{ '00081155': { vr: 'UI', Value: ['1.2.3'] } }]);
    expect(repairs.map(inWords)).toEqual(['delimiter-missing (0008,1140)']);
    expect(await repairsOf(between(Uint8Array.from(end)))).toEqual(['delimiter-stray']);
  });

  test('zeros behind the last element; places inside of sequences', async () => {
    const elements = sampleInstance([], false);
    expect(await repairsOf(samplePart10(elements, { tail: new Uint8Array(6) }))).toEqual(['padding-trailing']);
    expect(await repairsOf(samplePart10(elements, { tail: new Uint8Array(600) }))).toEqual(['padding-trailing']);
    const deep = sample(0x0040a730, 'SQ', [[], [sample(0x00081140, 'SQ', [[sample(0x00081155, 'UI', '1.2.x')]])]]);
    expect(await repairsOf(file([deep]))).toEqual(['uid-invalid (0040,A730)[2]/(0008,1140)[1]/(0008,1155)']);
    const overlong = sample(0x0040a730, 'SQ', [[], [sample(0x00280010, 'UL', [1])]]);
    expect(await repairsOf(file([overlong]))).toEqual(['vr-differs (0040,A730)[2]/(0028,0010)']);
  });
});

describe('PS3.5 section 6.2 and PS3.3 C.12.1.1.2', () => {
  test.each<[string, SampleElement[], string[]]>([
    ['a misspelt set', [sample(0x00080005, 'CS', 'ISO-IR 100')], ['charset-misspelt (0008,0005)']],
    ['undeclared text', [sample(0x00100010, 'PN', 'M\xfcller')], ['charset-undeclared (0010,0010)']],
    [
      'a set nobody knows',
      [sample(0x00080005, 'CS', 'KLINGON'), sample(0x00100010, 'PN', 'M\xfcller')],
      ['charset-misspelt (0008,0005)', 'charset-unknown (0010,0010)'],
    ],
    [
      'text that is not UTF-8',
      [sample(0x00080005, 'CS', 'ISO_IR 192'), sample(0x00100010, 'PN', 'M\xfcller')],
      ['charset-mismatch (0010,0010)'],
    ],
    [
      'escape sequences nobody declared',
      [sample(0x00080005, 'CS', 'ISO_IR 100'), sample(0x00100010, 'PN', '\x1b$B;3\x1b(B')],
      ['charset-escape-undeclared (0010,0010)'],
    ],
    ['letters in numbers', [sample(0x00180050, 'DS', 'thick')], ['number-unreadable (0018,0050)']],
    ['too long a text', [sample(0x00080050, 'SH', 'x'.repeat(17))], ['value-too-long (0008,0050)']],
    ['too long a number', [sample(0x00180050, 'DS', '0.12345678901234567')], ['value-too-long (0018,0050)']],
    ['a group of a name too long', [sample(0x00100010, 'PN', `A=${'B'.repeat(65)}`)], ['value-too-long (0010,0010)']],
    ['a UID with letters', [sample(0x00081155, 'UI', 'abc')], ['uid-invalid (0008,1155)']],
  ])('%s', async (_, changes, expected) => {
    expect(await repairsOf(file(changes))).toEqual(expected);
  });

  test('longest values and many numbers are sound', async () => {
    const changes = [
      sample(0x00080050, 'SH', 'x'.repeat(16)),
      sample(0x00200037, 'DS', '0.99903217644152\\-0.0217883751691\\0\\1\\2\\3'),
      sample(0x00100010, 'PN', `${'A'.repeat(64)}=${'B'.repeat(64)}`),
    ];
    expect(await repairsOf(file(changes))).toEqual([]);
  });
});

describe('PS3.5 section 8 and annex A.4', () => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
  const rest = Uint8Array.of(1, 2, 3, 4);
  const frames = (table: number[], fragments: Uint8Array[], cut = 0) => {
    const elements = sampleInstance([sample(0x00280008, 'IS', '2')]).filter(({ tag }) => tag !== 0x7fe00010);
    const tail = sampleFragments(table, fragments);
    return samplePart10(elements, {
      transferSyntaxUid: '1.2.840.10008.1.2.4.50',
      tail: tail.subarray(0, tail.length - cut),
    });
  };
  const shape = async (bytes: Uint8Array) => {
    const { index, repairs } = await read(bytes);
    return [index?.kind === 'encapsulated' ? index.frames.map((one) => one.length) : [], repairs.map(inWords)];
  };

  test('an empty table with a fragment a frame, and a right table, are sound', async () => {
    expect(await shape(frames([], [jpeg, jpeg]))).toEqual([[1, 1], []]);
    expect(await shape(frames([0, 24], [jpeg, rest, jpeg, rest]))).toEqual([[2, 2], []]);
  });

  test('several fragments a frame without a table, a wrong table, empty fragments', async () => {
    expect(await shape(frames([], [jpeg, rest, jpeg]))).toEqual([[2, 1], ['frames-assembled']]);
    expect(await shape(frames([0, 7], [jpeg, jpeg]))).toEqual([[1, 1], ['offset-table-wrong']]);
    expect(await shape(frames([], [jpeg, jpeg, new Uint8Array()]))).toEqual([[1, 1], ['fragments-empty']]);
  });

  test('no delimiter at the end, and pixel data longer than its frames', async () => {
    expect(await shape(frames([], [jpeg, jpeg], 8))).toEqual([[1, 1], ['fragments-unended']]);
    expect(await repairsOf(file([sample(0x7fe00010, 'OW', [1, 2, 3, 4, 5])]))).toEqual(['pixel-data-longer']);
  });
});
