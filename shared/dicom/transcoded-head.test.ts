import { describe, expect, test } from 'vitest';
import { parseDicomHeader } from './header.ts';
import {
  BIG_ENDIAN,
  concat,
  encodeSample,
  IMPLICIT,
  type SampleElement,
  type SampleEncoding,
  sample,
  sampleFragments,
  sampleInstance,
  samplePart10,
} from './sample-dataset.ts';
import { TAG } from './tag.ts';
import { transcodedHead } from './transcoded-head.ts';
import type { PixelFormat } from './transcoding.ts';

const EXPLICIT_UID = '1.2.840.10008.1.2.1';
const JPEG_LS = '1.2.840.10008.1.2.4.80';
const MADE: PixelFormat = {
  ...{ rows: 2, columns: 2, numberOfFrames: 1, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' },
  ...{ planarConfiguration: 0, bitsAllocated: 16, bitsStored: 16, highBit: 15, signed: false, floatingPoint: false },
  pixelVr: 'OB',
};
const NAMES = { sopClassUid: '1.2.840.10008.5.1.4.1.1.2', sopInstanceUid: '1.2.3.4.5' };

async function headOf(file: Uint8Array, transferSyntaxUid: string, made: PixelFormat | null = MADE) {
  const header = parseDicomHeader(file);
  const read = async (offset: number, length: number) => file.subarray(offset, offset + length);
  const head = await transcodedHead(header, read, { ...NAMES, transferSyntaxUid, made });
  // With pixel data behind it, it can be read again.
  return { head, header: parseDicomHeader(concat([head, encodeSample([sample(0x7fe00010, 'OW', [1])])])) };
}

const file = (elements: readonly SampleElement[], encoding?: SampleEncoding, transferSyntaxUid = EXPLICIT_UID) =>
  samplePart10(elements, { transferSyntaxUid, ...(encoding === undefined ? {} : { encoding }) });

describe('PS3.10 section 7.1: the start of a transcoded object', () => {
  test('names itself, and has a preamble of zeros', async () => {
    const { head, header } = await headOf(file(sampleInstance()), JPEG_LS);
    expect(head.subarray(0, 128).every((byte) => byte === 0)).toBe(true);
    expect([header.meta.text(0x00020002), header.meta.text(0x00020003)]).toEqual([...Object.values(NAMES)]);
    expect(header.transferSyntaxUid).toBe(JPEG_LS);
  });
});

describe('an explicit data set', () => {
  test('is copied as it is: private elements, unknown values and sequences with delimiters', async () => {
    const elements = sampleInstance([
      sample(0x00091001, 'UN', Uint8Array.of(1, 2, 3, 4)),
      sample(0x00082218, 'SQ', [[sample(0x00080100, 'SH', 'T-1')], []]),
    ]);
    const encoding = { explicitVr: true, littleEndian: true, undefinedLengths: true };
    const { head } = await headOf(file(elements, encoding), EXPLICIT_UID);
    const kept = encodeSample(
      elements.filter(({ tag }) => tag !== TAG.PixelData),
      encoding,
    );
    expect(Buffer.from(head.subarray(-kept.length)).equals(Buffer.from(kept))).toBe(true);
  });

  test('PS3.3 C.7.6.3: gets what the new pixels need, where the tags belong', async () => {
    const elements = sampleInstance([sample(0x00280102, 'US', [13]), sample(0x00281050, 'DS', '40')]);
    const made: PixelFormat = { ...MADE, samplesPerPixel: 3, photometricInterpretation: 'RGB', highBit: 11 };
    const { header } = await headOf(file(elements), JPEG_LS, made);
    expect(header.dataset.text(TAG.PhotometricInterpretation)).toBe('RGB');
    expect(header.dataset.number(TAG.PlanarConfiguration)).toBe(0);
    expect(header.dataset.number(TAG.HighBit)).toBe(11);
    const tags = [...header.dataset.elements.keys()];
    expect(tags).toEqual([...tags].sort((a, b) => a - b));
  });

  test('PS3.3 C.7.6.1.1.5: what was lossy stays so, said even where the file did not', async () => {
    const tail = sampleFragments([], [Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)]);
    const elements = sampleInstance().filter(({ tag }) => tag !== TAG.PixelData);
    const lossy = samplePart10(elements, { transferSyntaxUid: '1.2.840.10008.1.2.4.50', tail });
    expect((await headOf(lossy, EXPLICIT_UID)).header.dataset.text(TAG.LossyImageCompression)).toBe('01');
    expect((await headOf(file(sampleInstance()), JPEG_LS)).header.dataset.has(TAG.LossyImageCompression)).toBe(false);
  });

  test('loses group lengths and the offsets of fragments that are no more', async () => {
    const elements = sampleInstance([
      sample(0x00080000, 'UL', [999]),
      sample(0x7fe00001, 'OV', new Uint8Array(8)),
      sample(0x7fe00002, 'OV', new Uint8Array(8)),
    ]);
    const { header } = await headOf(file(elements), JPEG_LS);
    for (const tag of [0x00080000, 0x7fe00001, 0x7fe00002]) expect(header.dataset.has(tag)).toBe(false);
  });

  test('PS3.5 annex A.4: loses an icon in the old coding, and keeps one without', async () => {
    const icon = (pixels: Uint8Array) => {
      const item = concat([encodeSample([sample(0x00280010, 'US', [1])]), pixels]);
      const head = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, item.length & 0xff, item.length >> 8, 0, 0);
      return sample(0x00880200, 'OB', concat([head, item]));
    };
    const asSequence = (bytes: Uint8Array) => {
      // The same bytes under the VR of a sequence.
      const at = Buffer.from(bytes).indexOf(Buffer.from([0x88, 0, 0, 2, 0x4f, 0x42]));
      bytes.set([0x53, 0x51], at + 4);
      return bytes;
    };
    const coded = asSequence(file(sampleInstance([icon(sampleFragments([], [Uint8Array.of(1, 2)]))])));
    expect(parseDicomHeader(coded).dataset.items(0x00880200)).toHaveLength(1);
    expect((await headOf(coded, JPEG_LS)).header.dataset.has(0x00880200)).toBe(false);
    const native = asSequence(file(sampleInstance([icon(encodeSample([sample(0x7fe00010, 'OB', [1, 2])]))])));
    expect((await headOf(native, JPEG_LS)).header.dataset.items(0x00880200)).toHaveLength(1);
  });
});

