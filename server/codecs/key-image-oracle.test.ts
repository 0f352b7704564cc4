import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { annotationSchema } from '#shared/annotation/annotation.ts';
import { writeKeyObjects } from '#shared/annotation/formats/write-key-objects.ts';
import { writePresentationState } from '#shared/annotation/formats/write-presentation-state.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { type KeyImage, keyImageSchema } from '#shared/annotation/key-image.ts';
import type { SourceInstance } from '#shared/dicom/derived-object.ts';
import { encodeJsonFile } from '#shared/dicom/json-file.ts';
import { readKeyObjects } from '#shared/dicom/key-objects.ts';
import { presentationOf, readPresentationState } from '#shared/dicom/presentation-state.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';

const run = promisify(execFile);
const present = await access('/usr/bin/dciodvfy').then(
  () => true,
  () => false,
);

const CT = '1.2.840.10008.5.1.4.1.1.2';
const image: SourceInstance = {
  ...{ sopInstanceUid: '1.2.3.4', sopClassUid: CT, seriesUid: '1.2.3', studyUid: '1.2', frameCount: 1 },
  metadata: {
    '00080020': { vr: 'DA', Value: ['20260302'] },
    '00080030': { vr: 'TM', Value: ['101500'] },
    '00080060': { vr: 'CS', Value: ['CT'] },
    '00100020': { vr: 'LO', Value: ['P-1'] },
    '00180015': { vr: 'CS', Value: ['CHEST'] },
    '00181600': { vr: 'CS', Value: ['CIRCULAR'] },
    '00181610': { vr: 'IS', Value: [256, 250] },
    '00181612': { vr: 'IS', Value: [240] },
    '00181622': { vr: 'US', Value: [0] },
    '00200010': { vr: 'SH', Value: ['S1'] },
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': { vr: 'US', Value: [512] },
    '00280011': { vr: 'US', Value: [500] },
    '00280030': { vr: 'DS', Value: [0.7, 0.8] },
    '00281052': { vr: 'DS', Value: [-1024] },
    '00281053': { vr: 'DS', Value: [1] },
  },
};
const author = { id: 'u1', name: 'Dr Żółć', role: 'radiologist' };
const view: FrameView = {
  ...{ kind: 'frame', visible: { x: 10, y: -20, width: 300, height: 400 }, windowCenter: 40.5, windowWidth: 400 },
  ...{ inverted: true, rotation: 90, flippedHorizontally: true, flippedVertically: false },
};

function keyImageOf(number: number, note: string): KeyImage {
  return keyImageSchema.parse({
    id: `10000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    ...{ consultationId: '20000000-0000-4000-8000-000000000000', revision: 1, author, view, note },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z', purpose: 'for-surgery' },
    target: { kind: 'frame', studyUid: '1.2', seriesUid: '1.2.3', sopInstanceUid: '1.2.3.4', frameNumber: 1 },
  });
}

const SHAPES: readonly Geometry[] = [
  { kind: 'line', from: [10.25, 20], to: [110, 20] },
  { kind: 'ellipse', center: [60, 60], radiusX: 10, radiusY: 20 },
  { kind: 'point', at: [3, 4] },
];
const annotations = SHAPES.map((geometry, at) =>
  annotationSchema.parse({
    id: `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    ...{ consultationId: '20000000-0000-4000-8000-000000000000', revision: 1, view, measurements: [] },
    author: { ...author, id: at === 2 ? 'u2' : 'u1' },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' },
    target: { kind: 'frame', studyUid: '1.2', seriesUid: '1.2.3', sopInstanceUid: '1.2.3.4', frameNumber: 1 },
    ...{ geometry, label: at === 0 ? 'Größe' : '' },
  }),
);
const identity = {
  ...{ sopInstanceUid: '2.25.11', seriesUid: '2.25.12', instanceNumber: 2, writtenAt: '2026-03-02T10:11:12.000Z' },
};
const colorOf = (id: string) => (id === 'u1' ? '#ffd166' : '#4cc9f0');

const selection = writeKeyObjects(
  [keyImageOf(1, 'Rand zur Arterie'), keyImageOf(2, '')],
  new Map([['1.2.3.4', image]]),
  identity,
);
const state = writePresentationState(
  { image, frameNumber: 1, view, annotations, colorOf, author: author.name, title: 'Größe der Läsion' },
  identity,
);
if (selection === null || 'refusal' in state) throw new Error('nothing was written');

