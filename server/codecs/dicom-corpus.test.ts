import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { createDecodePool, decodeStoredValues } from './frame-decoder.ts';
import { withFile } from './range-reader.ts';
import { createParsePool, type DicomFile, readDicomFile } from './read-dicom-file.ts';
import { readFrame } from './read-frame.ts';
import type { DecodedFrame } from './stored-pixels.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const present = existsSync(join(data, 'index.jsonl'));
const note = present ? '' : ' (skipped: no test data at CONSILIUM_TEST_DATA)';
const SIGNAL = new AbortController().signal;

interface Row {
  readonly file: string;
  readonly rows?: number;
  readonly cols?: number;
  readonly modality?: string;
}
const rows: Row[] = present
  ? readFileSync(join(data, 'index.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
  : [];

describe.skipIf(!present)(`the corpus of real and hostile files${note}`, () => {
  const parsing = createParsePool(2);
  const decoding = createDecodePool(2);
  afterAll(() => Promise.all([parsing.close(), decoding.close()]));

  const read = (file: string): Promise<DicomFile | AppError> =>
    readDicomFile(parsing, join(data, file), SIGNAL).catch((error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    });

  async function decode(file: string, frameNumber: number): Promise<DecodedFrame | AppError | null> {
    const found = await read(file);
    if (found instanceof AppError) return found;
    const { frameIndex, description } = found;
    const { image, transferSyntaxUid } = description;
    if (frameIndex === null || image === null) return null;
    const bytes = await withFile(join(data, file), (reader) => readFrame(reader, frameIndex, frameNumber));
    return decodeStoredValues(decoding, { bytes, image, transferSyntaxUid, frameNumber }, SIGNAL).catch(
      (error: unknown) => {
        if (error instanceof AppError) return error;
        throw error;
      },
    );
  }

  test('every file is read or refused with a sentence; hardly any real one is refused', async () => {
    const refused: string[] = [];
    await Promise.all(
      rows.map(async ({ file, rows: height, cols, modality }) => {
        const found = await read(file);
        if (found instanceof AppError) {
          expect(found.status, file).toBeLessThan(500);
          expect(found.message, file).not.toMatch(/\{\w+\}/);
          if (!file.startsWith('hostile/')) refused.push(`${found.code} ${file}`);
          return;
        }
        JSON.parse(found.metadataJson);
        if (file.startsWith('hostile/')) return;
        const { image } = found.description;
        if (height !== undefined && image) expect([image.rows, image.columns], file).toEqual([height, cols]);
        if (modality && modality !== '-') expect(found.description.modality, file).toBe(modality);
      }),
    );
    const codes = refused.map((line) => line.split(' ')[0]);
    // Without a UID of type 1 an object has no place in a study; indexes and odd preambles are refused on purpose.
    expect(codes.filter((code) => !/^(DICOMDIR_INDEX|DICOM_TAG_MISSING|DICOM_PREAMBLE)$/.test(code ?? ''))).toEqual([
      // dicomdir/DICOMDIR-nooffset is truncated.
      'DICOM_MALFORMED',
    ]);
    expect(refused.length).toBeLessThan(20);
  }, 120_000);

  test('the first frame of every file is decoded or refused with a sentence', async () => {
    const unread: string[] = [];
    let decoded = 0;
    await Promise.all(
      rows.map(async ({ file }) => {
        const frame = await decode(file, 1);
        if (frame === null) return;
        if (frame instanceof AppError) {
          expect(frame.status, file).toBeLessThan(500);
          if (/^(FRAME|DICOM_TRANSFER)/.test(frame.code) && !file.startsWith('hostile/')) unread.push(file);
          return;
        }
        expect(frame.pixels.length, file).toBe(frame.rows * frame.columns * frame.samplesPerPixel);
        decoded++;
      }),
    );
    expect(decoded).toBeGreaterThan(rows.length * 0.6);
    expect(unread).toEqual([]);
  }, 240_000);

  test('the same CT in every lossless transfer syntax gives the same values', async () => {
    const copies = rows.map(({ file }) => file).filter((file) => /CTImage_.*\.dcm$/.test(file));
    const valuesOf = async (file: string) => {
      const frame = await decode(file, 1);
      if (frame === null || frame instanceof AppError) throw new Error(`${file} was not decoded`);
      return frame.pixels;
    };
    const original = copies.find((file) => file.includes('LittleEndianExplicit_'));
    expect(original).toBeDefined();
    const expected = await valuesOf(original ?? '');
    const largest: Record<string, number> = {};
    for (const file of copies.filter((one) => !/JPEGProcess(1|2_4|6_8|10_12)_/.test(one))) {
      const values = await valuesOf(file);
      const name = file.replace(/^.*CTImage_|_1\.2\.840.*$/g, '');
      largest[name] = Array.from(values, (value, i) => Math.abs(value - (expected[i] ?? 0))).reduce(
        (a, b) => Math.max(a, b),
        0,
      );
    }
    const { JPEG2000, JPEGLSLossy, ...lossless } = largest;
    expect(Object.keys(lossless).length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...Object.values(lossless))).toBe(0);
    // Bounds of the lossy copies as their makers give them.
    expect(JPEG2000).toBeLessThanOrEqual(5);
    expect(JPEGLSLossy).toBeLessThanOrEqual(1);
  }, 120_000);
});
