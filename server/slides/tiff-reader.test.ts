import { describe, expect, it } from 'vitest';
import { memorySource } from './source.ts';
import { resolutionCalibration, TIFF_LIMITS, type TiffDirectory } from './tiff.ts';
import { readSegmentTable, readTiff } from './tiff-reader.ts';
import { pictureFields, plainPage, type SampleForm, type SamplePage, tiffSample } from './tiff-sample.ts';

const malformed = expect.objectContaining({ code: 'TIFF_MALFORMED' });
const limit = expect.objectContaining({ code: 'TIFF_LIMIT' });
const read = (bytes: Uint8Array) => readTiff(memorySource(bytes));
const FORMS: [string, SampleForm][] = [
  ['classic, little endian', {}],
  ['classic, big endian', { bigEndian: true }],
  ['BigTIFF, little endian', { bigTiff: true }],
  ['BigTIFF, big endian', { bigTiff: true, bigEndian: true }],
];

describe.each(FORMS)('readTiff of a %s file', (_, form) => {
  const extra = [
    { tag: 254, type: 4, values: [9] },
    { tag: 270, type: 2, values: 'a description longer than eight bytes' },
    { tag: 282, type: 5, values: [20_040, 1] },
    { tag: 283, type: 5, values: [40_080, 2] },
    { tag: 296, type: 3, values: [3] },
    { tag: 347, type: 7, values: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) },
    { tag: 34675, type: 7, values: new Uint8Array(200) },
    { tag: 60_000, type: 99 as 7, values: Uint8Array.of(1), count: 1 },
  ] as const;
  const bytes = tiffSample(
    [plainPage(100, 50, 32, extra), { ...plainPage(50, 25, 32), subPages: [plainPage(16, 16, 16)] }],
    form,
  );

  it('reads the chain, SubIFDs and every fact', async () => {
    const tiff = await read(bytes);
    expect(tiff.directories).toHaveLength(2);
    expect(tiff.directories[0]).toMatchObject({
      width: 100,
      height: 50,
      subfileType: 9,
      bitsPerSample: [8, 8, 8],
      samplesPerPixel: 3,
      compression: 1,
      photometric: 2,
      planarConfiguration: 1,
      predictor: 1,
      orientation: 1,
      description: 'a description longer than eight bytes',
      resolution: { x: 20_040, y: 20_040, unit: 3 },
      jpegTables: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
      iccProfile: { lengthBytes: 200 },
      data: { kind: 'tiles', tileWidth: 32, tileHeight: 32 },
    });
    expect(tiff.directories[1]?.subDirectories[0]).toMatchObject({ width: 16, height: 16 });
  });

  it('reads the tile table', async () => {
    const source = memorySource(bytes);
    const [base] = (await readTiff(source)).directories;
    const table = await readSegmentTable(source, base, 100);
    expect(table.offsets).toHaveLength(8);
    expect([...table.byteCounts]).toEqual(Array(8).fill(32 * 32 * 3));
    expect(new Set(await source.read(table.offsets[3] ?? 0, 3072))).toEqual(new Set([(3 * 37 + 100) % 251]));
  });
});

