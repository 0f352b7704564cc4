import { describe, expect, it } from 'vitest';
import type { TiffDirectory, TiffFile } from '#server/slides/tiff.ts';
import { genericTiff } from './generic-tiff.ts';

const array = { type: 4, count: 1, offsetBytes: 8 };
const tiles = { kind: 'tiles', tileWidth: 256, tileHeight: 256, offsets: array, byteCounts: array } as const;
const strips = { kind: 'strips', rowsPerStrip: 16, offsets: array, byteCounts: array } as const;

function directory(width: number, height: number, facts: Partial<TiffDirectory> = {}): TiffDirectory {
  return {
    offsetBytes: 8,
    width,
    height,
    subfileType: 0,
    bitsPerSample: [8, 8, 8],
    samplesPerPixel: 3,
    sampleFormat: 1,
    compression: 7,
    photometric: 6,
    planarConfiguration: 1,
    predictor: 1,
    orientation: 1,
    data: tiles,
    jpegTables: null,
    description: '',
    make: '',
    model: '',
    software: '',
    xmp: '',
    iccProfile: null,
    resolution: null,
    subDirectories: [],
    privateTags: new Map(),
    ...facts,
  };
}

function file(base: TiffDirectory, ...rest: TiffDirectory[]): TiffFile {
  return { littleEndian: true, bigTiff: false, ndpi: false, directories: [base, ...rest] };
}

const base = directory(4001, 3001);

describe('genericTiff.detect', () => {
  it('accepts a single tiled pyramid', () => {
    expect(genericTiff.detect(file(base, directory(2000, 1500), directory(100, 75, { data: strips })))).toBe(true);
  });

  it.each<[string, TiffFile, RegExp]>([
    ['no tiled page', file(directory(9, 9, { data: strips })), /no smaller levels/],
    ['several pages of full size', file(base, directory(4001, 3001)), /2 pages of full size/],
    ['a mask only', file(directory(9, 9, { subfileType: 4 })), /no page is a picture/],
    [
      'an Aperio file with a stripped first page',
      file(directory(9, 9, { data: strips, description: 'Aperio x' }), base),
      /Aperio/,
    ],
    ['a Ventana file', file(directory(9, 9, { xmp: '<iScan Magnification="40"/>' })), /Ventana/],
    [
      'a Leica file',
      file(directory(9, 9, { description: '<scn xmlns="http://www.leica-microsystems.com/scn/2010">' })),
      /Leica/,
    ],
    ['a Philips file', file(directory(9, 9, { software: 'Philips DP v1.0' })), /Philips/],
    ['a Hamamatsu file', file(directory(9, 9, { make: 'Hamamatsu' })), /Hamamatsu/],
    ['a Trestle file', file(directory(9, 9, { software: 'MedScan' })), /Trestle/],
  ])('says why not: %s', (_, tiff, reason) => {
    expect(genericTiff.detect(tiff)).toMatch(reason);
  });
});

describe('genericTiff.layout', () => {
  it('orders levels by size, from pages and SubIFDs, without masks, strips and repeats', () => {
    const half = directory(2000, 1500);
    const quarter = directory(1001, 750);
    const whole = { ...base, subDirectories: [directory(500, 375), quarter] };
    const layout = genericTiff.layout(
      file(directory(1000, 750, { data: strips }), quarter, whole, half, directory(2000, 1500, { subfileType: 4 })),
    );
    expect(layout.levels.map((one) => one.width)).toEqual([4001, 2000, 1001, 500]);
    expect(layout.associated).toEqual([]);
  });

  it('leaves out a page of another shape, which would be stretched over the slide', () => {
    expect(genericTiff.layout(file(base, directory(1000, 1000))).levels).toHaveLength(1);
  });

  it('falls back to the TIFF resolution', () => {
    const resolved = { ...base, resolution: { x: 20_000, y: 20_000, unit: 3 } };
    expect(genericTiff.layout(file(resolved)).mpps).toEqual([{ x: 0.5, y: 0.5, source: 'tiff-resolution' }]);
  });
});
