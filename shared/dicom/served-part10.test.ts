import { describe, expect, test } from 'vitest';
import { parseDicomHeader } from './header.ts';
import { BIG_ENDIAN, concat, encodeSample, IMPLICIT, sample, sampleInstance, samplePart10 } from './sample-dataset.ts';
import { servedStart } from './served-part10.ts';
import { TAG } from './tag.ts';

const OBJECT = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  sopInstanceUid: '1.2.3.4.5',
  transferSyntaxUid: '1.2.840.10008.1.2.1',
};
const META = encodeSample([
  sample(0x00020003, 'UI', OBJECT.sopInstanceUid),
  sample(0x00020010, 'UI', OBJECT.transferSyntaxUid),
]);
const DATA = encodeSample(sampleInstance());
const mark = Uint8Array.from('DICM', (c) => c.charCodeAt(0));
const file = (preamble: Uint8Array) => concat([preamble, mark, META, DATA]);

function served(stored: Uint8Array, object = OBJECT): Uint8Array {
  const { head, fromBytes } = servedStart(stored.subarray(0, 4096), stored.length, object);
  return concat([head, stored.subarray(fromBytes)]);
}

function preamble(set: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(128);
  set(new DataView(bytes.buffer));
  return bytes;
}

const tiff = (order: number, version: number, directory: number) =>
  preamble((view) => {
    view.setUint16(0, order);
    view.setUint16(2, version, order === 0x4949);
    view.setUint32(4, directory, order === 0x4949);
  });
const bigTiff = (directory: bigint, offsetBytes = 8) =>
  preamble((view) => {
    view.setUint16(0, 0x4949);
    view.setUint16(2, 43, true);
    view.setUint16(4, offsetBytes, true);
    view.setBigUint64(8, directory, true);
  });

describe('PS3.10 section 7.1: the preamble that leaves', () => {
  test.each([
    ['zeros', new Uint8Array(128)],
    ['TIFF, little endian', tiff(0x4949, 42, 200)],
    ['TIFF, big endian', tiff(0x4d4d, 42, 200)],
    ['a directory inside the preamble', tiff(0x4949, 42, 16)],
    ['BigTIFF', bigTiff(200n)],
  ])('%s stays: every byte as stored', (_, start) => {
    expect(servedStart(file(start), file(start).length, OBJECT)).toEqual({ head: new Uint8Array(), fromBytes: 0 });
  });

  test.each([
    ['a program', preamble((view) => view.setUint16(0, 0x4d5a))],
    ['words', preamble((view) => view.setUint32(100, 0x41424344))],
    ['a single byte', preamble((view) => view.setUint8(127, 1))],
    ['TIFF whose directory lies behind the end', tiff(0x4949, 42, 100_000)],
    ['TIFF whose directory lies in its own header', tiff(0x4949, 42, 4)],
    ['TIFF of no version', tiff(0x4949, 41, 200)],
    ['TIFF in two byte orders', tiff(0x494d, 42, 200)],
    ['BigTIFF whose directory lies behind the end', bigTiff(1n << 62n)],
    ['BigTIFF with offsets of another size', bigTiff(200n, 4)],
  ])('%s becomes zeros, and nothing else changes', (_, start) => {
    expect(Buffer.from(served(file(start))).equals(Buffer.from(file(new Uint8Array(128))))).toBe(true);
  });
});

describe('PS3.10 section 7.1: files that lack their start', () => {
  test.each([
    ['everything before the data set', DATA, OBJECT.transferSyntaxUid],
    ['everything, implicit', encodeSample(sampleInstance(), IMPLICIT), '1.2.840.10008.1.2'],
    ['everything, big endian', encodeSample(sampleInstance(), BIG_ENDIAN), '1.2.840.10008.1.2.2'],
    ['the meta information', concat([new Uint8Array(128), mark, DATA]), OBJECT.transferSyntaxUid],
    ['the transfer syntax', concat([new Uint8Array(128), mark, META.subarray(0, 18), DATA]), OBJECT.transferSyntaxUid],
    ['preamble and prefix', concat([META, DATA]), OBJECT.transferSyntaxUid],
    ['the preamble', concat([mark, META, DATA]), OBJECT.transferSyntaxUid],
  ])('%s: get it', (_, stored, transferSyntaxUid) => {
    const whole = served(stored, { ...OBJECT, transferSyntaxUid });
    expect(Buffer.from(whole.subarray(128, 132)).toString()).toBe('DICM');
    const header = parseDicomHeader(whole);
    expect(header.transferSyntaxUid).toBe(transferSyntaxUid);
    expect(header.meta.text(0x00020003)).toBe(OBJECT.sopInstanceUid);
    expect(header.dataset.text(TAG.SOPInstanceUID)).toBe('1.2.3.4.5');
    // The data set itself is the stored one.
    expect(Buffer.from(whole).subarray(-200).equals(Buffer.from(stored).subarray(-200))).toBe(true);
  });

  test('a file with all of it is left alone', () => {
    // One that says too little of itself, but enough to be read, as well.
    for (const stored of [file(new Uint8Array(128)), samplePart10(sampleInstance())]) {
      expect(Buffer.from(served(stored)).equals(Buffer.from(stored))).toBe(true);
    }
  });
});
