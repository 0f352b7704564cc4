import { expect, test } from 'vitest';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { describeImage } from '#shared/dicom/image-description.ts';
import { drawOverlay } from '#shared/dicom/overlay-drawing.ts';
import {
  BIG_ENDIAN,
  EXPLICIT,
  type SampleElement,
  sample,
  sampleInstance,
  samplePart10,
} from '#shared/dicom/sample-dataset.ts';
import { buildFrameIndex } from './frame-index.ts';
import { overlaysOf } from './frame-overlays.ts';
import { readOverlays } from './overlay-bits.ts';
import { frameTransferSyntax } from './read-frame.ts';

const SIGNAL = new AbortController().signal;
const SIDE = 4;
const SYNTAX = { big: '1.2.840.10008.1.2.2', little: '1.2.840.10008.1.2.1' };

/** A black image of 4 × 4 px with its overlays drawn, as rows of text: `#` is white. */
async function drawn(
  changes: readonly SampleElement[],
  { frame = 1, frames = 1, bigEndian = false, pixels = [] as number[] } = {},
) {
  const values = Array.from({ length: SIDE * SIDE * frames }, (_, i) => pixels[i] ?? 0);
  const elements = sampleInstance([
    sample(0x00280008, 'IS', `${frames}`),
    sample(0x00280010, 'US', [SIDE]),
    sample(0x00280011, 'US', [SIDE]),
    sample(0x00280101, 'US', [12]),
    sample(0x00280102, 'US', [11]),
    sample(0x7fe00010, 'OW', values),
    ...changes,
  ]);
  const bytes = samplePart10(elements, {
    transferSyntaxUid: bigEndian ? SYNTAX.big : SYNTAX.little,
    encoding: bigEndian ? BIG_ENDIAN : EXPLICIT,
  });
  const header = parseDicomHeader(bytes);
  const notes: string[] = [];
  const image = describeImage(header, notes);
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  const index = await buildFrameIndex(read, bytes.length, header, image, SIGNAL);
  const overlays = await readOverlays(read, index, image.overlays ?? [], frame);
  if (index.kind !== 'native') throw new Error('the sample is native');
  const start = index.offsetBytes + (frame - 1) * index.frameBytes;
  const input = {
    bytes: bytes.subarray(start, start + index.frameBytes),
    image,
    transferSyntaxUid: frameTransferSyntax(header.transferSyntaxUid),
    frameNumber: frame,
    overlays,
  };
  const data = new Uint8Array(SIDE * SIDE);
  for (const one of await overlaysOf(input)) drawOverlay({ width: SIDE, height: SIDE, channels: 1, data }, one);
  const picture = Array.from({ length: SIDE }, (_, row) =>
    [...data.subarray(row * SIDE, (row + 1) * SIDE)].map((level) => (level === 255 ? '#' : '.')).join(''),
  );
  return { picture, notes };
}

const element = (group: number, at: number) => group * 0x10000 + at;

interface PlaneShape {
  readonly group?: number;
  readonly rows?: number;
  readonly columns?: number;
  readonly type?: string;
  readonly origin?: readonly number[];
  readonly more?: readonly SampleElement[];
}

function plane(words: readonly number[] | Uint8Array, shape: PlaneShape = {}): SampleElement[] {
  const { group = 0x6000, rows = SIDE, columns = SIDE, type = 'G', origin = [1, 1], more = [] } = shape;
  return [
    sample(element(group, 0x10), 'US', [rows]),
    sample(element(group, 0x11), 'US', [columns]),
    sample(element(group, 0x40), 'CS', type),
    sample(element(group, 0x50), 'SS', origin),
    sample(element(group, 0x100), 'US', [1]),
    sample(element(group, 0x102), 'US', [0]),
    sample(element(group, 0x3000), words instanceof Uint8Array ? 'OB' : 'OW', words),
    ...more,
  ];
}

/** The first pixel is the lowest bit of the first word; this is the first row, and the first pixel of the third. */
const WORD = 0b0000_0001_0000_1111;
const PICTURE = ['####', '....', '#...', '....'];

