import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceInstance } from '#shared/dicom/derived-object.ts';
import { encodeJsonFile } from '#shared/dicom/json-file.ts';
import { writeSegmentation } from '#shared/segmentation/formats/write-dicom-seg.ts';
import { encodeMask } from '#shared/segmentation/mask-runs.ts';
import { type Segment, segmentSchema } from '#shared/segmentation/segment.ts';
import { SEGMENT_TERMS } from '#shared/segmentation/segment-terms.ts';

const run = promisify(execFile);
const tools = ['/usr/bin/dciodvfy', '/usr/bin/python3'];
const present = (
  await Promise.all(
    tools.map((tool) =>
      access(tool).then(
        () => true,
        () => false,
      ),
    ),
  )
).every(Boolean);

const [columns, rows] = [37, 21];

const images = new Map(
  [0, 1, 2].map((place): [string, SourceInstance] => [
    `1.2.3.${place + 1}`,
    {
      ...{ sopInstanceUid: `1.2.3.${place + 1}`, sopClassUid: '1.2.840.10008.5.1.4.1.1.2' },
      ...{ seriesUid: '1.2.3', studyUid: '1.2', frameCount: 1 },
      metadata: {
        '00080020': { vr: 'DA', Value: ['20260302'] },
        '00080030': { vr: 'TM', Value: ['101500'] },
        '00100020': { vr: 'LO', Value: ['P-1'] },
        '00180050': { vr: 'DS', Value: [2.5] },
        '00200010': { vr: 'SH', Value: ['S1'] },
        '00200032': { vr: 'DS', Value: [-120.5, -99.25, 10 + 2.5 * place] },
        '00200037': { vr: 'DS', Value: [1, 0, 0, 0, 1, 0] },
        '00200052': { vr: 'UI', Value: ['1.2.9'] },
        '00280030': { vr: 'DS', Value: [0.5, 0.8] },
      },
    },
  ]),
);

/** A block of pixels, from (column, row), of this many each way. */
function block(column: number, row: number, wide: number, high: number): string {
  const mask = Uint8Array.from({ length: columns * rows }, (_, place) => {
    const [x, y] = [(place % columns) - column, Math.floor(place / columns) - row];
    return x >= 0 && y >= 0 && x < wide && y < high ? 1 : 0;
  });
  return encodeMask(mask);
}

function segmentOf(number: number, frames: readonly (readonly [number, string])[]): Segment {
  return segmentSchema.parse({
    ...{ ...SEGMENT_TERMS[number], columns, rows, locked: false, measurements: [], refusals: [] },
    id: `10000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    consultationId: '20000000-0000-4000-8000-000000000000',
    ...{ revision: 1, author: { id: 'u1', name: 'Dr Żółć', role: 'radiologist' } },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' },
    target: { studyUid: '1.2', seriesUid: '1.2.3' },
    ...{ label: `Größe ${number}`, color: '#ff9f1c', drawn: number === 1 ? 'by-hand' : 'half-automatic' },
    frames: frames.map(([image, runs]) => ({ sopInstanceUid: `1.2.3.${image}`, frameNumber: 1, runs })),
  });
}

const READ = `
import json, sys, pydicom
d = pydicom.dcmread(sys.argv[1])
a = d.pixel_array
frames = []
for i, g in enumerate(d.PerFrameFunctionalGroupsSequence):
    source = g.DerivationImageSequence[0].SourceImageSequence[0]
    ys, xs = a[i].nonzero()
    frames.append([int(g.SegmentIdentificationSequence[0].ReferencedSegmentNumber), source.ReferencedSOPInstanceUID,
      float(g.PlanePositionSequence[0].ImagePositionPatient[2]), int(a[i].sum()),
      [int(v) for v in (xs.min(), ys.min(), xs.max(), ys.max())], list(g.FrameContentSequence[0].DimensionIndexValues)])
print(json.dumps({
  'frames': frames, 'overlap': d.SegmentsOverlap, 'reference': d.FrameOfReferenceUID,
  'labels': [s.SegmentLabel for s in d.SegmentSequence], 'tracking': [s.TrackingUID for s in d.SegmentSequence],
  'types': [s.SegmentedPropertyTypeCodeSequence[0].CodeValue for s in d.SegmentSequence],
  'sources': sorted(i.ReferencedSOPInstanceUID for i in d.ReferencedSeriesSequence[0].ReferencedInstanceSequence),
}))`;

describe.skipIf(!present)('a segmentation before tools of other hands', () => {
  let folder = '';
  let file = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consilium-seg-'));
    file = join(folder, 'seg.dcm');
    const segments = [
      segmentOf(1, [
        [3, block(4, 5, 6, 7)],
        [1, block(0, 0, columns, rows)],
      ]),
      segmentOf(2, [[1, block(36, 20, 1, 1)]]),
    ];
    const written = writeSegmentation(segments, images, {
      ...{ sopInstanceUid: '2.25.11', seriesUid: '2.25.12', dimensionUid: '2.25.13', instanceNumber: 2 },
      writtenAt: '2026-03-02T10:11:12.000Z',
    });
    if ('refusal' in written) throw new Error(written.refusal);
    await writeFile(file, encodeJsonFile(written.dataset, [written.pixelData]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('dciodvfy finds nothing wrong with its IOD', async () => {
    const { stderr } = await run('/usr/bin/dciodvfy', [file]);
    expect(stderr.split('\n').filter((line) => /Error|Warning/.test(line))).toEqual([]);
    expect(stderr).toContain('Segmentation');
  });

  test('pydicom reads every pixel, its place and what it was made from', async () => {
    const { stdout } = await run('/usr/bin/python3', ['-c', READ, file]);
    expect(JSON.parse(stdout)).toEqual({
      frames: [
        [1, '1.2.3.1', 10, columns * rows, [0, 0, 36, 20], [1, 1]],
        [1, '1.2.3.3', 15, 42, [4, 5, 9, 11], [1, 2]],
        [2, '1.2.3.1', 10, 1, [36, 20, 36, 20], [2, 1]],
      ],
      ...{ overlap: 'YES', reference: '1.2.9', labels: ['Größe 1', 'Größe 2'], types: ['52988006', '4147007'] },
      tracking: ['2.25.21267647932558956207139188658633965569', '2.25.21267647932558956207139188658633965570'],
      sources: ['1.2.3.1', '1.2.3.3'],
    });
  });
});
