import { describe, expect, it } from 'vitest';
import type { DicomJsonDataset, DicomJsonValue } from '#shared/dicom/dicom-json.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { buildFrameStack, indexOfTarget, targetAt } from './frame-stack.ts';

const study = '1.2.3' as StudyUid;
const series = '1.2.3.4' as SeriesUid;

const values = (vr: string, ...Value: DicomJsonValue[]) => ({ vr, Value });
const sequence = (...items: DicomJsonDataset[]) => ({ vr: 'SQ', Value: items });

function slice(number: number, z: number | null, more: DicomJsonDataset = {}): DicomJsonDataset {
  return {
    '00080016': values('UI', '1.2.840.10008.5.1.4.1.1.2'),
    '00080018': values('UI', `1.2.3.4.${number}`),
    '00080060': values('CS', 'CT'),
    '00200013': values('IS', number),
    '00280002': values('US', 1),
    '00280004': values('CS', 'MONOCHROME2'),
    '00280010': values('US', 4),
    '00280011': values('US', 6),
    '00280100': values('US', 16),
    ...(z === null
      ? {}
      : {
          '00200032': values('DS', 0, 0, z),
          '00200037': values('DS', 1, 0, 0, 0, 1, 0),
          '00280030': values('DS', 0.8, 0.5),
        }),
    ...more,
  };
}

const numbers = (instances: DicomJsonDataset[]): (number | null)[] =>
  buildFrameStack(study, series, instances).frames.map(({ description }) => description.instanceNumber);

