import { describe, expect, it } from 'vitest';
import { gridLevels, type TiffDirectory, type TiffFile, type TiffTiles } from '#server/slides/tiff.ts';
import { aperio } from './aperio.ts';

const array = { type: 4, count: 1, offsetBytes: 8 };
const tiles: TiffTiles = { kind: 'tiles', tileWidth: 240, tileHeight: 240, offsets: array, byteCounts: array };
const strips = { kind: 'strips', rowsPerStrip: 16, offsets: array, byteCounts: array } as const;
const DESCRIPTION =
  'Aperio Image Library v11.2.1\r\n46000x32914 [0,100 46000x32914] (240x240) JPEG/RGB Q=30|AppMag = 20|MPP = 0.4990|Left = 25.7';

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
    photometric: 2,
    planarConfiguration: 1,
    predictor: 1,
    orientation: 1,
    data: tiles,
    jpegTables: null,
    description: 'Aperio Image Library v11.2.1',
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

const base = directory(46_000, 32_914, { description: DESCRIPTION });
const thumbnail = directory(1024, 732, { data: strips });
const quarter = directory(11_500, 8228);
const sixteenth = directory(2875, 2057);
const label = directory(387, 463, {
  data: strips,
  subfileType: 1,
  description: 'Aperio Image Library v11.2.1\r\nlabel 387x463',
});
const macro = directory(1280, 431, {
  data: strips,
  subfileType: 9,
  description: 'Aperio Image Library v11.2.1\r\nmacro 1280x431',
});

describe('aperio.detect', () => {
  it('recognises the description of the first page', () => {
    expect(aperio.detect(file(base))).toBe(true);
  });

  it('says why a file is none', () => {
    expect(aperio.detect(file(directory(10, 10, { description: 'Leica' })))).toMatch(/does not name Aperio/);
    expect(aperio.detect(file(directory(10, 10, { data: strips })))).toMatch(/must be tiled/);
  });
});

describe('aperio.layout', () => {
  it('takes tiled pages as levels, never the thumbnail though it comes second', () => {
    const layout = aperio.layout(file(base, thumbnail, quarter, sixteenth, label, macro));
    expect(layout.levels).toEqual(gridLevels([base, quarter, sixteenth]));
    expect(layout.associated).toEqual([
      { name: 'thumbnail', directory: thumbnail },
      { name: 'label', directory: label },
      { name: 'macro', directory: macro },
    ]);
  });

  it('finds label and macro by NewSubfileType when the description is silent', () => {
    const silent = [label, macro].map((one) => ({ ...one, description: 'Aperio Leica Biosystems GT450 v1.0.1' }));
    const layout = aperio.layout(file(base, thumbnail, quarter, ...silent));
    expect(layout.associated.map((one) => one.name)).toEqual(['thumbnail', 'label', 'macro']);
  });

  it('does not take a label for the thumbnail when there is none', () => {
    expect(aperio.layout(file(base, label, macro)).associated.map((one) => one.name)).toEqual(['label', 'macro']);
  });

  it('never serves a tiled label, a larger page or a page of another shape as a level', () => {
    const tiledLabel = { ...label, data: tiles, width: 5750, height: 4114 };
    const other = directory(5000, 5000);
    const larger = directory(92_000, 65_828);
    expect(aperio.layout(file(base, thumbnail, quarter, tiledLabel, other, larger)).levels).toEqual(
      gridLevels([base, quarter]),
    );
  });

  it('ignores strips of no known role', () => {
    const odd = directory(500, 400, { data: strips });
    expect(aperio.layout(file(base, thumbnail, quarter, odd)).associated).toHaveLength(1);
  });

  it('reads MPP and AppMag, also with a decimal comma', () => {
    for (const mpp of ['0.4990', '0,4990']) {
      const layout = aperio.layout(file({ ...base, description: DESCRIPTION.replace('0.4990', mpp) }));
      expect(layout.mpps).toEqual([{ x: 0.499, y: 0.499, source: 'aperio-description' }]);
      expect(layout.objective).toEqual({ power: 20, source: 'aperio-description' });
    }
  });

  it.each(['', '0', '-0.5', '0.5 um', 'NaN', '1e-1', '499', '0.0004'])('does not believe MPP = %j', (mpp) => {
    const odd = { ...base, description: DESCRIPTION.replace('0.4990', mpp) };
    expect(aperio.layout(file(odd)).mpps).toEqual([]);
    const resolved = { ...odd, resolution: { x: 40_000, y: 40_000, unit: 3 } };
    expect(aperio.layout(file(resolved)).mpps).toEqual([{ x: 0.25, y: 0.25, source: 'tiff-resolution' }]);
  });

  it('stays without objective power when the description gives none', () => {
    const odd = { ...base, description: DESCRIPTION.replace('AppMag = 20', 'AppMag = unknown') };
    expect(aperio.layout(file(odd)).objective).toBeNull();
  });
});
