import { describe, expect, test } from 'vitest';
import type { DicomJsonDataset, DicomJsonElement } from './dicom-json.ts';
import { presentationOf, presentsFrame, readPresentationState } from './presentation-state.ts';

const sq = (...items: readonly DicomJsonDataset[]): DicomJsonElement => ({ vr: 'SQ', Value: items });
const of = (vr: string, ...values: readonly (string | number)[]): DicomJsonElement => ({ vr, Value: values });
const image = (uid: string, ...frames: readonly number[]): DicomJsonDataset => ({
  '00081155': of('UI', uid),
  ...(frames.length === 0 ? {} : { '00081160': of('IS', ...frames) }),
});
const AREA = { '00700052': of('SL', 1, 1), '00700053': of('SL', 8, 4), '00700100': of('CS', 'SCALE TO FIT') };

function state(changes: Record<string, DicomJsonElement> = {}): DicomJsonDataset {
  return {
    '00080016': of('UI', '1.2.840.10008.5.1.4.1.1.11.1'),
    '00081115': sq({ '0020000E': of('UI', '1.2.9'), '00081140': sq(image('1.1'), image('1.2', 2, 3)) }),
    '0070005A': sq(AREA),
    '20500020': of('CS', 'IDENTITY'),
    ...changes,
  };
}
const frame = (changes: Record<string, DicomJsonElement>, uid = '1.1', number = 1) => {
  const read = readPresentationState(state(changes));
  expect(read.unsupported).toBeNull();
  return presentationOf(read, uid, number);
};

describe('PS3.3 C.11.11: the images of a state', () => {
  test('each reference, all frames unless some are named', () => {
    const read = readPresentationState(state());
    expect(read.images).toEqual([
      { sopInstanceUid: '1.1', frames: null },
      { sopInstanceUid: '1.2', frames: [2, 3] },
    ]);
    const asked: [string, number][] = [
      ['1.1', 7],
      ['1.2', 3],
      ['1.2', 1],
      ['1.3', 1],
    ];
    expect(asked.map(([uid, number]) => presentsFrame(read, uid, number))).toEqual([true, true, false, false]);
  });

  test('what an item is for: its own references, or everything (PS3.3 C.11.8)', () => {
    const window = (center: number) => ({ '00281050': of('DS', center), '00281051': of('DS', 10) });
    const changes = {
      '00283110': sq(
        { ...window(1), '00081140': sq(image('1.2', 3)) },
        { ...window(2), '00081140': sq(image('1.2')) },
        window(3),
      ),
    };
    const centers = (
      [
        ['1.2', 3],
        ['1.2', 2],
        ['1.1', 1],
      ] as const
    ).map(([uid, number]) => {
      const { voi } = frame(changes, uid, number);
      return voi !== null && 'window' in voi ? voi.window.center : null;
    });
    expect(centers).toEqual([1, 2, 3]);
  });

  test('PS3.4 N.2: what is absent is the identity', () => {
    expect(frame({})).toMatchObject({
      ...{ voi: null, modalityLut: null, presentationLut: null, inverted: false, rotation: 0, flipped: false },
      ...{ rescale: { rescaleSlope: 1, rescaleIntercept: 0 }, shutter: null, overlayGroups: [], marks: [] },
    });
  });
});

