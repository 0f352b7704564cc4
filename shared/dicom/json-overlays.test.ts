import { expect, test } from 'vitest';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonOverlays, planeBits } from './json-overlays.ts';
import { drawOverlay } from './overlay-drawing.ts';

const image = { rows: 2, columns: 4, numberOfFrames: 3, bitsAllocated: 16, bitsStored: 12, highBit: 11 };
const grey = { ...image, samplesPerPixel: 1 };
const us = (...Value: number[]) => ({ vr: 'US', Value });
const plane: DicomJsonDataset = {
  '60000010': us(2),
  '60000011': us(3),
  '60000040': { vr: 'CS', Value: ['G'] },
  '60000050': { vr: 'SS', Value: [1, 2] },
};
const data = (...bytes: number[]) => ({ vr: 'OW', InlineBinary: btoa(String.fromCharCode(...bytes)) });

test('a plane with its bits lies where its origin says (PS3.3 C.9.2)', () => {
  const [overlay] = jsonOverlays({ ...plane, '60003000': data(0b101010, 0) }, grey);
  expect(overlay?.plane).toMatchObject({ group: 0x6000, top: 0, left: 1, kind: 'graphics', frames: null });
  const bits = overlay?.bytes ? planeBits(overlay.plane, overlay.bytes, 2) : null;
  const picture = { width: 4, height: 2, channels: 1 as const, data: new Uint8Array(8) };
  if (bits !== null) drawOverlay(picture, bits);
  expect([...picture.data]).toEqual([0, 0, 255, 0, 0, 255, 0, 255]);
});

test('the frames of a plane follow each other without a gap', () => {
  const several = {
    ...plane,
    '60000015': { vr: 'IS', Value: [2] },
    '60000051': us(2),
    '60003000': data(0b11000000, 1),
  };
  const [overlay] = jsonOverlays(several, grey);
  if (!overlay?.bytes) throw new Error('no plane');
  expect(planeBits(overlay.plane, overlay.bytes, 1)).toBeNull();
  expect(planeBits(overlay.plane, overlay.bytes, 2)?.firstBit).toBe(0);
  expect(planeBits(overlay.plane, overlay.bytes, 3)?.firstBit).toBe(6);
  expect(planeBits(overlay.plane, new Uint8Array(1), 3)).toBeNull();
});

test('bits may be elsewhere, or in bits of the pixels that hold no pixel', () => {
  const [linked] = jsonOverlays({ ...plane, '60003000': { vr: 'OW', BulkDataURI: 'bulkdata/60003000' } }, grey);
  expect([linked?.bytes, linked?.uri]).toEqual([null, 'bulkdata/60003000']);
  const [embedded] = jsonOverlays({ ...plane, '60000102': us(12) }, grey);
  expect(embedded?.plane).toMatchObject({ columns: 4, left: 0, place: { kind: 'embedded', bit: 12 } });
  expect(jsonOverlays({ ...plane, '60000102': us(3) }, grey)).toEqual([]);
  expect(jsonOverlays({ ...plane, '60003000': data(1) }, { ...grey, rows: 2 })).toHaveLength(1);
  expect(jsonOverlays({ ...plane, '60000010': us(2000), '60003000': data(1, 2) }, grey)).toEqual([]);
});
