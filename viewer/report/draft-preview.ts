import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import type { Material } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { type Block, reportDocument } from '#shared/report/blocks.ts';
import type { Report, SignedReport } from '#shared/report/report.ts';
import { materialItems } from './material-items.ts';

export interface DraftPreview {
  readonly report: SignedReport;
  readonly blocks: readonly Block[];
}

/** What of a draft is known beside its text. */
export interface DraftContext {
  readonly consultation: Consultation;
  readonly material: Material;
  /** All findings; the author's own are part of the report. */
  readonly findings: readonly Finding[];
  readonly annotations: readonly Annotation[];
  /** ISO 8601. */
  readonly now: string;
}

/** The draft as it would read if it were signed now, without the signature and the hashes that signing makes. */
export function previewOf(draft: Report, context: DraftContext): DraftPreview {
  const { consultation, material, annotations, now } = context;
  const { content } = draft;
  const findings = context.findings.filter(({ author }) => author.id === draft.author.id);
  const cited = new Set([
    ...findings.flatMap(({ annotationIds }) => annotationIds),
    ...[...content.answers, ...content.impression, ...content.recommendation].flatMap(({ citations }) => citations),
  ]);
  const titles = new Map(materialItems(material).map(({ kind, ref, title }) => [`${kind} ${ref}`, title]));
  const report: SignedReport = {
    schema: 'consilium-report/1',
    reportId: draft.id,
    version: (draft.signedVersion ?? 0) + 1,
    consultation: {
      id: consultation.id,
      title: consultation.title,
      patient: consultation.patient,
      history: consultation.history,
      workingDiagnosis: consultation.workingDiagnosis,
      questions: consultation.questions,
      referrerName: consultation.referrer.name,
    },
    discipline: draft.discipline,
    author: draft.author,
    meaning: 'author',
    signedAt: now,
    materials: content.materialsReviewed.map((item) => ({
      ...item,
      title: titles.get(`${item.kind} ${item.ref}`) ?? '',
      sha256: '',
    })),
    findings,
    answers: content.answers,
    impression: content.impression,
    recommendation: content.recommendation,
    annotations: annotations.filter(({ id }) => cited.has(id)),
  };
  const blocks = reportDocument(report, '').blocks.flatMap((block): Block[] => {
    if (block.kind === 'signature') return [];
    if (block.kind === 'facts') return [{ ...block, facts: block.facts.filter(({ label }) => label !== 'Signed') }];
    if (block.kind === 'table')
      return [{ ...block, head: block.head.slice(0, -1), rows: block.rows.map((row) => row.slice(0, -1)) }];
    return [block];
  });
  return { report, blocks };
}
