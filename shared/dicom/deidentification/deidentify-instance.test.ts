import { describe, expect, it } from 'vitest';
import { DicomDataset } from '#shared/dicom/dataset.ts';
import { type DicomHeader, parseDicomHeader } from '#shared/dicom/header.ts';
import {
  ascii,
  BIG_ENDIAN,
  concat,
  EXPLICIT,
  IMPLICIT,
  type SampleElement,
  type SampleEncoding,
  sample,
  sampleFragments,
  sampleInstance,
  samplePart10,
} from '#shared/dicom/sample-dataset.ts';
import { TAG } from '#shared/dicom/tag.ts';
import { EXPLICIT_BIG_ENDIAN, EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { blankingOf } from './blank-pixels.ts';
import { deidentifyInstance } from './deidentify-instance.ts';
import type { DeidentificationOptions } from './options.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { testDigest } from './test-digest.ts';

const NONE: DeidentificationOptions = { retainLongitudinal: false, retainDevice: false, cleanDescriptors: false };
const pseudonyms = new Pseudonyms(testDigest('one consultation'));

const IDENTIFYING: SampleElement[] = [
  sample(0x00080020, 'DA', '20170315'),
  sample(0x00081155, 'UI', '1.2.826.0.1.99.1'),
  sample(0x00082112, 'SQ', [[sample(0x00081155, 'UI', '1.2.3.4.5'), sample(0x00100010, 'PN', 'Zaphod^Beeblebrox')]]),
  sample(0x00090010, 'LO', 'ZAPHOD PRIVATE'),
  sample(0x00091001, 'LO', 'Zaphod'),
  sample(0x00100000, 'UL', [999]),
  sample(0x00100010, 'PN', 'Zaphod^Beeblebrox'),
  sample(0x00100020, 'LO', 'ID-ZAPHOD-1'),
  sample(0x00120064, 'SQ', [[sample(0x00080104, 'LO', 'Zaphod’s own method')]]),
  sample(0x0040a730, 'SQ', [
    [
      sample(0x0040a040, 'CS', 'TEXT'),
      sample(0x0040a043, 'SQ', [
        [sample(0x00080100, 'SH', '121071'), sample(0x00080102, 'SH', 'DCM'), sample(0x00080104, 'LO', 'Finding')],
      ]),
      sample(0x0040a160, 'UT', 'Mr Zaphod has a nodule'),
      sample(0x0040a30a, 'DS', '81.5'),
    ],
  ]),
  sample(0x60003000, 'OW', [1, 2]),
];

function file(transferSyntaxUid: string, encoding: SampleEncoding, extra: SampleElement[] = IDENTIFYING): Uint8Array {
  return samplePart10(sampleInstance(extra), { transferSyntaxUid, encoding });
}

function run(bytes: Uint8Array, options = NONE, pixelsCleaned = false) {
  const header = parseDicomHeader(bytes);
  const shiftDays = options.retainLongitudinal ? pseudonyms.shiftDays('ID-ZAPHOD-1') : 0;
  const out = deidentifyInstance(header, { options, pseudonyms, shiftDays }, pixelsCleaned);
  const pixels = header.pixelData;
  const value =
    pixels === null
      ? new Uint8Array()
      : bytes.subarray(pixels.offsetBytes, pixels.offsetBytes + (pixels.lengthBytes ?? bytes.length));
  const written = concat([out.head, value]);
  return { out, written, again: parseDicomHeader(written) };
}

function textsOf({ dataset }: DicomHeader, tag: number): string[] {
  return dataset instanceof DicomDataset ? dataset.texts(tag) : [];
}

describe('a de-identified Part 10 file', () => {
  it.each([
    ['Explicit VR Little Endian', EXPLICIT_LITTLE_ENDIAN, EXPLICIT],
    ['Implicit VR Little Endian', IMPLICIT_LITTLE_ENDIAN, IMPLICIT],
    ['Explicit VR Big Endian', EXPLICIT_BIG_ENDIAN, BIG_ENDIAN],
    ['undefined lengths', EXPLICIT_LITTLE_ENDIAN, { ...EXPLICIT, undefinedLengths: true }],
  ])('%s: reads back, pixels as they were, no original left', (_name, uid, encoding) => {
    const bytes = file(uid, encoding);
    const { again, written, out } = run(bytes);
    expect(again.transferSyntaxUid).toBe(uid);
    const at = again.pixelData?.offsetBytes ?? 0;
    const before = parseDicomHeader(bytes).pixelData?.offsetBytes ?? 0;
    expect(written.subarray(at, at + 8)).toEqual(bytes.subarray(before, before + 8));
    expect(again.dataset.number(TAG.Rows)).toBe(2);
    expect(String.fromCharCode(...written)).not.toMatch(/zaphod|20170315|1\.2\.3\.4|1\.2\.826/i);
    expect(again.dataset.text(TAG.SOPInstanceUID)).toBe(out.sopInstanceUid);
    // References stay references: the same original has the same replacement wherever it stands.
    expect(again.dataset.items(0x00082112)[0]?.text(0x00081155)).toBe(out.sopInstanceUid);
    expect([...again.dataset.elements.keys()].filter((tag) => (tag >>> 16) % 2 === 1 || (tag & 0xffff) === 0)).toEqual(
      [],
    );
  });

  it('states what was done: (0012,0062) to (0012,0064) with codes of CID 7050, (0028,0303)', () => {
    const all = { retainLongitudinal: true, retainDevice: true, cleanDescriptors: true };
    const { again } = run(file(EXPLICIT_LITTLE_ENDIAN, EXPLICIT), all, true);
    expect(textsOf(again, 0x00120062)).toEqual(['YES']);
    expect(textsOf(again, 0x00120063)).toHaveLength(5);
    for (const text of textsOf(again, 0x00120063)) expect(text.length).toBeLessThanOrEqual(64);
    const codes = again.dataset.items(0x00120064);
    expect(codes.map((item) => item.text(0x00080100))).toEqual(['113100', '113101', '113105', '113107', '113109']);
    expect(new Set(codes.map((item) => item.text(0x00080102)))).toEqual(new Set(['DCM']));
    expect(textsOf(again, 0x00280303)).toEqual(['MODIFIED']);
    expect(textsOf(again, 0x00280301)).toEqual(['NO']);
    const basic = run(file(EXPLICIT_LITTLE_ENDIAN, EXPLICIT)).again;
    expect(basic.dataset.items(0x00120064).map((item) => item.text(0x00080100))).toEqual(['113100']);
    expect(textsOf(basic, 0x00280303)).toEqual(['REMOVED']);
    expect(basic.dataset.has(0x00280301)).toBe(false);
  });

  it('has a preamble of zeros and meta information that names the new instance (PS3.10 section 7.1)', () => {
    const preamble = concat([ascii('II*\0'), new Uint8Array(124)]);
    const { written, again, out } = run(samplePart10(sampleInstance(), { preamble }));
    expect(written.subarray(0, 128)).toEqual(new Uint8Array(128));
    expect(again.meta.text(0x00020003)).toBe(out.sopInstanceUid);
    expect(again.meta.text(0x00020002)).toBe('1.2.840.10008.5.1.4.1.1.2');
    expect(again.meta.has(0x00020016)).toBe(false);
  });

  it('replaces the content of a report, and leaves its structure and published codes', () => {
    const [item] = run(file(EXPLICIT_LITTLE_ENDIAN, EXPLICIT)).again.dataset.items(0x0040a730);
    expect(item?.text(0x0040a040)).toBe('TEXT');
    expect(item?.items(0x0040a043)[0]?.text(0x00080104)).toBe('Finding');
    expect(item?.text(0x0040a160)).toBe('REMOVED');
    expect(item?.number(0x0040a30a)).toBe(0);
  });

  it('leaves what the IOD requires: dummies in a presentation state, an empty sequence in a report', () => {
    const ofClass = (sopClass: string, extra: SampleElement[]) =>
      run(samplePart10(sampleInstance([sample(0x00080016, 'UI', sopClass), ...extra], false))).again.dataset;
    const state = ofClass('1.2.840.10008.5.1.4.1.1.11.1', [sample(0x00700082, 'DA', '20170315')]);
    expect([state.text(0x00700082), state.text(0x00700083)]).toEqual(['19000101', '000000']);
    const report = ofClass('1.2.840.10008.5.1.4.1.1.88.33', [
      sample(0x00081111, 'SQ', [[sample(0x00081155, 'UI', '1.2.3.4.9')]]),
    ]);
    expect([report.has(0x00081111), report.items(0x00081111)]).toEqual([true, []]);
    expect(ofClass('1.2.840.10008.5.1.4.1.1.2', []).has(0x00700082)).toBe(false);
  });

  it('gives one patient one identifier, and another consultation another one', () => {
    const id = (key: string) => new Pseudonyms(testDigest(key)).identifier('ID-ZAPHOD-1');
    expect(run(file(EXPLICIT_LITTLE_ENDIAN, EXPLICIT)).again.dataset.text(TAG.PatientID)).toBe(id('one consultation'));
    expect(id('one consultation')).not.toBe(id('another'));
    expect(id('another')).toMatch(/^P-[0-9A-F]{12}$/);
  });

  it('keeps the days between two dates', () => {
    const options = { ...NONE, retainLongitudinal: true };
    const dateOf = (date: string) => {
      const { again } = run(file(EXPLICIT_LITTLE_ENDIAN, EXPLICIT, [sample(0x00080020, 'DA', date)]), options);
      const text = again.dataset.text(TAG.StudyDate) ?? '';
      return Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
    };
    expect((dateOf('20170401') - dateOf('20170228')) / 86_400_000).toBe(32);
    expect(Date.parse('2017-02-28') - dateOf('20170228')).toBeGreaterThanOrEqual(30 * 86_400_000);
  });

  it('copies the place of encapsulated pixels with undefined length', () => {
    const bytes = samplePart10(sampleInstance([], false), {
      transferSyntaxUid: '1.2.840.10008.1.2.5',
      tail: sampleFragments([0], [Uint8Array.of(1, 2, 3, 4)]),
    });
    const { again } = run(bytes);
    expect(again.pixelData?.encapsulated).toBe(true);
  });

  it.each([
    ['SOP Instance UID', 0x00080018],
    ['SOP Class UID', 0x00080016],
    ['Study Instance UID', 0x0020000d],
    ['Series Instance UID', 0x0020000e],
  ])('refuses an object without %s', (_name, tag) => {
    const bytes = samplePart10(sampleInstance().filter((element) => element.tag !== tag));
    expect(() => run(bytes)).toThrow(expect.objectContaining({ code: 'DICOM_TAG_MISSING' }));
  });
});

describe('Clean Pixel Data (PS3.15 E.3.1)', () => {
  const at = (x: number, y: number, width: number, height: number) => ({ x, y, width, height, seriesUid: null });
  const image = (changes: SampleElement[], uid = EXPLICIT_LITTLE_ENDIAN) =>
    parseDicomHeader(samplePart10(sampleInstance(changes), { transferSyntaxUid: uid }));
  const grey8 = (frames: number) =>
    image([
      sample(0x00280008, 'IS', String(frames)),
      sample(0x00280010, 'US', [4]),
      sample(0x00280011, 'US', [4]),
      sample(0x00280100, 'US', [8]),
      sample(0x00280101, 'US', [8]),
      sample(0x00280102, 'US', [7]),
      sample(0x7fe00010, 'OB', new Uint8Array(16 * frames)),
    ]);

  it('blanks the rectangle in every frame, however the pixels are cut into chunks', () => {
    const blank = blankingOf(grey8(2), [at(1, 1, 2, 2)]);
    for (const size of [1, 3, 5, 16, 32]) {
      const pixels = new Uint8Array(32).fill(9);
      for (let start = 0; start < 32; start += size) blank(pixels.subarray(start, start + size), start);
      const frame = [9, 9, 9, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 9, 9, 9];
      expect([...pixels]).toEqual([...frame, ...frame]);
    }
  });

  it('cuts what reaches beyond the image, and blanks nothing outside of it', () => {
    const pixels = new Uint8Array(16).fill(9);
    blankingOf(grey8(1), [at(3, 3, 100, 100), at(50, 50, 10, 10)])(pixels, 0);
    expect([...pixels]).toEqual([...new Array(15).fill(9), 0]);
  });

  it.each([
    ['by pixel', 0, [0, 128, 128, 7, 7, 7, 0, 128, 128, 7, 7, 7]],
    ['by plane', 1, [0, 7, 0, 7, 128, 7, 128, 7, 128, 7, 128, 7]],
  ])('blackens YBR colours stored %s', (_name, planar, expected) => {
    const header = image([
      sample(0x00280002, 'US', [3]),
      sample(0x00280004, 'CS', 'YBR_FULL'),
      sample(0x00280006, 'US', [planar]),
      sample(0x00280100, 'US', [8]),
      sample(0x00280101, 'US', [8]),
      sample(0x00280102, 'US', [7]),
      sample(0x7fe00010, 'OB', new Uint8Array(12)),
    ]);
    const pixels = new Uint8Array(12).fill(7);
    blankingOf(header, [at(0, 0, 1, 2)])(pixels, 0);
    expect([...pixels]).toEqual(expected);
  });

  it('refuses compressed pixels', () => {
    const header = parseDicomHeader(
      samplePart10(
        sampleInstance().filter(({ tag }) => tag !== TAG.PixelData),
        {
          transferSyntaxUid: '1.2.840.10008.1.2.5',
          tail: sampleFragments([0], [Uint8Array.of(1, 2)]),
        },
      ),
    );
    expect(() => blankingOf(header, [at(0, 0, 1, 1)])).toThrow(
      expect.objectContaining({ code: 'DICOM_PIXELS_NOT_BLANKED' }),
    );
  });

  it('refuses pixels of one bit', () => {
    const header = image([
      sample(0x00280010, 'US', [8]),
      sample(0x00280011, 'US', [8]),
      sample(0x00280100, 'US', [1]),
      sample(0x00280101, 'US', [1]),
      sample(0x00280102, 'US', [0]),
      sample(0x7fe00010, 'OB', new Uint8Array(8)),
    ]);
    expect(() => blankingOf(header, [at(0, 0, 1, 1)])).toThrow(/1 bits each/);
  });
});