describe('how the image is shown', () => {
  test('PS3.3 C.10.4: corners as they lie after turning, in pixels from 1; beyond the image too', () => {
    const corners = { ...AREA, '00700052': of('SL', -1, 460), '00700053': of('SL', 20, 51) };
    expect(frame({ '0070005A': sq(corners) }).area).toEqual({
      ...{ left: -2, right: 20, top: 50, bottom: 460, magnification: null, pixelAspect: null },
    });
    const magnified = { ...AREA, '00700100': of('CS', 'MAGNIFY'), '00700103': of('FL', 2), '00700101': of('DS', 1, 2) };
    expect(frame({ '0070005A': sq(magnified) }).area).toMatchObject({ magnification: 2, pixelAspect: 2 });
  });

  test('PS3.3 C.10.6, C.11.6, C.7.6.11, C.11.7: turned, inverted, shuttered, with an overlay', () => {
    const shown = frame({
      ...{ '00700041': of('CS', 'Y'), '00700042': of('US', 270), '20500020': of('CS', 'INVERSE') },
      ...{ '00181600': of('CS', 'CIRCULAR'), '00181610': of('IS', 3, 5), '00181612': of('IS', 2) },
      ...{ '00181622': of('US', 0xffff), '60021001': of('CS', 'LAYER') },
    });
    expect(shown).toMatchObject({ flipped: true, rotation: 270, inverted: true, overlayGroups: [0x6002] });
    expect(shown.shutter).toEqual({
      ...{ rectangle: null, polygon: null, colour: '#ffffff' },
      circle: { row: 3, column: 5, radius: 2 },
    });
  });

  test('PS3.3 C.11.8: a table, as US and as OW', () => {
    const table = (data: DicomJsonElement) => ({
      '00283110': sq({ '00283010': sq({ '00283002': of('US', 3, 10, 8), '00283006': data }) }),
    });
    const expected = { table: { firstValue: 10, entryCount: 3, entries: [1, 2, 255], entryBits: 8 } };
    expect(frame(table(of('US', 1, 2, 255))).voi).toEqual(expected);
    expect(frame(table({ vr: 'OW', InlineBinary: 'AQACAP8A' })).voi).toEqual(expected);
  });

  test('PS3.3 C.10.5 and C.10.7: marks, lowest layer first, in the colour of their layer', () => {
    const graphic = (more: Record<string, DicomJsonElement> = {}) => ({
      ...{ '00700005': of('CS', 'PIXEL'), '00700023': of('CS', 'CIRCLE'), '00700022': of('FL', 1, 2, 3, 2) },
      ...more,
    });
    const text = {
      ...{ '00700006': of('ST', 'a\r\nb\u202e<c>'), '00700004': of('CS', 'DISPLAY'), '00700014': of('FL', 0.5, 0.25) },
    };
    const { marks } = frame({
      '00700001': sq(
        { '00700002': of('CS', 'TOP'), '00700009': sq(graphic({ '00700024': of('CS', 'Y') })) },
        { '00700002': of('CS', 'LOW'), '00700008': sq(text), '00081140': sq(image('1.1')) },
        { '00700002': of('CS', 'LOW'), '00700009': sq(graphic()), '00081140': sq(image('1.2')) },
      ),
      '00700060': sq(
        { '00700002': of('CS', 'TOP'), '00700062': of('IS', 2), '00700401': of('US', 0xffff, 0x8080, 0x8080) },
        { '00700002': of('CS', 'LOW'), '00700062': of('IS', 1), '00700066': of('US', 0) },
      ),
    });
    expect(marks.map(({ layer, colour }) => [layer, colour])).toEqual([
      ['LOW', '#000000'],
      ['TOP', '#ffffff'],
    ]);
    expect(marks[0]?.texts).toEqual([
      {
        ...{ text: 'a\nb<c>', box: null, justification: 'LEFT', colour: null },
        anchor: { unit: 'DISPLAY', point: [0.5, 0.25], visible: false },
      },
    ]);
    expect(marks[1]?.graphics).toMatchObject([
      {
        type: 'CIRCLE',
        points: [
          [1, 2],
          [3, 2],
        ],
        filled: true,
      },
    ]);
  });
});

describe('what cannot be shown is told, never shown in part', () => {
  const mark = (graphic: DicomJsonDataset) => ({ '00700001': sq({ '00700009': sq(graphic) }) });
  const points = { '00700022': of('FL', 1, 2, 3, 4) };
  test.each([
    ['another SOP class', { '00080016': of('UI', '1.2.840.10008.5.1.4.1.1.11.4') }, 'kind'],
    ['no images', { '00081115': sq() }, 'without images'],
    ['a bitmap shutter', { '00181600': of('CS', 'BITMAP') }, 'shutter'],
    ['a shutter without edges', { '00181600': of('CS', 'RECTANGULAR'), '00181602': of('IS', 3) }, 'shutter'],
    ['mask subtraction', { '00286100': sq({ '00286101': of('CS', 'AVG_SUB') }) }, 'mask'],
    ['overlays of its own', { '60003000': { vr: 'OW', InlineBinary: 'AAA=' } }, 'overlays'],
    ['a slanted turn', { '00700042': of('US', 45) }, 'right angle'],
    ['a window of no width', { '00283110': sq({ '00281050': of('DS', 1), '00281051': of('DS', 0) }) }, 'window'],
    ['a table without data', { '20500010': sq({ '00283002': of('US', 3, 0, 8) }) }, 'table'],
    ['an area without corners', { '0070005A': sq({}) }, 'area'],
    ['an unknown graphic', mark({ ...points, '00700005': of('CS', 'PIXEL'), '00700023': of('CS', 'STAR') }), 'type'],
    ['slide units', mark({ ...points, '00700005': of('CS', 'MATRIX'), '00700023': of('CS', 'POLYLINE') }), 'units'],
    ['too few points', mark({ ...points, '00700005': of('CS', 'PIXEL'), '00700023': of('CS', 'ELLIPSE') }), 'points'],
  ])('%s', (_what, changes, reason) => {
    expect(readPresentationState(state(changes)).unsupported).toContain(reason);
  });

  test('more points than anybody draws', () => {
    const many = { '00700022': { vr: 'FL', Value: Array.from({ length: 200_002 }, () => 1) } };
    const changes = mark({ ...many, '00700005': of('CS', 'PIXEL'), '00700023': of('CS', 'POLYLINE') });
    expect(readPresentationState(state(changes)).unsupported).toContain('100000 points');
  });
});
