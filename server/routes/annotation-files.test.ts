import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { expectJson } from '#server/http/test-server.ts';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { readShapes } from '#shared/annotation/formats/read-shapes.ts';
import { annotationFilePaths, type ImportedAnnotations } from '#shared/api/annotation-files.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import type { Failure } from '#shared/api/failure.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { type ExpertScene, type OpenConsultation, openExpertScene } from './expert-scene.ts';

const DATA = new URL('../../../shared/data/wsi-annotations/', import.meta.url);
const sample = (path: string) => readFileSync(new URL(path, DATA), 'utf8');

let scene: ExpertScene;
let open: OpenConsultation;
let slideId: string;
beforeAll(async () => {
  scene = await openExpertScene();
  open = await scene.open();
  slideId = open.slideId;
}, 60_000);
afterAll(() => scene.close());

const importing = (file: string, who = open.pathologist) =>
  who.post(annotationFilePaths.import(open.id, slideId), { file });
const listed = async () =>
  expectJson<{ annotations: Annotation[] }>(await open.pathologist.get(annotationPaths.list(open.id)), 200).annotations;

/** On the slide of 1500 × 1100 px: a triangle, a hole in a square, and something beside the glass. */
const FILE = JSON.stringify({
  type: 'FeatureCollection',
  features: [
    [
      [
        [100, 100],
        [300, 100],
        [300, 300],
        [100, 100],
      ],
    ],
    [
      [
        [400, 400],
        [800, 400],
        [800, 800],
        [400, 800],
        [400, 400],
      ],
      [
        [500, 500],
        [600, 500],
        [600, 600],
        [500, 500],
      ],
    ],
    [
      [
        [1400, 900],
        [1600, 900],
        [1600, 1000],
        [1400, 900],
      ],
    ],
  ].map((coordinates, i) => ({
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates },
    properties: { objectType: 'annotation', classification: { name: `Class ${i}` } },
  })),
});

describe('files of annotations over HTTP', () => {
  it('become annotations of the sender, measured here, and only once', async () => {
    const first = expectJson<ImportedAnnotations>(await importing(FILE), 200);
    expect(first).toEqual({
      ...{ format: 'GeoJSON', added: 2, present: 0, notes: [] },
      refused: [{ place: 3, reason: 'lies outside the slide (1500 × 1100 px)' }],
    });
    const [triangle, square] = (await listed()).filter(({ label }) => label.startsWith('Class'));
    expect(triangle).toMatchObject({
      ...{ label: 'Class 0', revision: 1, author: { id: open.pathologist.account.id } },
      geometry: { kind: 'polygon' },
      measurements: [{ name: 'area', unit: 'um2', provenance: 'aperio-description' }],
    });
    expect(triangle?.measurements[0]?.value).toBeCloseTo(20_000 * 0.499 ** 2, 3);
    expect(square?.geometry.kind).toBe('multipolygon');
    expect(square?.measurements[0]?.value).toBeCloseTo((160_000 - 5000) * 0.499 ** 2, 3);
    // The view shows the shape with something around it.
    expect(square?.view).toMatchObject({ kind: 'slide', visible: { x: 200, y: 200, width: 800, height: 800 } });
    const again = expectJson<ImportedAnnotations>(await importing(FILE), 200);
    expect(again).toMatchObject({ added: 0, present: 2 });
    // What was imported is changed and deleted like anything drawn by hand.
    const id = triangle?.id as AnnotationId;
    expect(
      (await open.pathologist.inject({ method: 'DELETE', url: `${annotationPaths.one(open.id, id)}?revision=1` }))
        .statusCode,
    ).toBe(204);
  });

  it('go out as GeoJSON and ImageScope XML and come back the same', async () => {
    const drawn = await open.annotate(open.pathologist, open.slideDraft({ label: 'Rand & "Mitte"' }));
    const geoJson = await open.pathologist.get(annotationFilePaths.geoJson(open.id, slideId));
    expect(geoJson.headers['content-type']).toContain('application/geo+json');
    expect(geoJson.headers['content-disposition']).toMatch(/^attachment; filename="annotations-[0-9a-f]{8}\.geojson"$/);
    const all = (await listed()).filter(({ target }) => target.kind === 'slide');
    const read = readShapes(geoJson.body);
    expect(read.shapes.map(({ geometry, label }) => ({ geometry, label }))).toEqual(
      all.map(({ geometry, label }) => ({ geometry, label })),
    );
    const xml = await open.pathologist.get(annotationFilePaths.imageScope(open.id, slideId));
    expect(xml.body).toContain('MicronsPerPixel="0.499"');
    expect(readShapes(xml.body).shapes.map(({ label }) => label)).toContain(drawn.label);
    expect(expectJson<ImportedAnnotations>(await importing(geoJson.body), 200)).toMatchObject({ added: 0 });
  });

  it('are refused with a sentence, and leave nothing behind', async () => {
    const before = await listed();
    const failure = expectJson<Failure>(await importing('<svg/>'), 422);
    expect(failure).toMatchObject({ code: 'ANNOTATION_FILE_INVALID' });
    expect(failure.message).toBe(
      'The file of annotations cannot be read: it is XML, but neither of ImageScope nor of ASAP.',
    );
    expect(expectJson<Failure>(await importing(''), 400).code).toBe('REQUEST_INVALID');
    const elsewhere = annotationFilePaths.import(open.id, '00000000-0000-4000-8000-000000000000');
    const unknown = expectJson<Failure>(await open.pathologist.post(elsewhere, { file: FILE }), 422);
    expect(unknown.code).toBe('ANNOTATION_TARGET_UNKNOWN');
    expect(await listed()).toEqual(before);
  });

  it('rule 4: are nobody else’s', async () => {
    const outsider = await scene.server.as('referrer2');
    expect((await outsider.get(annotationFilePaths.geoJson(open.id, slideId))).statusCode).toBe(404);
    expect((await outsider.get(annotationFilePaths.imageScope(open.id, slideId))).statusCode).toBe(404);
    expect((await importing(FILE, outsider)).statusCode).toBe(404);
  });
});

