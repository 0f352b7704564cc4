import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { AnnotationId } from '#shared/ids.ts';
import type { Block, Figure, ReportDocument } from '#shared/report/blocks.ts';
import { typesetReport } from './report-pdf.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;
const pdftotext = await run('pdftotext', ['-v']).then(
  () => true,
  () => false,
);

const figure = (number: number): Figure => ({
  number,
  annotationId: `annotation-${number}` as AnnotationId,
  label: `Mark ${number}`,
  place: 'CT · Chest',
  author: 'Dr Öztürk',
  measurements: [{ text: `Length ${number}.5 mm`, provenance: 'DICOM Pixel Spacing' }],
});

const LONG = 'A sentence that fills the line and goes on to say what was seen. '.repeat(40).trim();
const BLOCKS: readonly Block[] = [
  { kind: 'title', text: 'Nodule: malignant?', subtitle: 'Second opinion, radiology' },
  { kind: 'facts', facts: [{ label: 'Patient', value: 'M.K., born 1961' }] },
  { kind: 'heading', text: 'Impression' },
  { kind: 'paragraph', passage: { text: 'Größenzunahme. Увеличено. Αυξημένο.', citations: [1, 3] } },
  {
    kind: 'question',
    number: 1,
    question: 'Is it malignant?',
    answer: { text: '#panic("x") $x^2$ *bold* @ref \\ <b>', citations: [] },
    unanswerable: true,
  },
  { kind: 'finding', number: 1, passage: { text: LONG, citations: [1, 2] }, figures: [figure(1), figure(2)] },
  { kind: 'figure', figure: figure(3) },
  { kind: 'table', head: ['Material', 'Kind', 'Quality', 'SHA-256'], rows: [['A1.svs', 'slide', 'limited', 'abc123']] },
  {
    kind: 'signature',
    name: 'Dr Öztürk',
    role: 'Radiologist',
    meaning: 'Signed as author of this report',
    signedAt: '21 Nov 2026, 23:05 UTC',
    version: 1,
    sha256: '0123456789abcdef'.repeat(4),
  },
];

const document = (blocks: readonly Block[]): ReportDocument => ({
  language: 'en',
  title: 'Nodule: malignant?',
  reference: 'Report 00000000 · version 1',
  blocks,
});

async function textOf(pdf: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-pdf-'));
  try {
    await writeFile(join(folder, 'a.pdf'), pdf);
    const { stdout } = await run('pdftotext', ['-layout', join(folder, 'a.pdf'), '-']);
    return stdout.replace(/\s+/g, ' ');
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the PDF of a report', () => {
  it('is a PDF, and many findings over many pages are one as well', async () => {
    const many = Array.from(
      { length: 30 },
      (_, n): Block => ({
        kind: 'finding',
        number: n + 1,
        passage: { text: LONG, citations: [n + 1] },
        figures: [figure(n + 1)],
      }),
    );
    const pdf = await typesetReport(document(many), new Map(), signal);
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
  });

  it('refuses a block it has no layout for instead of leaving it out', async () => {
    const unknown = { kind: 'hologram' } as unknown as Block;
    await expect(typesetReport(document([unknown]), new Map(), signal)).rejects.toThrow('hologram');
  });

  it('stops when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(typesetReport(document(BLOCKS), new Map(), stopped)).rejects.toThrow('enough');
  });

  it.skipIf(!pdftotext)(
    `rule 7: its text is every word of the blocks${pdftotext ? '' : ' (skipped: no pdftotext)'}`,
    async () => {
      const text = await textOf(await typesetReport(document(BLOCKS), new Map(), signal));
      for (const words of [
        'Nodule: malignant?',
        'M.K., born 1961',
        'Größenzunahme. Увеличено. Αυξημένο. [1] [3]',
        // Markup in what a person typed stays what it is.
        '#panic("x") $x^2$ *bold* @ref \\ <b>',
        'Cannot be answered',
        'Figure 1',
        'Figure 3',
        'Length 2.5 mm',
        'DICOM Pixel Spacing',
        'The picture could not be made',
        'abc123',
        'Signed as author of this report',
        '21 Nov 2026, 23:05 UTC',
        '0123456789abcdef'.repeat(4),
        'Page 1 of',
      ]) {
        expect(text, words).toContain(words);
      }
      expect(text.split('what was seen').length - 1).toBe(40);
    },
  );
});