describe('key images and views as DICOM', () => {
  test('a selection is read back as it was made', () => {
    expect(readKeyObjects(selection)).toEqual({
      title: 'For Surgery',
      description: '1: Rand zur Arterie',
      references: [
        { sopClassUid: CT, sopInstanceUid: '1.2.3.4', frameNumber: null },
        { sopClassUid: CT, sopInstanceUid: '1.2.3.4', frameNumber: null },
      ],
    });
  });

  test('a view is read back with its window, area, place, shutter and marks', () => {
    const read = readPresentationState(state.dataset);
    expect(read.unsupported).toBeNull();
    const shown = presentationOf(read, '1.2.3.4', 1);
    expect(shown).toMatchObject({
      ...{ rescale: { rescaleSlope: 1, rescaleIntercept: -1024 }, inverted: true, flipped: true, rotation: 270 },
      voi: { window: { center: 40.5, width: 400, voiFunction: 'LINEAR' } },
      area: { left: 10, top: 0, right: 310, bottom: 380, magnification: null },
      shutter: { circle: { row: 256, column: 250, radius: 240 }, colour: '#000000' },
    });
    expect(shown.area?.pixelAspect).toBeCloseTo(0.8 / 0.7, 9);
    expect(shown.marks.map(({ colour, graphics, texts }) => [colour, graphics.length, texts.length])).toEqual([
      ['#ffd166', 2, 1],
      ['#4cc9f0', 1, 0],
    ]);
    expect(shown.marks[0]?.graphics[0]).toMatchObject({
      ...{ type: 'POLYLINE', unit: 'PIXEL' },
      points: [
        [10.25, 20],
        [110, 20],
      ],
    });
    expect(shown.marks[0]?.texts[0]).toMatchObject({ text: 'Größe', anchor: { point: [10.25, 20] } });
  });

  test('every way of turning and mirroring comes back as the layer of objects reads it', () => {
    for (const rotation of [0, 90, 180, 270]) {
      for (const flippedHorizontally of [true, false]) {
        const written = writePresentationState(
          {
            ...{ image, frameNumber: 1, annotations: [], colorOf, author: author.name, title: 'x' },
            view: { ...view, rotation, flippedHorizontally },
          },
          identity,
        );
        if ('refusal' in written) throw new Error(written.refusal);
        const { rotation: turned, flipped } = presentationOf(readPresentationState(written.dataset), '1.2.3.4', 1);
        expect([flipped ? (360 - turned) % 360 : turned, flipped]).toEqual([rotation, flippedHorizontally]);
      }
    }
  });

  test('colour images and colour maps are refused with the reason', () => {
    const colour = { ...image, metadata: { ...image.metadata, '00280004': { vr: 'CS', Value: ['RGB'] } } };
    const plain = { image, frameNumber: 1, view, annotations: [], colorOf, author: author.name, title: 'x' };
    expect(writePresentationState({ ...plain, image: colour }, identity)).toHaveProperty('refusal');
    expect(writePresentationState({ ...plain, view: { ...view, colorMap: 'hot-iron' } }, identity)).toHaveProperty(
      'refusal',
    );
  });
});

describe.skipIf(!present)('key images and views before dciodvfy', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consilium-ko-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const turned = [0, 90, 180, 270].flatMap((rotation) =>
    [true, false].map((flippedHorizontally) => {
      const written = writePresentationState(
        {
          ...{ image, frameNumber: 1, annotations, colorOf, author: author.name, title: 'Größe' },
          view: { ...view, rotation, flippedHorizontally },
        },
        identity,
      );
      if ('refusal' in written) throw new Error(written.refusal);
      return ['GrayscaleSoftcopyPresentationState', written.dataset] as const;
    }),
  );

  test.each([['KeyObjectSelection', selection], ...turned] as const)(
    'nothing is wrong with the %s',
    async (name, dataset) => {
      const file = join(folder, `${name}.dcm`);
      await writeFile(file, encodeJsonFile(dataset));
      const { stderr } = await run('/usr/bin/dciodvfy', [file]);
      expect(stderr.split('\n').filter((line) => /Error|Warning/.test(line))).toEqual([]);
      expect(stderr).toContain(name);
    },
  );
});
