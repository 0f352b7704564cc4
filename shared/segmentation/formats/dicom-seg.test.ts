import { describe, expect, it } from 'vitest';
import type { OutputElement } from '#shared/dicom/deidentification/output-element.ts';
import type { SourceInstance } from '#shared/dicom/derived-object.ts';
import { labColour, labOfColour } from '#shared/dicom/presentation-colour.ts';
import { encodeMask } from '#shared/segmentation/mask-runs.ts';
import { type Segment, segmentSchema } from '#shared/segmentation/segment.ts';
import { SEGMENT_COLORS, SEGMENT_TERMS } from '#shared/segmentation/segment-terms.ts';
import { readSegmentation } from './read-dicom-seg.ts';
import { writeSegmentation } from './write-dicom-seg.ts';

const [columns, rows] = [13, 7];
const identity = {
  ...{ sopInstanceUid: '2.25.1', seriesUid: '2.25.2', dimensionUid: '2.25.3', instanceNumber: 1 },
  writtenAt: '2026-03-02T10:11:12.000Z',
};

function imageAt(z: number): SourceInstance {
  return {
    ...{ sopInstanceUid: `1.2.3.${z}`, sopClassUid: '1.2.840.10008.5.1.4.1.1.2', seriesUid: '1.2.3', studyUid: '1.2' },
    frameCount: 1,
    metadata: {
      '00200032': { vr: 'DS', Value: [0, 0, z] },
      '00200037': { vr: 'DS', Value: [1, 0, 0, 0, 1, 0] },
      '00280030': { vr: 'DS', Value: [0.5, 0.8] },
    },
  };
}
const images = new Map([10, 11, 12, 13].map((z) => [`1.2.3.${z}`, imageAt(z)]));

function segmentOf(number: number, masks: readonly (readonly [number, Uint8Array])[]): Segment {
  const term = SEGMENT_TERMS[number % SEGMENT_TERMS.length];
  return segmentSchema.parse({
    ...{ ...term, columns, rows, locked: false, measurements: [], refusals: [] },
    id: `10000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    consultationId: '20000000-0000-4000-8000-000000000000',
    ...{ revision: 1, author: { id: 'u1', name: 'Dr Żółć', role: 'radiologist' } },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' },
    target: { studyUid: '1.2', seriesUid: '1.2.3' },
    ...{
      label: `Größe ${number}`,
      color: SEGMENT_COLORS[number % 6],
      drawn: number % 2 ? 'by-hand' : 'half-automatic',
    },
    frames: masks.map(([z, mask]) => ({ sopInstanceUid: `1.2.3.${z}`, frameNumber: 1, runs: encodeMask(mask) })),
  });
}

describe('DICOM segmentations', () => {
  it('read(write(x)) is x, for segments that overlap and for frames that do not fill whole bytes', () => {
    let state = 1;
    const random = () => {
      state = (state * 48_271) % 0x7fffffff;
      return state / 0x7fffffff;
    };
    for (let turn = 0; turn < 50; turn += 1) {
      const segments = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, number) => {
        const masks = [10, 11, 12, 13].flatMap((z): [number, Uint8Array][] => {
          const mask = Uint8Array.from({ length: columns * rows }, () => (random() < 0.4 ? 1 : 0));
          return random() < 0.3 ? [] : [[z, mask]];
        });
        return segmentOf(number, masks.length === 0 ? [[10, Uint8Array.of(1)]] : masks);
      });
      const written = writeSegmentation(segments, images, identity);
      if ('refusal' in written) throw new Error(written.refusal);
      const read = readSegmentation(written.dataset, written.pixelData.bytes ?? new Uint8Array());
      if ('refusal' in read) throw new Error(read.refusal);
      expect(read).toMatchObject({ columns, rows });
      expect(
        read.segments.map(({ label, color, category, type, drawn, frames, unplaced }) => {
          return { label, color, category, type, drawn, frames, unplaced };
        }),
      ).toEqual(
        segments.map(({ label, color, category, type, drawn, frames }) => {
          return { label, color, category, type, drawn, frames, unplaced: 0 };
        }),
      );
    }
  });

  it('says whether segments overlap, and refuses images without a place', () => {
    const overlapOf = (...segments: Segment[]) => {
      const written = writeSegmentation(segments, images, identity);
      return 'refusal' in written ? written.refusal : written.dataset['00620013']?.Value?.[0];
    };
    const left = segmentOf(1, [[10, Uint8Array.of(1, 1, 0)]]);
    expect(overlapOf(left, segmentOf(2, [[10, Uint8Array.of(0, 0, 1)]]))).toBe('NO');
    expect(overlapOf(left, segmentOf(2, [[10, Uint8Array.of(0, 1, 1)]]))).toBe('YES');
    expect(overlapOf(left, segmentOf(2, [[11, Uint8Array.of(0, 1, 1)]]))).toBe('NO');
    const flat = new Map([['1.2.3.10', { ...imageAt(10), metadata: {} }]]);
    expect(writeSegmentation([left], flat, identity)).toHaveProperty('refusal');
    expect(writeSegmentation([segmentOf(1, [])], images, identity)).toHaveProperty('refusal');
  });

  it('refuses what it cannot read, with the reason', () => {
    const written = writeSegmentation([segmentOf(1, [[10, Uint8Array.of(1)]])], images, identity);
    if ('refusal' in written) throw new Error(written.refusal);
    const { dataset, pixelData } = written;
    const bytes = (pixelData as OutputElement).bytes ?? new Uint8Array();
    const fractional = { ...dataset, '00620001': { vr: 'CS', Value: ['FRACTIONAL'] } };
    expect(readSegmentation(fractional, bytes)).toEqual({
      refusal: 'Segmentations of the type FRACTIONAL cannot be read.',
    });
    expect(readSegmentation(dataset, bytes.slice(1))).toHaveProperty('refusal');
    expect(readSegmentation({}, bytes)).toHaveProperty('refusal');
  });

  it('keeps colours through CIELab', () => {
    for (const colour of [...SEGMENT_COLORS, '#000000', '#ffffff', '#ff0000', '#0000ff', '#123456']) {
      expect(labColour({ '0062000D': { vr: 'US', Value: labOfColour(colour) } }, '0062000D')).toBe(colour);
    }
  });
});
