import { describe, expect, it } from 'vitest';
import type { AnnotationId } from '#shared/ids.ts';
import type { Block, Figure } from '#shared/report/blocks.ts';
import type { SignedVersion } from '#shared/report/report.ts';
import { figureNumbers, newestParts, readingOrder } from './result-order.ts';

const version = (reportId: string, number: number, discipline: string) =>
  ({ report: { reportId, version: number, discipline } }) as unknown as SignedVersion;
const paragraph = (text: string): Block => ({ kind: 'paragraph', passage: { text, citations: [] } });
const heading = (text: string): Block => ({ kind: 'heading', text });
const FACTS: Block = { kind: 'facts', facts: [{ label: 'Patient', value: 'A.B.' }] };
const SIGNATURE = { kind: 'signature', name: 'Dr One' } as unknown as Block;

describe('the parts of an answer', () => {
  it('are the newest version of each, radiology before pathology', () => {
    const parts = newestParts([
      version('p', 1, 'pathology'),
      version('r', 2, 'radiology'),
      version('r', 3, 'radiology'),
      version('r', 1, 'radiology'),
    ]);
    expect(parts.map(({ report }) => [report.discipline, report.version])).toEqual([
      ['radiology', 3],
      ['pathology', 1],
    ]);
  });
});

describe('the reading order', () => {
  it('takes the impression out and puts the particulars before the signature; nothing is lost', () => {
    const blocks = [
      { kind: 'title', text: 'T', subtitle: '' } as Block,
      FACTS,
      heading('Impression'),
      paragraph('one'),
      paragraph('two'),
      heading('Answers'),
      paragraph('three'),
      SIGNATURE,
    ];
    const { impression, rest } = readingOrder(blocks);
    expect(impression.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(rest).toEqual([heading('Answers'), paragraph('three'), FACTS, SIGNATURE]);
  });

  it('copes with a report without an impression and without a signature', () => {
    const { impression, rest } = readingOrder([FACTS, heading('Answers'), paragraph('a')]);
    expect(impression).toEqual([]);
    expect(rest).toEqual([heading('Answers'), paragraph('a'), FACTS]);
  });
});

describe('the numbers of pictures', () => {
  it('are found in findings and among further images', () => {
    const figure = (number: number) => ({ number, annotationId: `a${number}` as AnnotationId }) as Figure;
    const numbers = figureNumbers([
      { kind: 'finding', number: 1, passage: { text: '', citations: [] }, figures: [figure(1), figure(2)] },
      { kind: 'figure', figure: figure(3) },
    ]);
    expect([...numbers]).toEqual([
      ['a1', 1],
      ['a2', 2],
      ['a3', 3],
    ]);
  });
});
