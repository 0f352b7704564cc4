import { expect, test } from 'vitest';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { describeImage } from '#shared/dicom/image-description.ts';
import {
  ascii,
  concat,
  type SampleElement,
  sample,
  sampleFragments,
  sampleInstance,
  samplePart10,
} from '#shared/dicom/sample-dataset.ts';
import { AppError } from '#shared/errors.ts';
import { buildFrameIndex, type FrameIndex } from './frame-index.ts';
import type { RangeReader } from './range-reader.ts';
import { frameTransferSyntax, readFrame } from './read-frame.ts';

const SIGNAL = new AbortController().signal;
const JPEG = '1.2.840.10008.1.2.4.50';

function readerOf(bytes: Uint8Array): RangeReader {
  return async (offset, length) => bytes.subarray(offset, offset + length);
}

async function indexOf(bytes: Uint8Array): Promise<FrameIndex> {
  const header = parseDicomHeader(bytes);
  return buildFrameIndex(readerOf(bytes), bytes.length, header, describeImage(header, []), SIGNAL);
}

function encapsulated(frames: number, tail: Uint8Array, changes: SampleElement[] = []): Uint8Array {
  const elements = sampleInstance([sample(0x00280008, 'IS', `${frames}`), ...changes]);
  return samplePart10(
    elements.filter(({ tag }) => tag !== 0x7fe00010),
    { transferSyntaxUid: JPEG, tail },
  );
}

async function framesOf(bytes: Uint8Array): Promise<string[]> {
  const index = await indexOf(bytes);
  const count = index.kind === 'encapsulated' ? index.frames.length : index.frames;
  const found: string[] = [];
  for (let frame = 1; frame <= count; frame++) {
    found.push(String.fromCharCode(...(await readFrame(readerOf(bytes), index, frame))));
  }
  return found;
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'read',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

/** Starts as JPEG does. */
const soi = (text: string) => concat([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), ascii(text)]);
const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

test('native frames lie one after the other (PS3.5 section 8)', async () => {
  const bytes = samplePart10(
    sampleInstance([sample(0x00280008, 'IS', '2'), sample(0x7fe00010, 'OW', [1, 2, 3, 4, 5, 6, 7, 8])]),
  );
  const index = await indexOf(bytes);
  expect(index).toEqual({ kind: 'native', offsetBytes: bytes.length - 16, frameBytes: 8, frames: 2 });
  expect([...(await readFrame(readerOf(bytes), index, 2))]).toEqual([5, 0, 6, 0, 7, 0, 8, 0]);
});

test('one frame takes all fragments', async () => {
  const bytes = encapsulated(1, sampleFragments([], [ascii('ab'), ascii('cd'), ascii('ef')]));
  expect(await framesOf(bytes)).toEqual(['abcdef']);
});

test('one fragment a frame needs no table', async () => {
  expect(await framesOf(encapsulated(3, sampleFragments([], [ascii('ab'), ascii('cd'), ascii('ef')])))).toEqual([
    'ab',
    'cd',
    'ef',
  ]);
});

test('the Basic Offset Table tells which fragments belong together (PS3.5 A.4)', async () => {
  const tail = sampleFragments([0, 20], [ascii('ab'), ascii('cd'), ascii('ef')]);
  expect(await framesOf(encapsulated(2, tail))).toEqual(['abcd', 'ef']);
});

test('the Extended Offset Table comes before the basic one (PS3.3 C.7.6.3.1.8)', async () => {
  const offsets = new Uint8Array(16);
  new DataView(offsets.buffer).setBigUint64(8, 10n, true);
  const tail = sampleFragments([], [ascii('ab'), ascii('cd'), ascii('ef')]);
  const bytes = encapsulated(2, tail, [sample(0x7fe00001, 'OV', offsets)]);
  expect(await framesOf(bytes)).toEqual(['ab', 'cdef']);
});

test('without a table a frame begins where a coded stream begins', async () => {
  const tail = sampleFragments([], [soi('1a'), ascii('1b'), soi('2a'), ascii('2b'), ascii('2c')]);
  expect(await framesOf(encapsulated(2, tail))).toEqual([`${text(soi('1a'))}1b`, `${text(soi('2a'))}2b2c`]);
});

test('B30: a wrong offset table is not followed when there is one fragment a frame', async () => {
  for (const table of [
    [0, 7],
    [10, 0],
    [0, 0xffffffff],
    [0, 10, 20],
    [4, 14],
  ]) {
    expect(await framesOf(encapsulated(2, sampleFragments(table, [ascii('ab'), ascii('cd')])))).toEqual(['ab', 'cd']);
  }
});

test('B30: empty fragments are passed over when the count is right without them', async () => {
  const tail = sampleFragments([], [ascii('ab'), new Uint8Array(), ascii('cd')]);
  expect(await framesOf(encapsulated(2, tail))).toEqual(['ab', 'cd']);
});

test('a missing delimiter at the end of the file does no harm', async () => {
  const tail = sampleFragments([], [ascii('ab'), ascii('cd')]);
  expect(await framesOf(encapsulated(2, tail.subarray(0, tail.length - 8)))).toEqual(['ab', 'cd']);
});

test.each([
  ['more frames than fragments', 3, sampleFragments([], [soi('a'), soi('b')])],
  ['fragments that start nothing', 2, sampleFragments([], [ascii('ab'), ascii('cd'), ascii('ef')])],
  ['no fragments at all', 1, sampleFragments([], [])],
  ['a fragment cut off', 1, sampleFragments([], [ascii('abcdefgh')]).subarray(0, 30)],
  [
    'something that is no fragment',
    1,
    concat([sampleFragments([], [ascii('ab')]).subarray(0, 30), ascii('garbage!!')]),
  ],
])('B30: refuses %s', async (_name, frames, tail) => {
  expect(await codeOf(indexOf(encapsulated(frames, tail)))).toBe('DICOM_MALFORMED');
});

