import * as z from 'zod';
import { annotationIdSchema, annotationSchema, findingSchema } from '#shared/annotation/annotation.ts';
import {
  consultationIdSchema,
  patientSchema,
  personSchema,
  prose,
  questionIdSchema,
  questionSchema,
} from '#shared/consultation/consultation.ts';
import { disciplineSchema } from '#shared/consultation/role.ts';
import { uuidSchema } from '#shared/id-schemas.ts';
import type { ReportId } from '#shared/ids.ts';

export const reportIdSchema = uuidSchema<ReportId>();

/** A sentence or paragraph of the report and the annotations it rests on. */
export const statementSchema = z.object({
  text: prose(8000),
  citations: z.array(annotationIdSchema).max(50),
});
export type Statement = z.infer<typeof statementSchema>;

/** One item of the consultation's material, as the expert judged it. */
export const materialReviewedSchema = z.object({
  kind: z.enum(['study', 'slide', 'document']),
  /** StudyUid, SlideId or DocumentId. */
  ref: z.string().max(64),
  quality: z.enum(['adequate', 'limited', 'inadequate', 'not-reviewed']),
  reason: prose(1000),
});
export type MaterialReviewed = z.infer<typeof materialReviewedSchema>;

/** What the expert writes. Findings are records of their own and join the report when it is signed. */
export const reportContentSchema = z.object({
  materialsReviewed: z.array(materialReviewedSchema).max(500),
  answers: z
    .array(
      statementSchema.extend({
        questionId: questionIdSchema,
        /** True when the text says why the question cannot be answered. */
        unanswerable: z.boolean(),
      }),
    )
    .max(20),
  impression: z.array(statementSchema).max(50),
  recommendation: z.array(statementSchema).max(50),
});
export type ReportContent = z.infer<typeof reportContentSchema>;

/** The part of the answer that one assigned expert writes: a working copy with a revision, until it is signed. */
export const reportSchema = z.object({
  id: reportIdSchema,
  consultationId: consultationIdSchema,
  author: personSchema,
  discipline: disciplineSchema,
  revision: z.int().min(0),
  content: reportContentSchema,
  updatedAt: z.string().nullable(),
  /** The number of the newest signed version; null while nothing is signed. */
  signedVersion: z.int().nullable(),
});
export type Report = z.infer<typeof reportSchema>;

/** An item of material with the name and hash it had when the report was signed. */
export const signedMaterialSchema = materialReviewedSchema.extend({
  title: z.string(),
  /** SHA-256 of a slide or document; for a study of the sorted hashes of its instances. */
  sha256: z.string(),
});
export type SignedMaterial = z.infer<typeof signedMaterialSchema>;

/** The immutable thing that was signed. Its canonical form (RFC 8785) is what the hash and the signature cover. */
export const signedReportSchema = z.object({
  schema: z.literal('consilium-report/1'),
  reportId: reportIdSchema,
  version: z.int().min(1),
  consultation: z.object({
    id: consultationIdSchema,
    title: z.string(),
    patient: patientSchema,
    history: z.string(),
    workingDiagnosis: z.string(),
    questions: z.array(questionSchema),
    referrerName: z.string(),
  }),
  discipline: disciplineSchema,
  author: personSchema,
  meaning: z.literal('author'),
  signedAt: z.string(),
  materials: z.array(signedMaterialSchema),
  findings: z.array(findingSchema),
  answers: reportContentSchema.shape.answers,
  impression: z.array(statementSchema),
  recommendation: z.array(statementSchema),
  /** Every annotation that is cited anywhere above, frozen with its view and measurements. */
  annotations: z.array(annotationSchema),
});
export type SignedReport = z.infer<typeof signedReportSchema>;

/** A signed version as it is handed out. */
export const signedVersionSchema = z.object({
  report: signedReportSchema,
  sha256: z.string(),
  /** Ed25519 over the canonical form, base64url, and the public key as SPKI, base64url. */
  signature: z.string(),
  publicKey: z.string(),
  renditions: z.array(
    z.object({ kind: z.enum(['pdf']), state: z.enum(['pending', 'ready', 'failed']), sha256: z.string().nullable() }),
  ),
});
export type SignedVersion = z.infer<typeof signedVersionSchema>;

/** An empty working copy for the given questions. */
export function emptyContent(questionIds: readonly z.infer<typeof questionIdSchema>[]): ReportContent {
  return {
    materialsReviewed: [],
    answers: questionIds.map((questionId) => ({ questionId, text: '', citations: [], unanswerable: false })),
    impression: [{ text: '', citations: [] }],
    recommendation: [{ text: '', citations: [] }],
  };
}

/** Why the report cannot be signed yet, as sentences; empty when it can. */
export function missingForSignature(
  content: ReportContent,
  questions: readonly { readonly id: string; readonly number: number }[],
  findings: readonly { readonly text: string }[],
): string[] {
  const missing: string[] = [];
  for (const question of questions) {
    const answer = content.answers.find((candidate) => candidate.questionId === question.id);
    if (answer === undefined || answer.text.trim() === '') missing.push(`question ${question.number} has no answer`);
  }
  if (findings.some((finding) => finding.text.trim() === '')) missing.push('a finding has no text');
  if (content.impression.every((statement) => statement.text.trim() === '')) missing.push('the impression is empty');
  return missing;
}