describe('PS3.5 section 7: other encodings become Explicit VR Little Endian', () => {
  test.each([
    ['implicit', IMPLICIT, '1.2.840.10008.1.2'],
    ['big endian', BIG_ENDIAN, '1.2.840.10008.1.2.2'],
  ])('%s: the same values, with their VRs', async (_, encoding, uid) => {
    const elements = sampleInstance([
      sample(0x00189087, 'FD', [0.5, -3]),
      sample(0x00280009, 'AT', [0x00181063]),
      sample(0x00280120, 'US', [65000]),
      sample(0x00186060, 'FL', [1.5]),
      sample(0x00082218, 'SQ', [[sample(0x00080100, 'SH', 'T-1'), sample(0x0040a0b0, 'US', [1, 512])]]),
    ]);
    const stored = parseDicomHeader(file(elements, encoding, uid)).dataset;
    const { header } = await headOf(file(elements, encoding, uid), EXPLICIT_UID, null);
    const made = header.dataset;
    for (const tag of stored.elements.keys()) {
      expect(made.vr(tag), tag.toString(16)).toBe(stored.vr(tag));
      expect([made.texts(tag), made.numbers(tag)], tag.toString(16)).toEqual([stored.texts(tag), stored.numbers(tag)]);
    }
    expect(made.items(0x00082218)[0]?.numbers(0x0040a0b0)).toEqual([1, 512]);
  });
});
