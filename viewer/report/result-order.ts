import type { Block, Passage } from '#shared/report/blocks.ts';
import type { SignedVersion } from '#shared/report/report.ts';

/** The newest version of every part, radiology before pathology. */
export function newestParts(versions: readonly SignedVersion[]): SignedVersion[] {
  const parts = new Map<string, SignedVersion>();
  for (const version of versions) {
    const known = parts.get(version.report.reportId);
    if (known === undefined || known.report.version < version.report.version)
      parts.set(version.report.reportId, version);
  }
  return [...parts.values()].sort((a, b) => b.report.discipline.localeCompare(a.report.discipline));
}

export interface ReadingOrder {
  /** The impression: what the referrer came for, shown before everything else. */
  readonly impression: readonly Passage[];
  /** Everything else of the report in its order; who, when and for whom stand at the end. */
  readonly rest: readonly Block[];
}

/** The blocks of a report as a reader on a screen wants them: the answer first, the particulars last. */
export function readingOrder(blocks: readonly Block[]): ReadingOrder {
  const start = blocks.findIndex((block) => block.kind === 'heading' && block.text === 'Impression');
  const next = blocks.findIndex((block, index) => index > start && block.kind === 'heading');
  const impression = start < 0 ? [] : blocks.slice(start + 1, next < 0 ? undefined : next);
  const particulars = blocks.find((block) => block.kind === 'facts');
  const rest = blocks.filter(
    (block, index) =>
      block.kind !== 'title' && block !== particulars && (start < 0 || index < start || (next >= 0 && index >= next)),
  );
  const end = rest.findIndex((block) => block.kind === 'signature');
  return {
    impression: impression.flatMap((block) => (block.kind === 'paragraph' ? [block.passage] : [])),
    rest: particulars === undefined ? rest : rest.toSpliced(end < 0 ? rest.length : end, 0, particulars),
  };
}

/** The numbers of the pictures of a report, by annotation. */
export function figureNumbers(blocks: readonly Block[]): Map<string, number> {
  const figures = blocks.flatMap((block) =>
    block.kind === 'finding' ? block.figures : block.kind === 'figure' ? [block.figure] : [],
  );
  return new Map(figures.map((figure) => [figure.annotationId, figure.number]));
}
