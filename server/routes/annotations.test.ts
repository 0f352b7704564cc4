import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectJson } from '#server/http/test-server.ts';
import type { Annotation, AnnotationDraft, Finding } from '#shared/annotation/annotation.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import type { Failure } from '#shared/api/failure.ts';
import { uidOfUuid } from '#shared/dicom/uuid-uid.ts';
import type { AnnotationId, SlideId, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { type ExpertScene, type OpenConsultation, openExpertScene } from './expert-scene.ts';

let scene: ExpertScene;
let open: OpenConsultation;
beforeAll(async () => {
  scene = await openExpertScene();
  open = await scene.open();
}, 60_000);
afterAll(() => scene.close());

const url = (id: string = randomUUID()) => annotationPaths.one(open.id, id);
const put = (draft: AnnotationDraft, revision = 0, at = url()) =>
  open.radiologist.put(at, { revision, annotation: draft });
const refusal = async (draft: AnnotationDraft, status: number) => expectJson<Failure>(await put(draft), status);

/** 3 columns and 4 rows apart: five pixels of 400 mm / 128. */
const LENGTH_MM = (5 * 400) / 128;

describe('annotations over HTTP', () => {
  it('stores what was drawn, with its author and the measurements of the server', async () => {
    const annotation = expectJson<Annotation>(await put(open.frameDraft({ label: 'Knoten ≥ 1,5 cm' })), 200);
    expect(annotation).toMatchObject({
      revision: 1,
      label: 'Knoten ≥ 1,5 cm',
      author: { id: open.radiologist.account.id, role: 'radiologist' },
      measurements: [{ name: 'length', unit: 'mm', provenance: 'PixelSpacing' }],
    });
    expect(annotation.measurements[0]?.value).toBeCloseTo(LENGTH_MM, 6);
    const listed = expectJson<{ annotations: Annotation[] }>(
      await open.pathologist.get(annotationPaths.list(open.id)),
      200,
    );
    expect(listed.annotations).toContainEqual(annotation);
  });

  it('computes Hounsfield statistics inside a region from the stored frame', async () => {
    const geometry: Geometry = { kind: 'ellipse', center: [64, 64], radiusX: 6, radiusY: 6 };
    const { measurements } = expectJson<Annotation>(await put(open.frameDraft({ geometry })), 200);
    expect(measurements.map(({ name }) => name)).toEqual([
      'area',
      'mean',
      'standard-deviation',
      'minimum',
      'maximum',
      'median',
    ]);
    const mean = measurements.find(({ name }) => name === 'mean');
    expect(mean).toMatchObject({ unit: "[hnsf'U]", provenance: 'modality-rescale' });
    expect(mean?.value).toBeGreaterThan(-1100);
    expect(mean?.value).toBeLessThan(1500);
    // What the server says is what it accepts back.
    expectJson(await put(open.frameDraft({ geometry, measurements })), 200);
  });

  it('measures slides in µm with the provenance of their scale', async () => {
    const { measurements } = expectJson<Annotation>(await put(open.slideDraft()), 200);
    expect(measurements).toHaveLength(1);
    expect(measurements[0]).toMatchObject({ name: 'area', unit: 'um2', provenance: 'aperio-description' });
    expect(measurements[0]?.value).toBeCloseTo(400 * 300 * 0.499 * 0.499, 3);
  });

  it('keeps the class of an annotation, and refuses a code that DICOM could not hold', async () => {
    const concept = { value: '6574001', scheme: 'SCT', meaning: 'Necrosis' };
    expect(expectJson<Annotation>(await put(open.slideDraft({ concept })), 200).concept).toEqual(concept);
    const long = { ...concept, value: '12345678901234567' };
    expect((await refusal(open.slideDraft({ concept: long }), 400)).code).toBe('REQUEST_INVALID');
  });

  it('rule 2: refuses a measurement the image does not give', async () => {
    const length = { name: 'length', value: LENGTH_MM * 1.01, unit: 'mm', provenance: 'PixelSpacing' } as const;
    expect(await refusal(open.frameDraft({ measurements: [length] }), 422)).toMatchObject({
      code: 'MEASUREMENT_MISMATCH',
      params: { name: 'length', unit: 'mm', computedUnit: 'mm' },
    });
    const inUm = { ...length, value: LENGTH_MM, unit: 'um' } as const;
    expect((await refusal(open.frameDraft({ measurements: [inUm] }), 422)).code).toBe('MEASUREMENT_MISMATCH');
    const elsewhere = { ...length, value: LENGTH_MM, provenance: 'ImagerPixelSpacing' } as const;
    expect((await refusal(open.frameDraft({ measurements: [elsewhere] }), 422)).code).toBe('MEASUREMENT_MISMATCH');
    const area = { name: 'area', value: 1, unit: 'mm2', provenance: 'PixelSpacing' } as const;
    expect((await refusal(open.frameDraft({ measurements: [area] }), 422)).code).toBe('MEASUREMENT_MISMATCH');
    const geometry: Geometry = { kind: 'rectangle', min: [60, 60], max: [70, 70] };
    const mean = { name: 'mean', value: 5000, unit: "[hnsf'U]", provenance: 'modality-rescale' } as const;
    expect((await refusal(open.frameDraft({ geometry, measurements: [mean] }), 422)).code).toBe('MEASUREMENT_MISMATCH');
  });

  it('measures every shape of lines, and refuses other numbers than its own', async () => {
    const shapes: [Geometry, string[]][] = [
      [
        {
          kind: 'bidirectional',
          first: [
            [40, 60],
            [80, 60],
          ],
          second: [
            [60, 50],
            [60, 70],
          ],
        },
        ['long-axis', 'short-axis'],
      ],
      [{ kind: 'angle', from: [40, 60], vertex: [60, 60], to: [60, 40] }, ['angle']],
      [
        {
          kind: 'cobb',
          first: [
            [40, 60],
            [80, 62],
          ],
          second: [
            [40, 90],
            [80, 80],
          ],
        },
        ['angle'],
      ],
      [{ kind: 'height', from: [40, 60], to: [50, 80] }, ['height']],
      [{ kind: 'probe', at: [64, 64] }, ['value']],
      [
        {
          kind: 'spline',
          points: [
            [60, 60],
            [70, 60],
            [70, 70],
          ],
        },
        ['area', 'mean', 'standard-deviation', 'minimum', 'maximum', 'median'],
      ],
    ];
    for (const [geometry, names] of shapes) {
      const { measurements, frameOfReferenceUid } = expectJson<Annotation>(
        await put(open.frameDraft({ geometry })),
        200,
      );
      expect(measurements.map(({ name }) => name)).toEqual(names);
      expect(frameOfReferenceUid).toMatch(/^[\d.]+$/);
      const wrong = measurements.map((one) => ({ ...one, value: one.value * 1.01 + 1 }));
      expect((await refusal(open.frameDraft({ geometry, measurements: wrong }), 422)).code).toBe(
        'MEASUREMENT_MISMATCH',
      );
    }
  });

  it('measures by a length the reader knows, says so in every number, and keeps it with the annotation', async () => {
    const geometry: Geometry = { kind: 'line', from: [40, 60], to: [60, 60] };
    const calibration = { from: [40, 60], to: [80, 60], lengthMm: 10 } as NonNullable<AnnotationDraft['calibration']>;
    const stored = expectJson<Annotation>(await put(open.frameDraft({ geometry, calibration })), 200);
    expect(stored).toMatchObject({
      calibration,
      measurements: [{ name: 'length', unit: 'mm', provenance: 'user-calibration' }],
    });
    expect(stored.measurements[0]?.value).toBeCloseTo(5, 9);
    // The number of the calibration with the provenance of the file is not what the image gives.
    const passedOff = [{ name: 'length', value: 5, unit: 'mm', provenance: 'PixelSpacing' } as const];
    const draft = open.frameDraft({ geometry, calibration, measurements: passedOff });
    expect((await refusal(draft, 422)).code).toBe('MEASUREMENT_MISMATCH');
    const outside = open.frameDraft({ geometry, calibration: { ...calibration, to: [400, 60] } });
    expect((await refusal(outside, 422)).code).toBe('ANNOTATION_OUTSIDE_IMAGE');
    const empty = open.frameDraft({ geometry, calibration: { ...calibration, to: calibration.from } });
    expect((await refusal(empty, 400)).code).toBe('REQUEST_INVALID');
  });

  it('refuses an image that is not in the consultation', async () => {
    const { target } = open.frameDraft();
    if (target.kind !== 'frame') throw new Error('a frame was expected');
    const wrong: AnnotationDraft['target'][] = [
      { ...target, sopInstanceUid: '1.2.3' as SopInstanceUid },
      { ...target, studyUid: '1.2.3' as StudyUid },
      { ...target, frameNumber: 2 },
    ];
    for (const other of wrong) {
      expect((await refusal(open.frameDraft({ target: other }), 422)).code).toBe('ANNOTATION_TARGET_UNKNOWN');
    }
    const foreign = { kind: 'slide', slideId: randomUUID() as SlideId } as const;
    expect((await refusal(open.slideDraft({ target: foreign }), 422)).code).toBe('ANNOTATION_TARGET_UNKNOWN');
    const elsewhere = await scene.open();
    const theirs = { kind: 'slide', slideId: elsewhere.slideId } as const;
    expect((await refusal(open.slideDraft({ target: theirs }), 422)).code).toBe('ANNOTATION_TARGET_UNKNOWN');
  });

  it('refuses what lies outside the image, a view of another kind and what is no shape', async () => {
    const outside = open.frameDraft({ geometry: { kind: 'point', at: [128.1, 3] } });
    expect(await refusal(outside, 422)).toMatchObject({
      code: 'ANNOTATION_OUTSIDE_IMAGE',
      params: { width: 128, height: 128 },
    });
    const { view } = open.slideDraft();
    expect((await refusal(open.frameDraft({ view }), 400)).code).toBe('REQUEST_INVALID');
    const flat = { kind: 'polygon', points: [[1, 1]] } as unknown as AnnotationDraft['geometry'];
    expect((await refusal(open.frameDraft({ geometry: flat }), 400)).code).toBe('REQUEST_INVALID');
  });

  it('answers a repeated request as the first, and a stale one with what is stored', async () => {
    const at = url();
    const first = expectJson<Annotation>(await put(open.frameDraft(), 0, at), 200);
    expect(expectJson(await put(open.frameDraft(), 0, at), 200)).toEqual(first);
    const second = expectJson<Annotation>(await put(open.frameDraft({ label: 'a' }), 1, at), 200);
    expect(second).toMatchObject({ revision: 2, createdAt: first.createdAt });
    const stale = expectJson<Failure>(await put(open.frameDraft({ label: 'b' }), 1, at), 409);
    expect(stale).toMatchObject({ code: 'REVISION_STALE', params: { current: 2, sent: 1 }, current: second });
    expect(expectJson<Failure>(await put(open.slideDraft(), 2, at), 400).code).toBe('REQUEST_INVALID');
  });

  it('lets only the author change or delete', async () => {
    const { id } = await open.annotate(open.radiologist, open.frameDraft());
    const change = { revision: 1, annotation: open.frameDraft({ label: 'mine now' }) };
    expect(expectJson<Failure>(await open.pathologist.put(url(id), change), 403).code).toBe('NOT_ALLOWED');
    const taken = await open.pathologist.inject({ method: 'DELETE', url: `${url(id)}?revision=1` });
    expect(taken.statusCode).toBe(403);
    const stale = await open.radiologist.inject({ method: 'DELETE', url: `${url(id)}?revision=7` });
    expect(stale.statusCode).toBe(409);
    const gone = await open.radiologist.inject({ method: 'DELETE', url: `${url(id)}?revision=1` });
    expect(gone.statusCode).toBe(204);
    expect(expectJson<Failure>(await put(open.frameDraft(), 0, url(id)), 409).code).toBe('REVISION_STALE');
  });

  it('refuses to delete what a finding rests on, and a finding on what does not exist', async () => {
    const annotation = await open.annotate(open.radiologist, open.frameDraft());
    const finding = await open.find(open.radiologist, 'Nodule', [annotation.id]);
    const remove = () => open.radiologist.inject({ method: 'DELETE', url: `${url(annotation.id)}?revision=1` });
    expect(expectJson<Failure>(await remove(), 409).code).toBe('GUARD_FAILED');
    const at = annotationPaths.finding(open.id, finding.id);
    const unknown = { revision: 1, finding: { text: 'Nodule', annotationIds: [randomUUID() as AnnotationId] } };
    expect(expectJson<Failure>(await open.radiologist.put(at, unknown), 422).code).toBe('CITATION_UNKNOWN');
    const changed = { revision: 1, finding: { text: 'Nodule, spiculated', annotationIds: [annotation.id] } };
    expect(expectJson<Finding>(await open.radiologist.put(at, changed), 200)).toMatchObject({ revision: 2 });
    expect(expectJson<Finding>(await open.radiologist.put(at, changed), 200)).toMatchObject({ revision: 2 });
    expect((await open.pathologist.put(at, { ...changed, revision: 2 })).statusCode).toBe(403);
    expect((await open.radiologist.inject({ method: 'DELETE', url: `${at}?revision=2` })).statusCode).toBe(204);
    expect((await remove()).statusCode).toBe(204);
  });

  it('exports annotations as structured reports, the same while nothing changes, then one that names the former', async () => {
    const fresh = await scene.open();
    const { id } = await fresh.annotate(fresh.radiologist, fresh.frameDraft({ label: 'Target 1' }));
    await fresh.annotate(fresh.radiologist, fresh.slideDraft());
    const archive = async () => {
      const answer = await fresh.radiologist.get(annotationPaths.measurementReports(fresh.id));
      expect(answer.statusCode).toBe(200);
      return answer.rawPayload.toString('latin1');
    };
    const first = await archive();
    expect(first).toContain('measurements-1.dcm');
    expect(first).toContain(uidOfUuid(id));
    expect(first).toContain('it lies on a slide file');
    expect(await archive()).toBe(first);
    const uid = /1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\.33\0?[\s\S]{0,16}?(2\.25\.\d+)/.exec(first)?.[1] ?? 'none';
    const changed = { revision: 1, annotation: fresh.frameDraft({ label: 'Target 1, smaller' }) };
    expectJson<Annotation>(await fresh.radiologist.put(annotationPaths.one(fresh.id, id), changed), 200);
    const second = await archive();
    expect(second).toContain('Target 1, smaller');
    expect(second).toContain(uid);
    expect(second).not.toBe(first);
    const none = await fresh.radiologist.get(`${annotationPaths.measurementReports(fresh.id)}?seriesUid=1.2.3`);
    expect(none.statusCode).toBe(404);
  });

  it('rule 4: neither an outsider nor the referrer sees annotations, and an outsider not even that they exist', async () => {
    const list = annotationPaths.list(open.id);
    expect((await (await scene.server.as('referrer2')).get(list)).statusCode).toBe(404);
    expect((await (await scene.server.as('radiologist2')).get(list)).statusCode).toBe(404);
    expect((await (await scene.server.as('referrer')).get(list)).statusCode).toBe(403);
    expect((await scene.server.anonymous({ method: 'GET', url: list })).statusCode).toBe(401);
    const foreign = await (await scene.server.as('radiologist2')).put(url(), {
      revision: 0,
      annotation: open.frameDraft(),
    });
    expect(foreign.statusCode).toBe(404);
  });

  it('rule 5: each change leaves an audit row that says nothing of the content', async () => {
    const { id } = await open.annotate(open.radiologist, open.frameDraft({ label: 'secret words' }));
    const rows = await scene.server.services.db.audit.page({ consultationId: open.id, limit: 500 });
    expect(rows).toContainEqual(expect.objectContaining({ action: 'annotation.create', subject: id }));
    expect(JSON.stringify(rows)).not.toContain('secret words');
  });
});
