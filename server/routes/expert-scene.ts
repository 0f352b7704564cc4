import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { writeDocuments } from '#fixtures/documents.ts';
import { writeSlide } from '#fixtures/slide.ts';
import { importPath } from '#server/domain/import-path.ts';
import {
  expectJson,
  type SignedIn,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
} from '#server/http/test-server.ts';
import type { Annotation, AnnotationDraft, Finding } from '#shared/annotation/annotation.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { reportPaths } from '#shared/api/reports.ts';
import type { Consultation, Intake } from '#shared/consultation/consultation.ts';
import type {
  AnnotationId,
  ConsultationId,
  FindingId,
  SeriesUid,
  SlideId,
  SopInstanceUid,
  StudyUid,
} from '#shared/ids.ts';
import type { Report, ReportContent, SignedVersion } from '#shared/report/report.ts';

/** For tests: a consultation with a small CT series, a slide and documents, assigned to two experts and accepted. */
export interface ExpertScene {
  readonly server: TestServer;
  readonly ct: CtSeries;
  /** Opens one more consultation with the same material. */
  open(intake?: Partial<Intake>): Promise<OpenConsultation>;
  close(): Promise<void>;
}

export interface OpenConsultation {
  readonly id: ConsultationId;
  readonly consultation: Consultation;
  readonly slideId: SlideId;
  readonly radiologist: SignedIn;
  readonly pathologist: SignedIn;
  /** A length on the middle slice. */
  frameDraft(change?: Partial<AnnotationDraft>): AnnotationDraft;
  /** A polygon on the slide. */
  slideDraft(change?: Partial<AnnotationDraft>): AnnotationDraft;
  annotate(who: SignedIn, draft: AnnotationDraft): Promise<Annotation>;
  find(who: SignedIn, text: string, annotationIds: AnnotationId[]): Promise<Finding>;
  /** A complete report of `who` that cites `citations`, saved. */
  write(who: SignedIn, citations: AnnotationId[], change?: Partial<ReportContent>): Promise<Report>;
  sign(who: SignedIn, revision: number): Promise<SignedVersion>;
}

const CT_SIZE = 128;
const CT_SLICES = 3;
const SLIDE = { width: 1500, height: 1100 };

export async function openExpertScene(): Promise<ExpertScene> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-scene-'));
  const server = await startTestServer();
  const ct = await writeCtSeries(join(folder, 'ct'), { slices: CT_SLICES, size: CT_SIZE });
  await writeSlide(join(folder, 'slide', 'B26-0001-A1.svs'), SLIDE);
  await writeDocuments(join(folder, 'documents'));

  async function open(intake: Partial<Intake> = {}): Promise<OpenConsultation> {
    const consultation = await server.ready(intake);
    const referrer = await server.as('referrer');
    await importFolder(server, consultation.id, referrer, folder);
    const material = expectJson<Material>(await referrer.get(materialPaths.material(consultation.id)), 200);
    const slideId = material.slides[0]?.id;
    if (slideId === undefined) throw new Error('the slide of the scene was not stored');
    return consultationScene(server, ct, consultation, slideId);
  }

  return {
    server,
    ct,
    open,
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function importFolder({ services }: TestServer, id: ConsultationId, referrer: SignedIn, path: string) {
  const request = { path, consultationId: id, actor: referrer.principal };
  const { refused } = await importPath(services.material.ingest, request, new AbortController().signal);
  if (refused.length > 0) throw new Error(`refused: ${refused.map(({ name, sentence }) => `${name} ${sentence}`)}`);
}

async function consultationScene(
  server: TestServer,
  ct: CtSeries,
  consultation: Consultation,
  slideId: SlideId,
): Promise<OpenConsultation> {
  const { id, questions } = consultation;
  const middle = ct.instances[Math.floor(CT_SLICES / 2)];
  if (middle === undefined) throw new Error('the series of the scene has no slice');
  const visible = { x: 0, y: 0, width: CT_SIZE, height: CT_SIZE };

  return {
    id,
    consultation,
    slideId,
    radiologist: await server.as('radiologist'),
    pathologist: await server.as('pathologist'),
    frameDraft: (change = {}) => ({
      target: {
        kind: 'frame',
        studyUid: ct.studyUid as StudyUid,
        seriesUid: ct.seriesUid as SeriesUid,
        sopInstanceUid: middle.sopInstanceUid as SopInstanceUid,
        frameNumber: 1,
      },
      geometry: { kind: 'line', from: [40, 50], to: [43, 54] },
      label: '',
      view: {
        kind: 'frame',
        visible,
        windowCenter: 40,
        windowWidth: 400,
        inverted: false,
        rotation: 0,
        flippedHorizontally: false,
        flippedVertically: false,
      },
      measurements: [],
      ...change,
    }),
    slideDraft: (change = {}) => ({
      target: { kind: 'slide', slideId },
      geometry: {
        kind: 'polygon',
        points: [
          [300, 200],
          [700, 200],
          [700, 500],
          [300, 500],
        ],
      },
      label: 'atypical gland',
      view: { kind: 'slide', visible: { x: 100, y: 100, width: 800, height: 600 }, rotation: 0 },
      measurements: [],
      ...change,
    }),
    async annotate(who, draft) {
      const url = annotationPaths.one(id, randomUUID());
      return expectJson(await who.put(url, { revision: 0, annotation: draft }), 200);
    },
    async find(who, text, annotationIds) {
      const url = annotationPaths.finding(id, randomUUID() as FindingId);
      return expectJson(await who.put(url, { revision: 0, finding: { text, annotationIds } }), 200);
    },
    async write(who, citations, change = {}) {
      const { revision } = expectJson<Report>(await who.get(reportPaths.mine(id)), 200);
      const content: ReportContent = {
        materialsReviewed: [{ kind: 'slide', ref: slideId, quality: 'limited', reason: 'folds at the border' }],
        answers: questions.map(({ id: questionId, number }) => ({
          questionId,
          text: `Answer ${number}: größer, увеличено, αυξημένο.`,
          citations: number === 1 ? citations : [],
          unanswerable: false,
        })),
        impression: [{ text: 'Spiculated nodule, suspicious of adenocarcinoma.', citations }],
        recommendation: [{ text: 'CT-guided biopsy.', citations: [] }],
        ...change,
      };
      return expectJson(await who.put(reportPaths.mine(id), { revision, content }), 200);
    },
    async sign(who, revision) {
      return expectJson(await who.post(reportPaths.sign(id), { revision, password: TEST_PASSWORD, totp: null }), 201);
    },
  };
}
