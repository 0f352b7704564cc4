import { expect, test } from 'vitest';
import type { DicomJsonDataset } from './dicom-json.ts';
import { readUltrasoundRegions } from './ultrasound-regions.ts';

const number = (value: number) => ({ vr: 'UL', Value: [value] });

/** A region of 640 × 300 pixels at (10, 100) whose axes are `x` and `y` (codes of PS3.3 C.8.5.5.1.15). */
function region(x: number, y: number, changes: DicomJsonDataset = {}): DicomJsonDataset {
  return {
    '00186018': number(10),
    '0018601A': number(100),
    '0018601C': number(649),
    '0018601E': number(399),
    '00186024': number(x),
    '00186026': number(y),
    '0018602C': number(0.02),
    '0018602E': number(-0.5),
    ...changes,
  };
}

const read = (...items: DicomJsonDataset[]) => readUltrasoundRegions({ '00186011': { vr: 'SQ', Value: items } });

test('a picture is in mm, up to the outer edge of its last pixel', () => {
  expect(read(region(3, 3))).toEqual([
    {
      ...{ minX: 10, minY: 100, maxX: 650, maxY: 400, lowPriority: false },
      across: { unit: 'mm', perPixel: 0.2, reference: null },
      down: { unit: 'mm', perPixel: -5, reference: null },
    },
  ]);
});

test('time, velocity and what we do not measure in keep their units apart', () => {
  const [doppler] = read(region(4, 7));
  expect([doppler?.across.unit, doppler?.down.unit]).toEqual(['s', 'cm/s']);
  expect(read(region(5, 0xa))[0]).toMatchObject({ across: { unit: 'Hz' }, down: { unit: 'other' } });
  expect(read(region(99, 0))[0]).toMatchObject({ across: { unit: 'other' }, down: { unit: 'other' } });
});

test('the reference pixel counts from the corner of the region', () => {
  const [doppler] = read(region(4, 7, { '00186022': number(150), '0018602A': number(0) }));
  expect(doppler?.down.reference).toEqual({ at: 250.5, value: 0 });
  expect(doppler?.across.reference).toBeNull();
});

test('bit 0 of the flags is low priority; regions without place or scale are left out', () => {
  expect(read(region(3, 3, { '00186016': number(3) }))[0]?.lowPriority).toBe(true);
  expect(read(region(3, 3, { '0018602C': number(0) }))).toEqual([]);
  expect(read(region(3, 3, { '0018601C': number(5) }))).toEqual([]);
  expect(readUltrasoundRegions({ '00186011': { vr: 'SQ', Value: [region(3, 3)] }, '00280011': number(320) })).toEqual(
    [],
  );
  // An electrocardiogram below a picture has a scale of time alone.
  expect(read(region(4, 0, { '0018602E': number(0) }))).toMatchObject([
    { across: { unit: 's' }, down: { unit: 'other' } },
  ]);
  expect(read({})).toEqual([]);
  expect(readUltrasoundRegions({})).toEqual([]);
});
