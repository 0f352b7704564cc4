import { describe, expect, it } from 'vitest';
import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import { type Block, type Figure, instantText, reportDocument } from './blocks.ts';
import { type SignedReport, signedReportSchema } from './report.ts';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const AT = '2026-11-21T23:05:09.123Z';
const author = { id: 'u1', name: 'Prof. Weiß-Öztürk', role: 'radiologist' };
const record = { consultationId: uuid(1), revision: 1, author, createdAt: AT, updatedAt: AT };

const annotation = (n: number, change: object = {}) => ({
  ...record,
  id: uuid(100 + n),
  target: { kind: 'frame', studyUid: '1.2.3', seriesUid: '1.2.4', sopInstanceUid: '1.2.5', frameNumber: 1 },
  geometry: { kind: 'point', at: [n, n] },
  label: `label ${n}`,
  view: {
    kind: 'frame',
    visible: { x: 0, y: 0, width: 10, height: 10 },
    windowCenter: 40,
    windowWidth: 400,
    inverted: false,
    rotation: 0,
    flippedHorizontally: false,
    flippedVertically: false,
  },
  measurements: [],
  ...change,
});
const finding = (n: number, ...cited: number[]) => ({
  ...record,
  id: uuid(300 + n),
  text: `finding ${n}`,
  annotationIds: cited.map((one) => uuid(100 + one)),
});
const says = (text: string, ...cited: number[]) => ({ text, citations: cited.map((one) => uuid(100 + one)) });

/** Parsed by the schema, so that a change of the model breaks this sample first. */
const report = (change: object = {}): SignedReport =>
  signedReportSchema.parse({
    schema: 'consilium-report/1',
    reportId: uuid(7),
    version: 2,
    consultation: {
      id: uuid(1),
      title: 'Nodule in the right upper lobe',
      patient: { initials: 'M.K.', birthYear: 1961, sex: 'female', reference: 'R-17' },
      history: 'Cough.\nSmoker.',
      workingDiagnosis: 'Adenocarcinoma?',
      questions: [
        { id: uuid(22), number: 2, text: 'Which biopsy site?' },
        { id: uuid(21), number: 1, text: 'Is it malignant?' },
      ],
      referrerName: 'Dr Lindqvist',
    },
    discipline: 'radiology',
    author,
    meaning: 'author',
    signedAt: AT,
    materials: [
      { kind: 'study', ref: '1.2.3', quality: 'adequate', reason: '', title: 'CT · Chest', sha256: 'a'.repeat(64) },
      { kind: 'slide', ref: uuid(60), quality: 'limited', reason: 'folds', title: 'A1.svs', sha256: 'b'.repeat(64) },
      { kind: 'document', ref: uuid(61), quality: 'not-reviewed', reason: '', title: 'x.pdf', sha256: 'c'.repeat(64) },
    ],
    findings: [finding(1, 2), finding(2, 2, 3)],
    answers: [
      { questionId: uuid(21), ...says('Yes.', 1, 2, 1), unanswerable: false },
      { questionId: uuid(22), ...says('Not from these images.'), unanswerable: true },
    ],
    impression: [says('Suspicious.', 3), says('  ')],
    recommendation: [says('')],
    annotations: [
      annotation(1, { target: { kind: 'slide', slideId: uuid(60) }, view: slideView() }),
      annotation(2, { measurements: [{ name: 'length', value: 18.42, unit: 'mm', provenance: 'PixelSpacing' }] }),
      annotation(3),
    ],
    ...change,
  });

function slideView() {
  return { kind: 'slide', visible: { x: 0, y: 0, width: 10, height: 10 }, rotation: 0 };
}

const of = <Kind extends Block['kind']>(kind: Kind, blocks: readonly Block[]) =>
  blocks.filter((block): block is Extract<Block, { kind: Kind }> => block.kind === kind);
const figures = (blocks: readonly Block[]): Figure[] =>
  blocks.flatMap((block) => (block.kind === 'finding' ? block.figures : block.kind === 'figure' ? [block.figure] : []));

describe('the document of a signed report', () => {
  const { blocks, reference, title } = reportDocument(report(), 'f'.repeat(64));

  it('numbers figures as they appear, each once, and citations carry the same numbers', () => {
    expect(figures(blocks).map(({ number, label }) => [number, label])).toEqual([
      [1, 'label 2'],
      [2, 'label 3'],
      [3, 'label 1'],
    ]);
    expect(of('finding', blocks).map(({ passage }) => passage.citations)).toEqual([[1], [1, 2]]);
    expect(of('paragraph', blocks)[0]?.passage).toEqual({ text: 'Suspicious.', citations: [2] });
    expect(of('question', blocks)[0]?.answer.citations).toEqual([1, 3]);
  });

  it('answers each question in the order of its number and says which cannot be answered', () => {
    expect(of('question', blocks).map(({ number, unanswerable }) => [number, unanswerable])).toEqual([
      [1, false],
      [2, true],
    ]);
    const unanswered = reportDocument(report({ answers: [] }), '').blocks;
    expect(of('question', unanswered).map(({ answer }) => answer.text)).toEqual(['Not answered.', 'Not answered.']);
  });

  it('leaves out sections without words, and keeps the impression first', () => {
    expect(of('heading', blocks).map(({ text }) => text)).toEqual([
      'Impression',
      'Answers',
      'Findings',
      'Further images',
      'Clinical information',
      'Material',
    ]);
  });

  it('prints measurements with unit and provenance, and where the mark lies', () => {
    expect(figures(blocks)[0]).toMatchObject({
      place: 'CT · Chest',
      author: 'Prof. Weiß-Öztürk',
      measurements: [{ text: 'Length 18.4 mm', provenance: 'DICOM Pixel Spacing' }],
    });
    expect(figures(blocks)[2]?.place).toBe('A1.svs');
  });

  it('lists all material with its judgement and the beginning of its hash', () => {
    expect(of('table', blocks)[0]?.rows).toEqual([
      ['CT · Chest', 'study', 'adequate', 'aaaaaaaaaaaa'],
      ['A1.svs', 'slide', 'limited: folds', 'bbbbbbbbbbbb'],
      ['x.pdf', 'document', 'not reviewed', 'cccccccccccc'],
    ]);
  });

  it('names patient, expert, time, meaning, version and hash', () => {
    expect(title).toBe('Nodule in the right upper lobe');
    expect(reference).toBe('Report 00000000 · version 2');
    expect(of('facts', blocks)[0]?.facts[0]).toEqual({ label: 'Patient', value: 'M.K., born 1961, female' });
    expect(of('signature', blocks)).toEqual([
      {
        kind: 'signature',
        name: 'Prof. Weiß-Öztürk',
        role: 'Radiologist',
        meaning: 'Signed as author of this report',
        signedAt: '21 Nov 2026, 23:05 UTC',
        version: 2,
        sha256: 'f'.repeat(64),
      },
    ]);
  });

  it('says so when no finding was recorded, and drops a citation whose annotation is not in the report', () => {
    const bare = reportDocument(report({ findings: [] as Finding[], annotations: [] as Annotation[] }), '').blocks;
    expect(figures(bare)).toEqual([]);
    expect(of('paragraph', bare).map(({ passage }) => passage)).toEqual([
      { text: 'Suspicious.', citations: [] },
      { text: 'No finding was recorded separately.', citations: [] },
    ]);
  });
});

describe('instantText', () => {
  it('prints an instant in UTC and hands back what is none', () => {
    expect(instantText('2026-03-02T09:07:00.000Z')).toBe('2 Mar 2026, 09:07 UTC');
    expect(instantText('yesterday')).toBe('yesterday');
  });
});
