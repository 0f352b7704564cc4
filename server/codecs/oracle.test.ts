import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeImage } from '#shared/dicom/image-description.ts';
import { AppError } from '#shared/errors.ts';
import { decodeFrame } from './decode-frame.ts';
import { buildFrameIndex } from './frame-index.ts';
import { readOverlays } from './overlay-bits.ts';
import type { RangeReader } from './range-reader.ts';
import { frameTransferSyntax, readFrame } from './read-frame.ts';
import { readHeader } from './read-header.ts';
import { renderFrame } from './render-frame.ts';
import { UndecodableFrame } from './stored-pixels.ts';

// What DCMTK, pydicom and OpenJPEG read from the same files; fixtures/oracles/make-oracles.py says how it was made.
const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const present = existsSync(join(data, 'index.jsonl'));
const note = present ? '' : ' (skipped: no test data at CONSILIUM_TEST_DATA)';
const SIGNAL = new AbortController().signal;
const GRID = 16;

interface StoredRow {
  readonly file: string;
  readonly frame: number;
  readonly exact?: string;
  readonly samples?: readonly number[];
}
interface PictureRow {
  readonly file: string;
  readonly frame: number;
  readonly mode: '+Ww' | '+Wfs' | '+Wi' | '+Wl' | 'colour';
  readonly shape: readonly number[];
  readonly window?: readonly [center: number, width: number];
  readonly grid: string;
}

const table = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/oracles', name), 'utf8')) as T[];

async function decode(file: string, frameNumber: number) {
  const bytes = new Uint8Array(readFileSync(join(data, file)));
  const read: RangeReader = async (offset, length) => bytes.subarray(offset, offset + length);
  const header = await readHeader(read, bytes.length, SIGNAL);
  const image = describeImage(header, []);
  const index = await buildFrameIndex(read, bytes.length, header, image, SIGNAL);
  const syntax = frameTransferSyntax(header.transferSyntaxUid);
  const frame = await decodeFrame(await readFrame(read, index, frameNumber), image, syntax, frameNumber);
  const overlays = await readOverlays(read, index, image.overlays ?? [], frameNumber);
  return { image, frame, overlays };
}

/** The samples at the points of the oracle's grid. */
function atGrid(samples: ArrayLike<number>, width: number, height: number, channels: number): number[] {
  const points = Array.from({ length: GRID }, (_, i) => (2 * i + 1) / (2 * GRID));
  return points.flatMap((y) =>
    points.flatMap((x) => {
      const at = (Math.floor(y * height) * width + Math.floor(x * width)) * channels;
      return Array.from({ length: channels }, (_, channel) => samples[at + channel] ?? Number.NaN);
    }),
  );
}

function largestDifference(ours: readonly number[], theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  return Math.max(...ours.map((value, i) => Math.abs(value - (theirs[i] ?? Number.NaN))));
}

test.skipIf(!present)(
  `hostile files are rendered or refused with a sentence, never more (B31)${note}`,
  async () => {
    const files = readFileSync(join(data, 'index.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly file: string }).file)
      .filter((file) => file.startsWith('hostile/'));
    const strange: string[] = [];
    let rendered = 0;
    for (const file of files) {
      try {
        const { image, frame, overlays } = await decode(file, 1);
        const { width, height, channels, data: samples } = renderFrame(frame, image, 1, null, overlays);
        expect(samples.length, file).toBe(width * height * channels);
        rendered++;
      } catch (error) {
        if (!(error instanceof AppError || error instanceof UndecodableFrame))
          strange.push(`${file}: ${String(error)}`);
      }
    }
    expect(strange).toEqual([]);
    expect(rendered).toBeGreaterThan(0);
  },
  120_000,
);

describe.skipIf(!present)(`what other programs read from real files${note}`, () => {
  const stored = table<StoredRow>('stored-values.json');
  const pictures = table<PictureRow>('rendered.json');

  test('stored values are identical, and within one grey level where the coding loses (PS3.5 section 8.2)', async () => {
    const wrong: string[] = [];
    for (const { file, frame: number, exact, samples } of stored) {
      const { frame } = await decode(file, number);
      const { buffer, byteOffset, byteLength } = frame.pixels;
      if (exact !== undefined) {
        const hash = createHash('sha256')
          .update(new Uint8Array(buffer, byteOffset, byteLength))
          .digest('hex');
        if (hash !== exact) wrong.push(`${file} ${number}`);
      } else {
        const ours = atGrid(frame.pixels, frame.columns, frame.rows, frame.samplesPerPixel);
        const difference = largestDifference(ours, samples ?? []);
        if (!(difference <= 1)) wrong.push(`${file} ${number}: ${difference}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(stored.length).toBeGreaterThan(100);
  }, 120_000);

  test('one-bit frames in RLE and deflated are those of the uncompressed copy (PS3.5 annexes G and A.4)', async () => {
    for (const frameNumber of [1, 2, 3]) {
      const [plain, ...copies] = await Promise.all(
        ['objects/seg-liver/liver.dcm', 'transfer-syntax/liver_rle.dcm', 'transfer-syntax/liver_deflate.dcm'].map(
          async (file) => (await decode(file, frameNumber)).frame.pixels,
        ),
      );
      expect(plain).toContain(1);
      for (const copy of copies) expect(copy).toEqual(plain);
    }
  });

  test('rendered pictures are those of dcm2pnm within one grey level (PS3.3 C.7.6.3.1.2, C.11)', async () => {
    const wrong: string[] = [];
    for (const { file, frame: number, mode, shape, window, grid } of pictures) {
      const { image, frame, overlays } = await decode(file, number);
      const voiFunction = mode === '+Wfs' ? 'SIGMOID' : 'LINEAR';
      const asked = window && ({ center: window[0], width: window[1], voiFunction, inverted: false } as const);
      const described = mode === '+Wl' ? { ...image, windows: [] } : image;
      const { width, height, channels, data } = renderFrame(frame, described, number, asked ?? null, overlays);
      expect([height, width, ...(channels === 3 ? [3] : [])], file).toEqual(shape);
      const difference = largestDifference(atGrid(data, width, height, channels), Buffer.from(grid, 'base64'));
      if (!(difference <= 1)) wrong.push(`${file} ${number} ${mode}: ${difference}`);
    }
    expect(wrong).toEqual([]);
    expect(pictures.length).toBeGreaterThan(150);
  }, 240_000);
});
