import { describe, expect, it } from 'vitest';
import type { TiffDirectory, TiffFile } from '#server/slides/tiff.ts';
import { omeTiff } from './ome-tiff.ts';

const array = { type: 4, count: 1, offsetBytes: 8 };
const tiles = { kind: 'tiles', tileWidth: 256, tileHeight: 256, offsets: array, byteCounts: array } as const;

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
const ome = (pixels: string): TiffDirectory =>
  directory(4001, 3001, {
    description: `<?xml version="1.0"?><OME xmlns="x"><Instrument><Objective ID="o" NominalMagnification="40.0"/></Instrument><Image><Pixels ID="p" ${pixels}></Pixels></Image></OME>`,
  });

describe('omeTiff.detect', () => {
  it('recognises OME-XML and says why a file is none', () => {
    expect(omeTiff.detect(file(ome('')))).toBe(true);
    expect(omeTiff.detect(file(base))).toMatch(/not OME-XML/);
  });
});

describe('omeTiff.layout', () => {
  it('reads pixel size and magnification of OME-XML, in its units', () => {
    const layout = omeTiff.layout(file(ome('PhysicalSizeX="0.25" PhysicalSizeY="0.26"')));
    expect(layout.mpps).toEqual([{ x: 0.25, y: 0.26, source: 'ome-xml' }]);
    expect(layout.objective).toEqual({ power: 40, source: 'ome-xml' });
    const mm = 'PhysicalSizeX="0.0005" PhysicalSizeXUnit="mm" PhysicalSizeY="500" PhysicalSizeYUnit="nm"';
    expect(omeTiff.layout(file(ome(mm))).mpps).toEqual([{ x: 0.5, y: 0.5, source: 'ome-xml' }]);
  });

  it.each([
    ['one axis only', 'PhysicalSizeX="0.25"'],
    ['an unknown unit', 'PhysicalSizeX="0.25" PhysicalSizeXUnit="pixel" PhysicalSizeY="0.25"'],
    ['an implausible size', 'PhysicalSizeX="1000" PhysicalSizeY="1000"'],
    ['a size that is no number', 'PhysicalSizeX="small" PhysicalSizeY="small"'],
  ])('stays uncalibrated with %s', (_, pixels) => {
    expect(omeTiff.layout(file(ome(pixels))).mpps).toEqual([]);
  });

  it('takes SubIFDs as levels, and pages where there are none', () => {
    const half = directory(2000, 1500);
    const layout = omeTiff.layout(file({ ...ome(''), subDirectories: [half] }, directory(1000, 750)));
    expect(layout.levels.map((one) => one.width)).toEqual([4001, 2000]);
    expect(omeTiff.layout(file(ome(''), half)).levels).toHaveLength(2);
  });

  it('finds the planes of channels and focal planes in the order the file gives them', () => {
    const grey = { samplesPerPixel: 1, photometric: 1, bitsPerSample: [16] };
    const xml =
      '<OME><Image><Pixels SizeX="4001" SizeY="3001" SizeC="2" SizeZ="3" SizeT="1" DimensionOrder="XYZCT" PhysicalSizeZ="2">' +
      '<Channel Name="DAPI" Color="65535"/><Channel Fluor="Cy5"/><TiffData/></Pixels></Image></OME>';
    const pages = Array.from({ length: 6 }, (_, index) =>
      directory(4001, 3001, { ...grey, offsetBytes: index, ...(index === 0 ? { description: xml } : {}) }),
    );
    const [first, ...rest] = pages;
    if (first === undefined) throw new Error('no page');
    const { stack } = omeTiff.layout(file(first, ...rest));
    expect(stack?.focalPlanesUm).toEqual([0, 2, 4]);
    expect(stack?.channels.map(({ name, colour }) => [name, colour])).toEqual([
      ['DAPI', '#0000ff'],
      ['Cy5', '#00ff00'],
    ]);
    expect(stack?.images(2, 1)[0]?.offsetBytes).toBe(5);
    expect(() => omeTiff.layout(file(first, ...rest.slice(1)))).toThrow(/has no page/);
  });

  it.each([
    ['a million channels', 'SizeC="1000000"', /channels 1000000/],
    ['a million focal planes', 'SizeC="1" SizeZ="1000000"', /focal planes 1000000/],
  ])('refuses %s', (_, sizes, reason) => {
    expect(() => omeTiff.layout(file(ome(sizes)))).toThrow(reason);
  });

  it('refuses XML with entities', () => {
    const bomb = { ...base, description: '<!DOCTYPE OME [<!ENTITY a "aaaa">]><OME>&a;</OME>' };
    expect(() => omeTiff.layout(file(bomb))).toThrow(/declares a document type/);
  });
});
