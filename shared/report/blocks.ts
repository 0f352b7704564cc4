import type { Annotation } from '#shared/annotation/annotation.ts';
import { describeMeasurement, describeProvenance } from '#shared/annotation/measurement.ts';
import type { Patient } from '#shared/consultation/consultation.ts';
import type { Role } from '#shared/consultation/role.ts';
import type { AnnotationId } from '#shared/ids.ts';
import type { SignedMaterial, SignedReport, Statement } from './report.ts';

/**
 * A signed report as a layout-neutral document. Every rendition is made from these blocks, so that all of them say
 * the same thing. Texts are plain: no markup in them has a meaning.
 */

/** A text and the numbers of the figures it rests on, to be set as [1], [2]. */
export interface Passage {
  readonly text: string;
  readonly citations: readonly number[];
}

/** The picture of one annotation. Its number is the one citations carry. */
export interface Figure {
  readonly number: number;
  readonly annotationId: AnnotationId;
  /** What was written beside the shape; may be empty. */
  readonly label: string;
  /** Where it lies: "Slide B 26-1", "CT chest · frame 1". */
  readonly place: string;
  readonly author: string;
  readonly measurements: readonly { readonly text: string; readonly provenance: string }[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export type Block =
  | { readonly kind: 'title'; readonly text: string; readonly subtitle: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | { readonly kind: 'paragraph'; readonly passage: Passage }
  | {
      readonly kind: 'question';
      readonly number: number;
      readonly question: string;
      readonly answer: Passage;
      readonly unanswerable: boolean;
    }
  | {
      readonly kind: 'finding';
      readonly number: number;
      readonly passage: Passage;
      /** The figures that appear here for the first time. */
      readonly figures: readonly Figure[];
    }
  | { readonly kind: 'figure'; readonly figure: Figure }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | {
      readonly kind: 'signature';
      readonly name: string;
      readonly role: string;
      readonly meaning: string;
      readonly signedAt: string;
      readonly version: number;
      readonly sha256: string;
    };

export interface ReportDocument {
  readonly language: 'en';
  readonly title: string;
  /** "Report 1f3a9c20 · version 1", for the foot of every page. */
  readonly reference: string;
  readonly blocks: readonly Block[];
}

/**
 * The document of a signed report. Figures are numbered as they appear: finding by finding, then those cited by
 * sentences alone. `sha256` is the hash of the canonical form, printed beside the signature.
 */
export function reportDocument(report: SignedReport, sha256: string): ReportDocument {
  const figures = numberFigures(report);
  const passage = (statement: { text: string; citations: readonly AnnotationId[] }): Passage => ({
    text: statement.text.trim(),
    citations: [...new Set(statement.citations.flatMap((id) => figures.get(id)?.number ?? []))].toSorted(
      (a, b) => a - b,
    ),
  });

  const shown = new Set<AnnotationId>();
  const findings = report.findings.map((finding, index): Block => {
    const fresh = finding.annotationIds.filter((id) => !shown.has(id));
    for (const id of fresh) shown.add(id);
    return {
      kind: 'finding',
      number: index + 1,
      passage: passage({ text: finding.text, citations: finding.annotationIds }),
      figures: fresh.flatMap((id) => figures.get(id) ?? []),
    };
  });
  const others = [...figures.values()].filter((figure) => !shown.has(figure.annotationId));

  const blocks: Block[] = [
    { kind: 'title', text: report.consultation.title, subtitle: `Second opinion, ${report.discipline}` },
    { kind: 'facts', facts: keyFacts(report) },
    ...section('Impression', paragraphs(report.impression, passage)),
    ...section('Answers', answers(report, passage)),
    ...section('Recommendation', paragraphs(report.recommendation, passage)),
    ...section(
      'Findings',
      findings.length > 0
        ? findings
        : [{ kind: 'paragraph', passage: { text: 'No finding was recorded separately.', citations: [] } }],
    ),
    ...section(
      'Further images',
      others.map((figure): Block => ({ kind: 'figure', figure })),
    ),
    ...section('Clinical information', clinicalInformation(report)),
    ...section('Material', [materialTable(report.materials)]),
    {
      kind: 'signature',
      name: report.author.name,
      role: ROLE_TEXT[report.author.role],
      meaning: 'Signed as author of this report',
      signedAt: instantText(report.signedAt),
      version: report.version,
      sha256,
    },
  ];
  return {
    language: 'en',
    title: report.consultation.title,
    reference: `Report ${shortReportId(report.reportId)} · version ${report.version}`,
    blocks,
  };
}

/** The first eight characters of a report id: enough to name a file or a page. */
export function shortReportId(reportId: string): string {
  return reportId.slice(0, 8);
}

/** "21 Nov 2026, 23:05 UTC" of an ISO 8601 instant in UTC. */
export function instantText(iso: string): string {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const [, year, month, day, time] = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/.exec(iso) ?? [];
  if (year === undefined || month === undefined || day === undefined || time === undefined) return iso;
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year}, ${time} UTC`;
}

/** Figures in the order in which the document shows them. */
function numberFigures(report: SignedReport): Map<AnnotationId, Figure> {
  const known = new Map(report.annotations.map((annotation) => [annotation.id, annotation]));
  const statements: readonly Statement[] = [...report.impression, ...report.answers, ...report.recommendation];
  const order = [
    ...report.findings.flatMap((finding) => finding.annotationIds),
    ...statements.flatMap((statement) => statement.citations),
  ];
  const figures = new Map<AnnotationId, Figure>();
  for (const id of order) {
    const annotation = known.get(id);
    if (annotation !== undefined && !figures.has(id)) {
      figures.set(id, figureOf(annotation, figures.size + 1, report.materials));
    }
  }
  return figures;
}

function figureOf(annotation: Annotation, number: number, materials: readonly SignedMaterial[]): Figure {
  return {
    number,
    annotationId: annotation.id,
    label: annotation.label.trim(),
    place: placeOf(annotation, materials),
    author: annotation.author.name,
    measurements: annotation.measurements.map((measurement) => ({
      text: describeMeasurement(measurement),
      provenance: describeProvenance(measurement.provenance),
    })),
  };
}

function placeOf({ target }: Annotation, materials: readonly SignedMaterial[]): string {
  const ref = target.kind === 'slide' ? target.slideId : target.studyUid;
  const title = materials.find((material) => material.ref === ref)?.title;
  if (target.kind === 'slide') return title ?? 'Slide';
  return target.frameNumber > 1 ? `${title ?? 'Study'} · frame ${target.frameNumber}` : (title ?? 'Study');
}

function section(heading: string, blocks: readonly Block[]): Block[] {
  return blocks.length === 0 ? [] : [{ kind: 'heading', text: heading }, ...blocks];
}

type ToPassage = (statement: Statement) => Passage;

function paragraphs(statements: readonly Statement[], passage: ToPassage): Block[] {
  return statements
    .filter((statement) => statement.text.trim() !== '')
    .map((statement) => ({ kind: 'paragraph', passage: passage(statement) }));
}

function answers(report: SignedReport, passage: ToPassage): Block[] {
  return report.consultation.questions
    .toSorted((a, b) => a.number - b.number)
    .map((question) => {
      const answer = report.answers.find((candidate) => candidate.questionId === question.id);
      return {
        kind: 'question',
        number: question.number,
        question: question.text.trim(),
        answer: answer === undefined ? { text: 'Not answered.', citations: [] } : passage(answer),
        unanswerable: answer?.unanswerable ?? true,
      };
    });
}

function keyFacts(report: SignedReport): Fact[] {
  const { consultation, author } = report;
  return [
    { label: 'Patient', value: patientText(consultation.patient) },
    ...(consultation.patient.reference === '' ? [] : [{ label: 'Reference', value: consultation.patient.reference }]),
    { label: 'Referred by', value: consultation.referrerName },
    { label: 'Expert', value: `${author.name}, ${ROLE_TEXT[author.role].toLowerCase()}` },
    { label: 'Signed', value: instantText(report.signedAt) },
  ];
}

function clinicalInformation(report: SignedReport): Block[] {
  const { history, workingDiagnosis } = report.consultation;
  const facts: Fact[] = [];
  if (workingDiagnosis.trim() !== '') facts.push({ label: 'Working diagnosis', value: workingDiagnosis.trim() });
  if (history.trim() !== '') facts.push({ label: 'History', value: history.trim() });
  return facts.length === 0 ? [] : [{ kind: 'facts', facts }];
}

const QUALITY_TEXT: Readonly<Record<SignedMaterial['quality'], string>> = {
  adequate: 'adequate',
  limited: 'limited',
  inadequate: 'inadequate',
  'not-reviewed': 'not reviewed',
};

function materialTable(materials: readonly SignedMaterial[]): Block {
  return {
    kind: 'table',
    head: ['Material', 'Kind', 'Quality', 'SHA-256'],
    rows: materials.map((material) => [
      material.title,
      material.kind,
      material.reason.trim() === ''
        ? QUALITY_TEXT[material.quality]
        : `${QUALITY_TEXT[material.quality]}: ${material.reason.trim()}`,
      material.sha256.slice(0, 12),
    ]),
  };
}

function patientText(patient: Patient): string {
  const parts = [patient.initials];
  if (patient.birthYear !== null) parts.push(`born ${patient.birthYear}`);
  if (patient.sex !== 'unknown') parts.push(patient.sex);
  return parts.join(', ');
}

const ROLE_TEXT: Readonly<Record<Role, string>> = {
  referrer: 'Referrer',
  coordinator: 'Coordinator',
  radiologist: 'Radiologist',
  pathologist: 'Pathologist',
  admin: 'Administrator',
  auditor: 'Auditor',
};
