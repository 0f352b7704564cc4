import { expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { bulkDataOf, toDicomJson, withBulkDataBase } from './dicom-json.ts';
import { parseDicomHeader } from './header.ts';
import {
  ascii,
  BIG_ENDIAN,
  type SampleElement,
  type SampleEncoding,
  sample,
  sampleInstance,
  samplePart10,
} from './sample-dataset.ts';

const convert = (changes: SampleElement[], encoding?: SampleEncoding) => {
  const transferSyntaxUid = encoding === BIG_ENDIAN ? '1.2.840.10008.1.2.2' : '1.2.840.10008.1.2.1';
  return toDicomJson(
    parseDicomHeader(samplePart10(sampleInstance(changes), { transferSyntaxUid, ...(encoding ? { encoding } : {}) })),
  );
};

test.each([undefined, BIG_ENDIAN])('values by VR (PS3.18 table F.2.3-1)', (encoding) => {
  const json = convert(
    [
      sample(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\\\AXIAL'),
      sample(0x00100010, 'PN', 'Doe^Jane==abc'),
      sample(0x00200032, 'DS', '1.50\\-2\\3e1'),
      sample(0x00200013, 'IS', ' 7 '),
      sample(0x00280009, 'AT', [0x00181063]),
      sample(0x00189089, 'FD', [0.25, -1]),
      sample(0x00281101, 'US', [256, 0, 16]),
      sample(0x00081030, 'LO', ''),
    ],
    encoding,
  );
  expect(json['00080008']).toEqual({ vr: 'CS', Value: ['ORIGINAL', 'PRIMARY', null, 'AXIAL'] });
  expect(json['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane', Phonetic: 'abc' }] });
  expect(json['00200032']).toEqual({ vr: 'DS', Value: [1.5, -2, 30] });
  expect(json['00200013']).toEqual({ vr: 'IS', Value: [7] });
  expect(json['00280009']).toEqual({ vr: 'AT', Value: ['00181063'] });
  expect(json['00189089']).toEqual({ vr: 'FD', Value: [0.25, -1] });
  expect(json['00281101']).toEqual({ vr: 'US', Value: [256, 0, 16] });
  expect(json['00081030']).toEqual({ vr: 'LO' });
});

test('neither pixel data nor meta information nor group lengths are in it; the transfer syntax is', () => {
  const json = convert([sample(0x00080000, 'UL', [12])]);
  expect(Object.keys(json).filter((key) => key.startsWith('7FE0') || key.startsWith('0002'))).toEqual([]);
  expect(json['00080000']).toBeUndefined();
  expect(json['00083002']).toEqual({ vr: 'UI', Value: ['1.2.840.10008.1.2.1'] });
});

test('text comes out of the character set of its item or of the file', () => {
  const json = convert([
    sample(0x00080005, 'CS', 'ISO_IR 144'),
    sample(0x00100010, 'PN', '\xbb\xee\xda'),
    sample(0x00081140, 'SQ', [
      [sample(0x00104000, 'LT', '\xbb')],
      [sample(0x00080005, 'CS', 'ISO_IR 100'), sample(0x00104000, 'LT', '\xe9')],
    ]),
  ]);
  expect(json['00100010']?.Value).toEqual([{ Alphabetic: 'Люк' }]);
  expect(json['00081140']?.Value).toEqual([
    { '00104000': { vr: 'LT', Value: ['Л'] } },
    { '00080005': { vr: 'CS', Value: ['ISO_IR 100'] }, '00104000': { vr: 'LT', Value: ['é'] } },
  ]);
});

test('B34: numbers that are none stay out', () => {
  const json = convert([
    sample(0x00180050, 'DS', 'thick'),
    sample(0x00200032, 'DS', '1\\x\\3'),
    sample(0x00189089, 'FD', [Number.NaN, 1]),
  ]);
  expect(json['00180050']).toEqual({ vr: 'DS' });
  expect(json['00200032']).toEqual({ vr: 'DS', Value: [1, null, 3] });
  expect(json['00189089']).toEqual({ vr: 'FD', Value: [null, 1] });
});

test('B33: a spacing of zero is left out, for it would blind every later image in a viewport', () => {
  expect(convert([sample(0x00280030, 'DS', '0\\0')])['00280030']).toBeUndefined();
  expect(convert([sample(0x00280030, 'DS', '0.5\\0.5')])['00280030']).toEqual({ vr: 'DS', Value: [0.5, 0.5] });
});

test('small binary values are inline, little endian whatever the file is (PS3.18 F.2.7)', () => {
  for (const encoding of [undefined, BIG_ENDIAN]) {
    const json = convert([sample(0x60003000, 'OW', [0x0102, 0x0304])], encoding);
    expect(json['60003000']).toEqual({ vr: 'OW', InlineBinary: encodeBase64(Uint8Array.of(2, 1, 4, 3)) });
  }
});

test('large binary values are fetched by path, also out of sequences', () => {
  const pdf = new Uint8Array(10_000).fill(65);
  const header = parseDicomHeader(
    samplePart10(
      sampleInstance([
        sample(0x00420011, 'OB', pdf),
        sample(0x00081140, 'SQ', [[], [sample(0x00091010, 'UN', pdf.subarray(0, 5000))]]),
      ]),
    ),
  );
  const json = toDicomJson(header);
  expect(json['00420011']).toEqual({ vr: 'OB', BulkDataURI: 'bulkdata/00420011' });
  expect(json['00081140']?.Value).toEqual([
    {},
    { '00091010': { vr: 'UN', BulkDataURI: 'bulkdata/00081140/2/00091010' } },
  ]);
  expect(bulkDataOf(header, '00420011')?.length).toBe(10_000);
  expect(bulkDataOf(header, '00081140/2/00091010')?.length).toBe(5000);
});

test.each(['', '../00420011', '0042', '00081140/9/00091010', '00081140/0/00091010', 'zzzzzzzz', '00081140'])(
  'there is nothing behind the path %j',
  (path) => {
    const header = parseDicomHeader(samplePart10(sampleInstance([sample(0x00081140, 'SQ', [[]])])));
    expect(bulkDataOf(header, path)).toBeUndefined();
  },
);

test('addresses become absolute, and text that looks like one does not', () => {
  const text = JSON.stringify({ a: { BulkDataURI: 'bulkdata/00420011' }, b: '"BulkDataURI":"bulkdata/x"' });
  const out = JSON.parse(withBulkDataBase(text, '/dicom-web/instances/1.2/')) as Record<string, unknown>;
  expect(out).toEqual({
    a: { BulkDataURI: '/dicom-web/instances/1.2/bulkdata/00420011' },
    b: '"BulkDataURI":"bulkdata/x"',
  });
});

test.each(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'])('base64 of %j (RFC 4648 section 10)', (text) => {
  expect(encodeBase64(ascii(text))).toBe(Buffer.from(text).toString('base64'));
});