describe.skipIf(!existsSync(DATA))('files of other programs', () => {
  test.each([
    ['qupath/qupath-point.json', 'point'],
    ['qupath/qupath-line.json', 'line'],
    ['qupath/qupath-polyline.json', 'polyline'],
    ['qupath/qupath-polygon.json', 'polygon'],
    ['qupath/qupath-rectangle.json', 'rectangle'],
    ['qupath/qupath-brush.json', 'polygon'],
  ])('%s is a %s', (path, kind) => {
    const { format, shapes, refused } = readShapes(sample(path));
    expect([format, refused.length, shapes.map(({ geometry }) => geometry.kind)]).toEqual(['GeoJSON', 0, [kind]]);
  });

  it('ASAP: dots, point sets and polygons', () => {
    const kinds = ['dot', 'pointset', 'polygon'].map((name) => {
      const { format, shapes, refused } = readShapes(sample(`asap/asap-${name}.xml`));
      return [format, refused.length, [...new Set(shapes.map(({ geometry }) => geometry.kind))], shapes[0]?.label];
    });
    expect(kinds.map(([format, refused, kind]) => [format, refused, kind])).toEqual([
      ['ASAP XML', 0, ['point']],
      ['ASAP XML', 0, ['point']],
      ['ASAP XML', 0, ['polygon']],
    ]);
    expect(kinds[0]?.[3]).toBe('Annotation 0');
  });

  it('HistomicsUI: a point and a closed polyline', () => {
    const { format, shapes } = readShapes(sample('histomics/sample.anot'));
    expect(format).toBe('HistomicsUI JSON');
    expect(shapes).toMatchObject([
      { geometry: { kind: 'point', at: [1033, 363] }, label: 'Sample' },
      {
        geometry: {
          kind: 'polygon',
          points: [
            [1029, 408],
            [1012, 449],
            [1055, 458],
            [1060, 414],
          ],
        },
        label: 'Sample',
      },
    ]);
  });

  it('ImageScope: a polygon with its hole, box, ellipse, ruler, arrow', () => {
    const { shapes, refused, notes } = readShapes(sample('imagescope-derived/CMU-1-Small-Region.xml'));
    expect(refused).toEqual([]);
    expect(shapes.map(({ geometry, label }) => [geometry.kind, label])).toEqual([
      ['multipolygon', 'tumour & stroma'],
      ['rectangle', 'box'],
      ['ellipse', 'ellipse by corners'],
      ['line', 'ruler'],
      ['arrow', 'arrow'],
      ['polygon', 'outside the slide'],
    ]);
    expect(shapes[2]?.geometry).toMatchObject({ kind: 'ellipse', center: [610.5, 2225.25], radiusX: 166.5 });
    expect(notes.join(' ')).toContain('which end of an arrow');
  });
});