test('bits lie row by row, the first in the lowest bit, in words of either byte order and in bytes (PS3.3 C.9.2)', async () => {
  expect((await drawn(plane([WORD]))).picture).toEqual(PICTURE);
  expect((await drawn(plane([WORD]), { bigEndian: true })).picture).toEqual(PICTURE);
  expect((await drawn(plane(Uint8Array.of(0b1111, 1)))).picture).toEqual(PICTURE);
});

test('the origin is the row and column of the first bit, from 1, and may lie outside of the image (PS3.3 C.9.2.1.2)', async () => {
  const corner = { rows: 2, columns: 2 };
  expect((await drawn(plane([0b1111], { ...corner, origin: [2, 3] }))).picture).toEqual([
    '....',
    '..##',
    '..##',
    '....',
  ]);
  expect((await drawn(plane([0b1111], { ...corner, origin: [0, 0] }))).picture).toEqual([
    '#...',
    '....',
    '....',
    '....',
  ]);
  expect((await drawn(plane([0b1111], { ...corner, origin: [4, 4] }))).picture).toEqual([
    '....',
    '....',
    '....',
    '...#',
  ]);
  expect((await drawn(plane([0b1111], { ...corner, origin: [-9, 90] }))).picture).toEqual([
    '....',
    '....',
    '....',
    '....',
  ]);
});

test('all groups are drawn, each of its own size', async () => {
  const two = [...plane([WORD]), ...plane([0b1], { group: 0x601e, rows: 1, columns: 1, origin: [4, 4] })];
  expect((await drawn(two)).picture).toEqual(['####', '....', '#...', '...#']);
});

test('frames of a plane follow each other bit by bit and start at Image Frame Origin (PS3.3 C.9.2.1.4)', async () => {
  // Two frames of nine bits: the first has its first bit set, the second its last.
  const more = [sample(0x60000015, 'IS', '2'), sample(0x60000051, 'US', [2])];
  const changes = plane([0b1, 0b10], { rows: 3, columns: 3, more });
  const shown = async (frame: number) => (await drawn(changes, { frame, frames: 4 })).picture.join('/');
  expect(await shown(1)).toBe('..../..../..../....');
  expect(await shown(2)).toBe('#.../..../..../....');
  expect(await shown(3)).toBe('..../..../..#./....');
  expect(await shown(4)).toBe('..../..../..../....');
  // A plane that says nothing of frames lies on all of them.
  expect((await drawn(plane([WORD]), { frame: 3, frames: 3 })).picture).toEqual(PICTURE);
});

test('a region of interest is drawn as its outline: nothing of the image is hidden (PS3.3 C.9.2.1.1)', async () => {
  expect((await drawn(plane([0xffff], { type: 'R' }))).picture).toEqual(['####', '#..#', '#..#', '####']);
});

test('planes in unused bits of the pixel words are found, and not taken for pixels (PS3.5 section 8.1.2)', async () => {
  const embedded = (bit: number) => [
    sample(0x60000010, 'US', [SIDE]),
    sample(0x60000011, 'US', [SIDE]),
    sample(0x60000040, 'CS', 'G'),
    sample(0x60000100, 'US', [16]),
    sample(0x60000102, 'US', [bit]),
  ];
  const pixels = [0x1fff, 0x0fff, 0x1000, 0x8000];
  expect((await drawn(embedded(12), { pixels })).picture).toEqual(['#.#.', '....', '....', '....']);
  expect((await drawn(embedded(15), { pixels, bigEndian: true })).picture).toEqual(['...#', '....', '....', '....']);
  // Bit 3 belongs to the pixel values.
  expect((await drawn(embedded(3), { pixels })).picture).toEqual(['....', '....', '....', '....']);
});

test.each([
  ['fewer bits than its size needs', plane([1], { rows: 40, columns: 40 })],
  ['no rows', plane([1], { rows: 0 })],
  ['more frames than it has bits for', plane([1], { more: [sample(0x60000015, 'IS', '900')] })],
])('B29: a plane with %s is left out with a note', async (name, changes) => {
  const { picture, notes } = await drawn(changes, { frames: 2 });
  expect(picture.join(''), name).not.toContain('#');
  expect(notes).toEqual([expect.stringMatching(/overlay in group 6000 does not fit/)]);
});
