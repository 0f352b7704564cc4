import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Annotation, annotationSchema } from '#shared/annotation/annotation.ts';
import { writeMeasurementReport } from '#shared/annotation/formats/dicom-sr.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import { encodeJsonFile } from '#shared/dicom/json-file.ts';

const run = promisify(execFile);
const tools = ['/usr/bin/dciodvfy', '/usr/bin/dsrdump', '/usr/bin/python3'];
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

const SHAPES: readonly Geometry[] = [
  { kind: 'line', from: [10.25, 20], to: [110, 20] },
  {
    kind: 'bidirectional',
    first: [
      [10, 10],
      [50, 10],
    ],
    second: [
      [30, 5],
      [30, 15],
    ],
  },
  { kind: 'angle', from: [10, 10], vertex: [20, 20], to: [30, 10] },
  {
    kind: 'cobb',
    first: [
      [0, 0],
      [40, 2],
    ],
    second: [
      [0, 50],
      [40, 40],
    ],
  },
  { kind: 'height', from: [1, 1], to: [9, 30] },
  { kind: 'calibration', from: [1, 1], to: [101, 1], lengthMm: 50 },
  { kind: 'ellipse', center: [60, 60], radiusX: 10, radiusY: 20 },
  { kind: 'rectangle', min: [1, 2], max: [30, 40] },
  {
    kind: 'polygon',
    points: [
      [0, 0],
      [10, 0],
      [10, 10],
    ],
  },
  {
    kind: 'spline',
    points: [
      [20, 20],
      [40, 20],
      [40, 40],
      [20, 40],
    ],
  },
  { kind: 'arrow', tail: [1, 1], tip: [9, 9] },
  { kind: 'point', at: [3, 4] },
  { kind: 'text', at: [5, 6] },
  { kind: 'probe', at: [7, 8] },
];

const calibration = { kind: 'mm-per-pixel', rowMm: 0.7, columnMm: 0.7, source: 'PixelSpacing' } as const;

function annotationOf(geometry: Geometry, place: number): Annotation {
  return annotationSchema.parse({
    id: `10000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
    consultationId: '20000000-0000-4000-8000-000000000000',
    revision: 1,
    author: { id: 'u1', name: 'Dr Żółć', role: 'radiologist' },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-02T00:00:00.000Z',
    target: { kind: 'frame', studyUid: '1.2', seriesUid: '1.2.3', sopInstanceUid: '1.2.3.4', frameNumber: 1 },
    geometry,
    label: 'Größe der Läsion',
    view: {
      ...{ kind: 'frame', visible: { x: 0, y: 0, width: 9, height: 9 }, windowCenter: 40, windowWidth: 400 },
      ...{ inverted: false, rotation: 0, flippedHorizontally: false, flippedVertically: false },
    },
    measurements:
      geometry.kind === 'probe'
        ? [{ name: 'value', value: -812.25, unit: "[hnsf'U]", provenance: 'modality-rescale' }]
        : measureGeometry(geometry, calibration),
  });
}

const READ = `
import json, sys, pydicom
d = pydicom.dcmread(sys.argv[1])
top = {i.ConceptNameCodeSequence[0].CodeValue: i for i in d.ContentSequence}
groups = top['126010'].ContentSequence
def item(g, code): return [i for i in g.ContentSequence if 'ConceptNameCodeSequence' in i and i.ConceptNameCodeSequence[0].CodeValue == code]
nums = [i for g in groups for i in g.ContentSequence if i.ValueType == 'NUM']
print(json.dumps({
  'groups': len(groups), 'author': str(top['121008'].PersonName), 'uid': item(groups[0], '112040')[0].UID,
  'length': float(item(groups[0], '410668003')[0].MeasuredValueSequence[0].NumericValue),
  'points': [float(v) for v in item(groups[0], '410668003')[0].ContentSequence[1].GraphicData],
  'units': sorted({n.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue for n in nums}),
  'comment': item(groups[0], '121106')[0].TextValue,
  'predecessor': d.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID,
}))`;

describe.skipIf(!present)('a measurement report before tools of other hands', () => {
  let folder = '';
  let file = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consilium-sr-'));
    file = join(folder, 'sr.dcm');
    const image = {
      ...{ sopInstanceUid: '1.2.3.4', sopClassUid: '1.2.840.10008.5.1.4.1.1.2', seriesUid: '1.2.3', studyUid: '1.2' },
      frameCount: 1,
      metadata: {
        '00100020': { vr: 'LO', Value: ['P-1'] },
        '00080020': { vr: 'DA', Value: ['20260302'] },
        '00080030': { vr: 'TM', Value: ['101500'] },
        '00200010': { vr: 'SH', Value: ['S1'] },
      },
    };
    const written = writeMeasurementReport(SHAPES.map(annotationOf), new Map([['1.2.3.4', image]]), {
      ...{ sopInstanceUid: '2.25.11', seriesUid: '2.25.12', instanceNumber: 2, author: 'Dr Żółć' },
      writtenAt: '2026-03-02T10:11:12.000Z',
      predecessor: { sopInstanceUid: '2.25.9', seriesUid: '2.25.10' },
    });
    if (written === null) throw new Error('nothing was written');
    await writeFile(file, encodeJsonFile(written.dataset));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('dciodvfy finds nothing wrong with its IOD', async () => {
    const { stderr } = await run('/usr/bin/dciodvfy', [file]);
    const complaints = stderr.split('\n').filter((line) => /Error|Warning/.test(line));
    // A scheme of one's own cannot be in its list.
    expect(complaints.filter((line) => !line.includes('<99CONSILIUM>') && !line.includes('<99CS3D>'))).toEqual([]);
    expect(stderr).toContain('ComprehensiveSR');
  });

  test('DCMTK reads the tree without complaint', async () => {
    const { stdout, stderr } = await run('/usr/bin/dsrdump', ['+Pl', file]);
    expect(
      stderr.replace('W: The VR checker does not support this Specific Character Set: ISO_IR 192', '').trim(),
    ).toBe('');
    expect(stdout).toContain('Comprehensive SR Document');
    expect(stdout.match(/Measurement Group/g)).toHaveLength(SHAPES.length);
  });

  test('pydicom reads numbers, units, coordinates and words', async () => {
    const { stdout } = await run('/usr/bin/python3', ['-c', READ, file]);
    expect(JSON.parse(stdout)).toEqual({
      groups: SHAPES.length,
      author: 'Żółć^Dr',
      uid: '2.25.21267647932558956207139188658633965568',
      length: 69.825,
      points: [10.25, 20, 110, 20],
      units: ["[hnsf'U]", 'deg', 'mm', 'mm2'],
      comment: 'Größe der Läsion',
      predecessor: '2.25.9',
    });
  });
});