describe('readTiff refuses', () => {
  const page = plainPage(64, 64, 32);
  it.each<[string, Uint8Array | (() => Uint8Array), unknown]>([
    ['a file that is no TIFF', Buffer.from('%PDF-1.7 and so on'), malformed],
    ['a file of four bytes', Buffer.from('II*\0', 'latin1'), malformed],
    ['a BigTIFF with another offset size', Buffer.from('49492b000400000008000000000000000000', 'hex'), malformed],
    ['a file without a directory', Buffer.from('49492a0000000000', 'hex'), malformed],
    ['a directory past the end', Buffer.from('49492a00ffffff7f', 'hex'), malformed],
    ['a BigTIFF directory beyond 2^53', Buffer.from('49492b0008000000ffffffffffffffff', 'hex'), malformed],
    [
      'a directory without entries',
      Buffer.concat([Buffer.from('49492a0008000000', 'hex'), Buffer.alloc(16)]),
      malformed,
    ],
    ['a chain that loops', () => tiffSample([page, { ...page, next: 'first' }]), malformed],
    ['a chain that leaves the file', () => tiffSample([{ ...page, next: 0x7fff_ffff }]), malformed],
    ['a SubIFD that is a page of the chain', () => loopThroughSubDirectory(), malformed],
    [
      'a value past the end',
      () =>
        tiffSample([
          {
            fields: [
              ...pictureFields({ width: 9, height: 9 }),
              { tag: 270, type: 2, values: 'x', count: 900, offset: 8 },
            ],
          },
        ]),
      malformed,
    ],
    [
      'a value of 2^32 entries',
      () => tiffSample([{ fields: [{ tag: 270, type: 16, values: [1], count: 0xffff_ffff, offset: 8 }] }]),
      malformed,
    ],
    ['a picture without a width', () => tiffSample([{ fields: [{ tag: 257, type: 4, values: [10] }] }]), malformed],
    ['a width that is no integer', () => tiffSample([{ fields: [{ tag: 256, type: 2, values: 'wide' }] }]), malformed],
    ['a picture of 2^31 px', () => tiffSample([{ fields: pictureFields({ width: 2 ** 31, height: 5 }) }]), limit],
    [
      'tiles without a size',
      () => tiffSample([{ ...page, fields: pictureFields({ width: 64, height: 64 }) }]),
      malformed,
    ],
    [
      'tiles without offsets',
      () => tiffSample([{ fields: pictureFields({ width: 64, height: 64, tile: 32 }) }]),
      malformed,
    ],
    [
      'tiles of 8192 px',
      () => tiffSample([{ ...page, fields: pictureFields({ width: 64, height: 64, tile: 8192 }) }]),
      limit,
    ],
    [
      'JPEG tables of 65 kB',
      () => tiffSample([plainPage(32, 32, 32, [{ tag: 347, type: 7, values: new Uint8Array(65 * 1024) }])]),
      limit,
    ],
    [
      'an ICC profile of 5 MB',
      () => tiffSample([plainPage(32, 32, 32, [{ tag: 34675, type: 7, values: new Uint8Array(5 << 20) }])]),
      limit,
    ],
    [
      'a description of 9 MB',
      () => tiffSample([plainPage(32, 32, 32, [{ tag: 270, type: 7, values: new Uint8Array(9 << 20) }])]),
      limit,
    ],
    ['a directory of 600 entries', () => tiffSample([manyEntries(600)]), limit],
    ['65 bit depths', () => tiffSample([{ fields: [{ tag: 256, type: 3, values: Array(65).fill(8) }] }]), limit],
  ])('%s', async (_, bytes, expected) => {
    await expect(read(typeof bytes === 'function' ? bytes() : bytes)).rejects.toThrow(expected as Error);
  });

  it('a million directories, long before it has read them', async () => {
    // Each directory: 4 entries' worth of bytes kept minimal by one shared layout of width and height.
    const one = 2 + 2 * 12 + 4;
    const count = 1_000_000;
    const bytes = Buffer.alloc(8 + one * count);
    bytes.write('II*\0', 0, 'latin1');
    bytes.writeUInt32LE(8, 4);
    for (let index = 0; index < count; index++) {
      const at = 8 + index * one;
      bytes.writeUInt16LE(2, at);
      for (const [field, tag] of [256, 257].entries()) {
        bytes.writeUInt16LE(tag, at + 2 + field * 12);
        bytes.writeUInt16LE(3, at + 4 + field * 12);
        bytes.writeUInt32LE(1, at + 6 + field * 12);
        bytes.writeUInt16LE(16, at + 10 + field * 12);
      }
      bytes.writeUInt32LE(at + one, at + one - 4);
    }
    const started = performance.now();
    await expect(read(bytes)).rejects.toThrow(limit);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('many directories that share one large text, before memory runs out', async () => {
    const text = { tag: 270, type: 7, values: new Uint8Array(7 << 20) } as const;
    const first = tiffSample([plainPage(32, 32, 32, [text])]);
    const offset = Buffer.from(first).indexOf(Buffer.alloc(1 << 20));
    const shared = { tag: 270, type: 7, values: Uint8Array.of(1), count: 7 << 20, offset } as const;
    const pages = [plainPage(32, 32, 32, [text]), ...Array.from({ length: 20 }, () => plainPage(32, 32, 32, [shared]))];
    await expect(read(tiffSample(pages))).rejects.toThrow(limit);
  });

  it('to go on when aborted', async () => {
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(readTiff(memorySource(tiffSample([page])), signal)).rejects.toThrow('gone');
  });
});

describe('readSegmentTable refuses', () => {
  const table = async (page: SamplePage, most = 1000) => {
    const source = memorySource(tiffSample([page]));
    return readSegmentTable(source, (await readTiff(source)).directories[0], most);
  };
  const tiled = (width: number, tile: number, offsets: number[], lengths: number[]): SamplePage => ({
    fields: [
      ...pictureFields({ width, height: width, tile }),
      { tag: 324, type: 4, values: offsets },
      { tag: 325, type: 4, values: lengths },
    ],
  });

  it.each<[string, SamplePage, unknown]>([
    ['neither tiles nor strips', { fields: pictureFields({ width: 5, height: 5 }) }, malformed],
    ['fewer tiles than the picture needs', tiled(64, 32, [8, 8, 8], [1, 1, 1]), malformed],
    ['more tiles than the picture needs', tiled(32, 32, [8, 8], [1, 1]), malformed],
    ['byte counts for fewer tiles than offsets', tiled(64, 32, [8, 8, 8, 8], [1, 1]), malformed],
    ['a tile past the end', tiled(32, 32, [8], [100_000]), malformed],
    ['a tile that starts past the end', tiled(32, 32, [0xffff_fff0], [1]), malformed],
    ['a tile of 17 MB', tiled(32, 32, [8], [17 << 20]), limit],
    ['tiles of 1 px over a slide of 200,000 px', tiled(200_000, 1, [8, 8], [1, 1]), malformed],
    [
      'a table of text',
      {
        fields: [
          ...pictureFields({ width: 32, height: 32, tile: 32 }),
          { tag: 324, type: 2, values: '' },
          { tag: 325, type: 4, values: [1] },
        ],
      },
      malformed,
    ],
  ])('%s', async (_, page, expected) => {
    await expect(table(page)).rejects.toThrow(expected as Error);
  });

  it('more tiles than are left for the slide', async () => {
    await expect(table(plainPage(128, 128, 32), 15)).rejects.toThrow(limit);
    await expect(table(plainPage(128, 128, 32), 16)).resolves.toMatchObject({ byteCounts: { length: 16 } });
    expect(TIFF_LIMITS.tilesPerSlide).toBeGreaterThan(1_000_000);
  });
});

describe('resolutionCalibration (TIFF 6.0 section 8)', () => {
  const of = (resolution: TiffDirectory['resolution']) => resolutionCalibration({ resolution } as TiffDirectory);
  it('converts pixels per centimetre and per inch', () => {
    expect(of({ x: 20_000, y: 40_000, unit: 3 })).toEqual({ x: 0.5, y: 0.25, source: 'tiff-resolution' });
    expect(of({ x: 50_800, y: 50_800, unit: 2 })?.x).toBe(0.5);
  });

  it.each([
    ['no resolution', null],
    ['no unit', { x: 20_000, y: 20_000, unit: null }],
    ['a relative unit', { x: 20_000, y: 20_000, unit: 1 }],
    ['72 dpi', { x: 72, y: 72, unit: 2 }],
    ['300 dpi', { x: 300, y: 300, unit: 2 }],
    ['an impossible density on one axis', { x: 20_000, y: 1e9, unit: 3 }],
  ])('stays uncalibrated with %s', (_, resolution) => {
    expect(of(resolution)).toBeNull();
  });
});

function manyEntries(count: number): SamplePage {
  return { fields: Array.from({ length: count }, (_, index) => ({ tag: 1000 + index, type: 3, values: [1] })) };
}

/** A page whose SubIFD pointer leads back to the page itself. */
function loopThroughSubDirectory(): Uint8Array {
  const bytes = Buffer.from(
    tiffSample([{ fields: [...pictureFields({ width: 9, height: 9 }), { tag: 330, type: 4, values: [0] }] }]),
  );
  const directory = bytes.readUInt32LE(4);
  for (let index = 0; index < bytes.readUInt16LE(directory); index++) {
    const entry = directory + 2 + index * 12;
    if (bytes.readUInt16LE(entry) === 330) bytes.writeUInt32LE(directory, entry + 8);
  }
  return bytes;
}