test('refuses fragments in a native syntax and a length in a compressed one', async () => {
  const elements = sampleInstance().filter(({ tag }) => tag !== 0x7fe00010);
  const bytes = samplePart10(elements, { tail: sampleFragments([], [ascii('ab')]) });
  await expect(indexOf(bytes)).rejects.toThrow(/in fragments, which Explicit VR Little Endian does not have/);
  const plain = samplePart10(sampleInstance(), { transferSyntaxUid: JPEG });
  await expect(indexOf(plain)).rejects.toThrow(/not in fragments, which JPEG Baseline/);
});

test('frames that do not end at a byte are cut out bit by bit (PS3.5 section 8.1.1)', async () => {
  const bits = [
    sample(0x00280008, 'IS', '3'),
    sample(0x00280010, 'US', [1]),
    sample(0x00280011, 'US', [3]),
    sample(0x00280100, 'US', [1]),
    sample(0x00280101, 'US', [1]),
    sample(0x00280102, 'US', [0]),
    // Frames 101, 011, 110 with the first pixel in the lowest bit.
    sample(0x7fe00010, 'OB', Uint8Array.of(0b11110101, 0b00000000)),
  ];
  const bytes = samplePart10(sampleInstance(bits));
  const index = await indexOf(bytes);
  expect(index).toMatchObject({ kind: 'bit-packed', frameBits: 3, frames: 3 });
  const read = (frame: number) => readFrame(readerOf(bytes), index, frame);
  expect([...(await read(1)), ...(await read(2)), ...(await read(3))]).toEqual([0b101, 0b110, 0b011]);
});

test.each([0, -1, 3, 1.5, Number.NaN])('there is no frame %d of two', async (frame) => {
  const index: FrameIndex = { kind: 'native', offsetBytes: 0, frameBytes: 1, frames: 2 };
  expect(await codeOf(readFrame(readerOf(new Uint8Array(2)), index, frame))).toBe('FRAME_UNKNOWN');
});

test('a file that has become shorter than its index is noticed', async () => {
  const index: FrameIndex = { kind: 'native', offsetBytes: 10, frameBytes: 8, frames: 1 };
  expect(await codeOf(readFrame(readerOf(new Uint8Array(12)), index, 1))).toBe('DICOM_PIXELS_SHORT');
});

test('an aborted walk stops', async () => {
  const bytes = encapsulated(1, sampleFragments([], [ascii('ab')]));
  const header = parseDicomHeader(bytes);
  const aborted = AbortSignal.abort(new Error('enough'));
  const work = buildFrameIndex(readerOf(bytes), bytes.length, header, describeImage(header, []), aborted);
  await expect(work).rejects.toThrow('enough');
});

test('frames of a deflated file leave as what they are after inflating', () => {
  expect(frameTransferSyntax('1.2.840.10008.1.2.1.99')).toBe('1.2.840.10008.1.2.1');
  expect(frameTransferSyntax(JPEG)).toBe(JPEG);
});

test('a JPEG 2000 Part 2 collection of joined frames is kept without frames (PS3.5 A.4.4)', async () => {
  const elements = sampleInstance([sample(0x00280008, 'IS', '4')]).filter(({ tag }) => tag !== 0x7fe00010);
  const tail = sampleFragments([], [ascii('all frames in one')]);
  const collection = samplePart10(elements, { transferSyntaxUid: '1.2.840.10008.1.2.4.92', tail });
  expect(await indexOf(collection)).toEqual({ kind: 'encapsulated', frames: [] });
  expect(await codeOf(readFrame(readerOf(collection), await indexOf(collection), 1))).toBe('FRAME_UNKNOWN');
  const plain = samplePart10(elements, { transferSyntaxUid: '1.2.840.10008.1.2.4.90', tail });
  expect(await codeOf(indexOf(plain))).toBe('DICOM_MALFORMED');
});

test('a video is one stream, whatever the number of its frames and fragments (PS3.5 section 8.2.5)', async () => {
  const elements = sampleInstance([sample(0x00280008, 'IS', '300')]).filter(({ tag }) => tag !== 0x7fe00010);
  const tail = sampleFragments([], [ascii('first '), ascii('second')]);
  for (const uid of ['4.100', '4.100.1', '4.102', '4.106', '4.107', '4.108']) {
    const video = samplePart10(elements, { transferSyntaxUid: `1.2.840.10008.1.2.${uid}`, tail });
    expect(await framesOf(video), uid).toEqual(['first second']);
  }
});

test('JPEG XL files start frames without a table as bare streams do (ISO 18181-2)', async () => {
  const file = concat([Uint8Array.of(0, 0, 0, 0x0c), ascii('JXL a')]);
  const bare = concat([Uint8Array.of(0xff, 0x0a), ascii('b')]);
  const parts = [file, ascii('more'), bare, ascii('more')].map((part) => concat([part, ascii('.')]));
  const bytes = encapsulated(
    2,
    sampleFragments(
      [],
      parts.map((part) => (part.length % 2 ? concat([part, ascii('.')]) : part)),
    ),
  );
  expect((await framesOf(bytes)).map((frame) => frame.replace(/[^a-z]/g, ''))).toEqual(['amore', 'bmore']);
});
