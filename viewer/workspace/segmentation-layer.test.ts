import { describe, expect, it } from 'vitest';
import type { StudyUid } from '#shared/ids.ts';
import { decodeMask } from '#shared/segmentation/mask-runs.ts';
import { segmentationLayer } from './segmentation-layer.ts';

const code = (value: string, meaning: string) => ({
  vr: 'SQ',
  Value: [{ '00080100': { vr: 'SH', Value: [value] }, '00080104': { vr: 'LO', Value: [meaning] } }],
});
const frame = (segment: number, source: string | null) => ({
  '0062000A': { vr: 'SQ', Value: [{ '0062000B': { vr: 'US', Value: [segment] } }] },
  ...(source !== null && {
    '00089124': {
      vr: 'SQ',
      Value: [{ '00082112': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: [source] } }] } }],
    },
  }),
});
/** Three frames of 3 × 2 pixels, bits lowest first: all of segment 1 on a; one pixel of segment 2 on b; one nowhere. */
const dataset = {
  '00080018': { vr: 'UI', Value: ['1.9'] },
  '00080070': { vr: 'LO', Value: ['ACME'] },
  '0008103E': { vr: 'LO', Value: ['AI result'] },
  '00081115': {
    vr: 'SQ',
    Value: [
      {
        '0020000E': { vr: 'UI', Value: ['1.2.3'] },
        '0008114A': {
          vr: 'SQ',
          Value: ['1.2.3.1', '1.2.3.2'].map((uid) => ({ '00081155': { vr: 'UI', Value: [uid] } })),
        },
      },
    ],
  },
  '00280010': { vr: 'US', Value: [2] },
  '00280011': { vr: 'US', Value: [3] },
  '00280100': { vr: 'US', Value: [1] },
  '00620001': { vr: 'CS', Value: ['BINARY'] },
  '00620002': {
    vr: 'SQ',
    Value: [1, 2].map((number) => ({
      '00620004': { vr: 'US', Value: [number] },
      '00620005': { vr: 'LO', Value: [`Part ${number}`] },
      '0062000F': code('10200004', 'Liver'),
    })),
  },
  '52009230': { vr: 'SQ', Value: [frame(1, '1.2.3.1'), frame(2, '1.2.3.2'), frame(2, null)] },
};
const frames = [Uint8Array.of(0b11_1111), Uint8Array.of(1), Uint8Array.of(0b10_0000)];

describe('segmentations of other systems', () => {
  it('lie over the images they were made from, in colours of their own, and say what is left out', () => {
    const layer = segmentationLayer('1.2' as StudyUid, dataset, frames);
    expect(layer).toMatchObject({
      ...{ key: '1.9', kind: 'segments', title: 'AI result', author: 'ACME' },
      unshown: 'Not shown: 1 frame that name no image.',
    });
    const [first, second] = layer.entries;
    expect(first).toMatchObject({ title: 'Part 1', detail: 'Liver · 1 image' });
    expect(first?.target).toMatchObject({ seriesUid: '1.2.3', sopInstanceUid: '1.2.3.1', frameNumber: 1 });
    expect(first?.color).not.toBe(second?.color);
    const shown = [first, second].flatMap((entry) => entry?.segments ?? []);
    expect(shown.map(({ editable, target: { seriesUid } }) => [editable, seriesUid])).toEqual([
      [false, '1.2.3'],
      [false, '1.2.3'],
    ]);
    expect(shown.map(({ frames }) => [...(decodeMask(frames[0]?.runs ?? '', 6) ?? [])])).toEqual([
      [1, 1, 1, 1, 1, 1],
      [1, 0, 0, 0, 0, 0],
    ]);
  });

  it('that cannot be read say why', () => {
    const fractional = { ...dataset, '00620001': { vr: 'CS', Value: ['FRACTIONAL'] } };
    expect(segmentationLayer('1.2' as StudyUid, fractional, frames)).toMatchObject({
      ...{ entries: [], unshown: 'Segmentations of the type FRACTIONAL cannot be read.' },
    });
    const refusal = 'Compressed segmentations are not shown.';
    expect(segmentationLayer('1.2' as StudyUid, dataset, { refusal }).unshown).toBe(refusal);
  });
});
