import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { DICOM_BOUNDS } from './bounds.ts';
import { HeaderContinues } from './element-scan.ts';
import { parseDicomHeader, type ReadHeaderOptions } from './header.ts';
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
} from './sample-dataset.ts';
import { TAG } from './tag.ts';

function codeOf(bytes: Uint8Array, options: ReadHeaderOptions = {}): string {
  try {
    parseDicomHeader(bytes, options);
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'read';
}

function preamble(start: string): Uint8Array {
  const bytes = new Uint8Array(128);
  bytes.set(ascii(start));
  return bytes;
}

const NESTED = sampleInstance([
  sample(0x00081140, 'SQ', [[sample(0x00081150, 'UI', '1.2'), sample(0x00081155, 'UI', '1.2.3')], []]),
]);

test.each([
  ['explicit little endian', '1.2.840.10008.1.2.1', EXPLICIT],
  ['explicit little endian with delimiters', '1.2.840.10008.1.2.1', { ...EXPLICIT, undefinedLengths: true }],
  ['implicit little endian', '1.2.840.10008.1.2', IMPLICIT],
  ['implicit little endian with delimiters', '1.2.840.10008.1.2', { ...IMPLICIT, undefinedLengths: true }],
  ['explicit big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
  ['explicit big endian with delimiters', '1.2.840.10008.1.2.2', { ...BIG_ENDIAN, undefinedLengths: true }],
])('reads %s (PS3.5 section 7)', (_name, transferSyntaxUid, encoding) => {
  const bytes = samplePart10(NESTED, { transferSyntaxUid, encoding });
  const { dataset, pixelData } = parseDicomHeader(bytes);
  expect(dataset.text(TAG.Modality)).toBe('CT');
  expect(dataset.number(TAG.Rows)).toBe(2);
  const items = dataset.items(0x00081140);
  expect(items.map((item) => item.text(0x00081155))).toEqual(['1.2.3', null]);
  expect(pixelData).toMatchObject({ lengthBytes: 8, encapsulated: false, offsetBytes: bytes.length - 8 });
});

test('reads encapsulated pixel data as a place without a length', () => {
  const elements = sampleInstance().filter(({ tag }) => tag !== TAG.PixelData);
  const bytes = samplePart10(elements, { tail: sampleFragments([], [ascii('abcd')]) });
  expect(parseDicomHeader(bytes).pixelData).toMatchObject({ lengthBytes: undefined, encapsulated: true, vr: 'OB' });
});

test('an icon inside a sequence is not taken for the image', () => {
  const icon = sample(0x00880200, 'SQ', [[sample(0x7fe00010, 'OW', [1, 2])]]);
  const bytes = samplePart10(sampleInstance([icon], false));
  const header = parseDicomHeader(bytes);
  expect(header.pixelData).toBeNull();
  expect(header.dataset.items(0x00880200)[0]?.has(0x7fe00010)).toBe(true);
});

test('a sequence in a UN element is read as implicit little endian (PS3.5 section 6.2.2)', () => {
  const inner = encodeSample([sample(0x00081140, 'SQ', [[sample(0x00081155, 'UI', '1.2.3')]])], {
    ...IMPLICIT,
    undefinedLengths: true,
  });
  const value = inner.subarray(8);
  for (const lengthBytes of [0xffffffff, value.length]) {
    const bytes = samplePart10(sampleInstance([sample(0x00081140, 'UN', value, lengthBytes)]));
    expect(parseDicomHeader(bytes).dataset.items(0x00081140)[0]?.text(0x00081155)).toBe('1.2.3');
  }
});

test('B16: a TIFF header in the preamble passes', () => {
  for (const start of ['II*\0', 'MM\0*']) {
    expect(codeOf(samplePart10(sampleInstance(), { preamble: preamble(start) }))).toBe('read');
  }
});

test('B16: the name of the program that wrote the file passes', () => {
  for (const start of ['Demo DICOM Viewer. WWW.EXAMPLE.COM', 'Version 2.1 ']) {
    expect(codeOf(samplePart10(sampleInstance(), { preamble: preamble(start) }))).toBe('read');
  }
});

test.each([
  ['MZ\x90\0', /Windows/],
  ['\x7fELF', /Linux/],
  ['<html><script>', /HTML/],
  ['PK\x03\x04', /ZIP/],
  ['%PDF-1.7', /PDF/],
  ['#!/bin/sh', /script/],
  ['hello {there}', /unexpected/],
  ['MZ program', /Windows/],
  ['echo hello; exit', /unexpected/],
  [`${'\0'.repeat(40)}%PDF-1.7`, /unexpected/],
])('B15: refuses the preamble %j', (start, sentence) => {
  const bytes = samplePart10(sampleInstance(), { preamble: preamble(start) });
  expect(() => parseDicomHeader(bytes)).toThrow(sentence);
  expect(codeOf(bytes)).toBe('DICOM_PREAMBLE');
});

test('B17: accepts a data set without preamble, and names what is no DICOM at all', () => {
  expect(parseDicomHeader(encodeSample(sampleInstance())).transferSyntaxUid).toBe('1.2.840.10008.1.2.1');
  expect(parseDicomHeader(encodeSample(sampleInstance(), IMPLICIT)).transferSyntaxUid).toBe('1.2.840.10008.1.2');
  expect(parseDicomHeader(encodeSample(sampleInstance(), BIG_ENDIAN)).transferSyntaxUid).toBe('1.2.840.10008.1.2.2');
  expect(codeOf(samplePart10(sampleInstance()).subarray(128))).toBe('read');
  expect(() => parseDicomHeader(ascii('%PDF-1.7 and so on'))).toThrow(/not a DICOM Part 10 file: it starts with a PDF/);
  expect(codeOf(new Uint8Array())).toBe('DICOM_NOT_PART10');
  expect(codeOf(ascii('hello'))).toBe('DICOM_NOT_PART10');
});

test('B18: a wrong group length of the meta information does no harm', () => {
  const bytes = samplePart10(sampleInstance());
  new DataView(bytes.buffer).setUint32(140, 0x7fffffff, true);
  expect(codeOf(bytes)).toBe('read');
});

test('B19: 20,000 nested sequences meet the limit of depth, with and without lengths', () => {
  for (const [vr, head] of [
    ['explicit', [0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff]],
    ['implicit', [0x08, 0, 0x40, 0x11, 0xff, 0xff, 0xff, 0xff]],
  ] as const) {
    const level = Uint8Array.from([...head, 0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff]);
    const tail = concat(Array.from({ length: 20_000 }, () => level));
    const transferSyntaxUid = vr === 'explicit' ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2';
    const encoding = vr === 'explicit' ? EXPLICIT : IMPLICIT;
    expect(codeOf(samplePart10([sample(0x00080060, 'CS', 'CT')], { transferSyntaxUid, encoding, tail }))).toBe(
      'DICOM_TOO_DEEP',
    );
  }
});

test('a depth of exactly the limit is read, one more is not', () => {
  const nest = (levels: number): SampleElement[] =>
    levels === 0 ? [sample(0x00081155, 'UI', '1.2')] : [sample(0x00081140, 'SQ', [nest(levels - 1)])];
  expect(codeOf(samplePart10(nest(DICOM_BOUNDS.maxDepth)))).toBe('read');
  expect(codeOf(samplePart10(nest(DICOM_BOUNDS.maxDepth + 1)))).toBe('DICOM_TOO_DEEP');
});

test('B20: too many elements and too long a header are refused', () => {
  const many = Array.from({ length: 60 }, (_, i) => sample(0x00090000 + 0x1000 + i, 'SH', 'x'));
  const bytes = samplePart10(many);
  expect(codeOf(bytes, { bounds: { ...DICOM_BOUNDS, maxElements: 50 } })).toBe('DICOM_TOO_MANY_ELEMENTS');
  expect(codeOf(bytes, { bounds: { ...DICOM_BOUNDS, maxHeaderBytes: 300 } })).toBe('DICOM_HEADER_TOO_LARGE');
  const items = sample(
    0x00081140,
    'SQ',
    Array.from({ length: 60 }, () => []),
  );
  expect(codeOf(samplePart10([items]), { bounds: { ...DICOM_BOUNDS, maxElements: 50 } })).toBe(
    'DICOM_TOO_MANY_ELEMENTS',
  );
});

test('B21: lengths that reach behind the end are refused', () => {
  for (const lengthBytes of [0xfffffffe, 0x7fffffff, 5000]) {
    const broken = sample(0x00091010, 'UN', ascii('abcd'), lengthBytes);
    expect(codeOf(samplePart10([sample(0x00080060, 'CS', 'CT'), broken]))).toBe('DICOM_MALFORMED');
  }
  const inItem = sample(0x00081140, 'SQ', [[sample(0x00091010, 'UN', ascii('abcd'), 400)]]);
  const tail = encodeSample([sample(0x00100010, 'PN', 'x'.repeat(800))]);
  expect(() => parseDicomHeader(samplePart10([inItem], { tail }))).toThrow(/claims 400 bytes/);
});

test('B23: an unknown VR is passed over, an undefined length outside of a sequence is refused', () => {
  const strange = concat([
    encodeSample([sample(0x00080060, 'CS', 'MR')]),
    Uint8Array.from([0x09, 0, 0x10, 0x10, 0x5a, 0x5a, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4]),
    encodeSample([sample(0x00100020, 'LO', 'id')]),
  ]);
  expect(parseDicomHeader(samplePart10([], { tail: strange })).dataset.text(TAG.PatientID)).toBe('id');
  expect(codeOf(samplePart10([sample(0x00091010, 'UT', 'abcd', 0xffffffff)]))).toBe('DICOM_MALFORMED');
});

test('every truncation is a refusal or a request for more, never a crash', () => {
  const bytes = samplePart10(NESTED, { encoding: { ...EXPLICIT, undefinedLengths: true } });
  for (let length = 0; length < bytes.length - 8; length++) {
    expect(codeOf(bytes.subarray(0, length))).not.toBe('');
    if (length < 132) continue;
    expect(() => parseDicomHeader(bytes.subarray(0, length), { totalBytes: bytes.length })).toThrow(HeaderContinues);
  }
});

test('one changed byte anywhere never crashes', () => {
  const bytes = samplePart10(NESTED);
  for (let at = 128; at < bytes.length; at++) {
    for (const value of [0x00, 0x7f, 0xff]) {
      const changed = bytes.slice();
      changed[at] = value;
      expect(codeOf(changed)).not.toBe('');
    }
  }
});

test('B24: the deflated syntax needs an inflater, which is told the limit', () => {
  const deflated = samplePart10([], { transferSyntaxUid: '1.2.840.10008.1.2.1.99', tail: ascii('squeezed') });
  expect(codeOf(deflated)).toBe('DICOM_TRANSFER_SYNTAX_UNSUPPORTED');
  const header = parseDicomHeader(deflated, {
    inflate: (bytes, limitBytes) => {
      expect([new TextDecoder().decode(bytes), limitBytes]).toEqual(['squeezed', DICOM_BOUNDS.maxInflatedBytes]);
      return encodeSample(sampleInstance());
    },
  });
  expect(header.deflatedFromBytes).toBe(deflated.length - 8);
  expect(header.dataset.number(TAG.Columns)).toBe(2);
});