describe('buildFrameStack', () => {
  it('orders slices along their normal, not as they arrive', () => {
    expect(numbers([slice(2, 20), slice(3, 30), slice(1, 10)])).toEqual([1, 2, 3]);
  });

  it('runs in the sense of the instance numbers when these count down the normal', () => {
    expect(numbers([slice(3, 10), slice(1, 30), slice(2, 20)])).toEqual([1, 2, 3]);
  });

  it('believes positions more than instance numbers', () => {
    expect(numbers([slice(1, 10), slice(9, 20), slice(5, 30)])).toEqual([1, 9, 5]);
  });

  it('orders by instance number when a slice has no position', () => {
    expect(numbers([slice(3, 10), slice(1, null), slice(2, 30)])).toEqual([1, 2, 3]);
  });

  it('expands a multi-frame instance into frames from 1 (PS3.3 C.7.6.6)', () => {
    const { frames } = buildFrameStack(study, series, [slice(1, null, { '00280008': values('IS', 3) })]);
    expect(frames.map(({ frameNumber }) => frameNumber)).toEqual([1, 2, 3]);
    expect(frames[2]?.url).toBe('/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.1/frames/3');
  });

  it('takes position, spacing, rescale and window of each frame from its functional groups (PS3.3 C.7.6.16)', () => {
    const group = (z: number, slope: number): DicomJsonDataset => ({
      '00209113': sequence({ '00200032': values('DS', 0, 0, z) }),
      '00289145': sequence({ '00281052': values('DS', -5), '00281053': values('DS', slope) }),
      '00289132': sequence({ '00281050': values('DS', 100 * slope), '00281051': values('DS', 50) }),
    });
    const shared: DicomJsonDataset = {
      '00209116': sequence({ '00200037': values('DS', 1, 0, 0, 0, 1, 0) }),
      '00289110': sequence({ '00280030': values('DS', 2, 3) }),
    };
    const { frames } = buildFrameStack(study, series, [
      slice(1, null, {
        '00280008': values('IS', 2),
        '52009229': sequence(shared),
        '52009230': sequence(group(7, 2), group(5, 4)),
      }),
    ]);
    // Frame 2 lies below frame 1, but the instance counts the other way: frames keep their own order.
    expect(frames.map(({ frameNumber }) => frameNumber)).toEqual([1, 2]);
    const [first, second] = frames.map(({ description }) => description);
    expect(first?.plane?.origin).toEqual([0, 0, 7]);
    expect(first?.calibration).toEqual({ kind: 'mm-per-pixel', rowMm: 2, columnMm: 3, source: 'PixelSpacing' });
    expect([first?.rescaleSlope, second?.rescaleSlope, second?.rescaleIntercept]).toEqual([2, 4, -5]);
    expect(second?.windows[0]).toMatchObject({ center: 400, width: 50 });
  });

  it('leaves out objects without a picture', () => {
    const report: DicomJsonDataset = { '00080018': values('UI', '1.2.9'), '00080060': values('CS', 'SR') };
    const labels = slice(4, 40, { '00080016': values('UI', '1.2.840.10008.5.1.4.1.1.66.4') });
    expect(numbers([report, slice(1, 10), labels])).toEqual([1]);
  });

  it('is empty for a series without any picture', () => {
    expect(buildFrameStack(study, series, [{}]).frames).toEqual([]);
  });

  it('leaves an image without spacing uncalibrated: no millimetre is made up', () => {
    const [frame] = buildFrameStack(study, series, [slice(1, null)]).frames;
    expect(frame?.description.calibration.kind).toBe('none');
    expect(frame?.description.plane).toBeNull();
    expect(frame?.description.pixelShape).toEqual({ width: 1, height: 1 });
  });

  it('takes the shape of pixels from Pixel Aspect Ratio where there is no spacing (PS3.3 C.7.6.3.1.7)', () => {
    const [frame] = buildFrameStack(study, series, [slice(1, null, { '00280034': values('IS', 6, 5) })]).frames;
    expect(frame?.description.pixelShape).toEqual({ width: 5, height: 6 });
    expect(frame?.description.calibration.kind).toBe('none');
  });

  it('takes no window of width 0 for a window', () => {
    const [frame] = buildFrameStack(study, series, [
      slice(1, 1, { '00281050': values('DS', 40, 50), '00281051': values('DS', 0, 200) }),
    ]).frames;
    expect(frame?.description.windows).toEqual([{ center: 50, width: 200, voiFunction: 'LINEAR', explanation: null }]);
  });

  it('reads what the file asks of a display (PS3.3 C.11.1, C.11.2, C.11.6, C.9.2, C.7.6.11)', () => {
    const display = (more: DicomJsonDataset) =>
      buildFrameStack(study, series, [slice(1, 1, more)]).frames[0]?.description.display;
    const table = { '00283002': values('US', 3, 0, 8), '00283006': values('US', 5, 6, 7) };
    expect(display({ '00283000': sequence({ ...table, '00283004': values('LO', 'OD') }) })).toMatchObject({
      ...{ modalityLut: { entries: [5, 6, 7] }, modalityLutType: 'OD', unusable: [] },
    });
    const explained = { ...table, '00283003': values('LO', 'Soft') };
    expect(display({ '00283010': sequence(explained, table) })?.voiLuts.map(({ name }) => name)).toEqual([
      'Soft',
      'Table 2',
    ]);
    expect(display({ '00283010': sequence({}) })?.unusable).toEqual(['A VOI LUT of the file cannot be used']);
    // The shape decides; without one MONOCHROME1 does.
    const mono1 = { '00280004': values('CS', 'MONOCHROME1') };
    expect(display(mono1)?.turned).toBe(true);
    expect(display({ ...mono1, '20500020': values('CS', 'IDENTITY') })?.turned).toBe(false);
    expect(display({ '20500020': values('CS', 'INVERSE') })?.turned).toBe(true);
    const plane = {
      '60020010': values('US', 4),
      '60020011': values('US', 6),
      '60023000': { vr: 'OW', InlineBinary: 'AAAAAA==' },
    };
    expect(display(plane)?.overlays.map(({ plane: { group } }) => group)).toEqual([0x6002]);
    const edges = {
      '00181602': values('IS', 1),
      '00181604': values('IS', 3),
      '00181606': values('IS', 1),
      '00181608': values('IS', 2),
    };
    expect(display({ '00181600': values('CS', 'RECTANGULAR'), ...edges })?.shutter?.rectangle).toMatchObject({
      left: 1,
      right: 3,
    });
  });

  it('leaves to the server what the page would decode to other values (PS3.5 section 10.3)', () => {
    const byServer = (suffix: string) =>
      buildFrameStack(study, series, [slice(1, 1, { '00083002': values('UI', `1.2.840.10008.1.2.${suffix}`) })])
        .frames[0]?.description.decodedByServer;
    const others = ['4.51', '4.53', '4.55', '4.92', '4.93', '4.110', '5'];
    expect(others.filter((suffix) => byServer(suffix) !== true)).toEqual([]);
    expect(['1', '1.99', '2', '4.70', '4.80', '4.90'].filter((suffix) => byServer(suffix) !== false)).toEqual([]);
    const colour = { '00083002': values('UI', '1.2.840.10008.1.2.4.202'), '00280002': values('US', 3) };
    expect(buildFrameStack(study, series, [slice(1, 1, colour)]).frames[0]?.description.decodedByServer).toBe(true);
    expect(byServer('4.202')).toBe(false);
  });

  it('says Hounsfield only of CT, and nothing of colour', () => {
    const meaningOf = (more: DicomJsonDataset) =>
      buildFrameStack(study, series, [slice(1, 1, more)]).frames[0]?.description.meaning;
    const rescale = { '00281052': values('DS', -1024), '00281053': values('DS', 1) };
    expect(meaningOf(rescale)?.unit).toBe("[hnsf'U]");
    expect(meaningOf({})?.unit).toBe('1');
    expect(meaningOf({ ...rescale, '00283000': values('SQ', {}) })?.unit).toBe("[hnsf'U]");
    const table = { '00283002': values('US', 1, 0, 8), '00283006': values('US', 5) };
    expect(meaningOf({ ...rescale, '00283000': sequence(table) })?.unit).toBe('1');
    const lookedUp = buildFrameStack(study, series, [slice(1, 1, { '00283000': values('SQ', {}) })]).frames[0];
    expect(lookedUp?.description.isColor).toBe(false);
    expect(meaningOf({ '00080060': values('CS', 'MR') })?.unit).toBe('1');
    expect(meaningOf({ '00280002': values('US', 3), '00280004': values('CS', 'RGB') })).toBeNull();
  });
});

describe('targets', () => {
  const stack = buildFrameStack(study, series, [slice(1, 10), slice(2, 20)]);

  it('are found again', () => {
    const target = targetAt(stack, 1);
    expect(target).toMatchObject({ kind: 'frame', sopInstanceUid: '1.2.3.4.2', frameNumber: 1 });
    expect(target === null ? -1 : indexOfTarget(stack, target)).toBe(1);
  });

  it('of other series, of slides and outside of the stack are not', () => {
    expect(targetAt(stack, 2)).toBeNull();
    expect(indexOfTarget(stack, { kind: 'slide', slideId: 'x' as never })).toBe(-1);
    expect(
      indexOfTarget(stack, {
        kind: 'frame',
        studyUid: study,
        seriesUid: series,
        sopInstanceUid: '9.9' as never,
        frameNumber: 1,
      }),
    ).toBe(-1);
  });
});
