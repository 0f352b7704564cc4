import type * as z from 'zod';
import {
  type Annotation,
  type AnnotationDraft,
  annotationSchema,
  type Finding,
  type FindingDraft,
  findingSchema,
} from '#shared/annotation/annotation.ts';
import { annotationPaths, annotationsSchema, findingsSchema } from '#shared/api/annotations.ts';
import { nothing, request } from './client.ts';

/** Both kinds of record of a consultation, as one request each. */
export async function loadRecords(
  consultationId: string,
  signal?: AbortSignal,
): Promise<{ annotations: readonly Annotation[]; findings: readonly Finding[] }> {
  const [{ annotations }, { findings }] = await Promise.all([
    request(annotationsSchema, 'GET', annotationPaths.list(consultationId), undefined, signal),
    request(findingsSchema, 'GET', annotationPaths.findings(consultationId), undefined, signal),
  ]);
  return { annotations, findings };
}

export function putAnnotation(
  consultationId: string,
  id: string,
  revision: number,
  annotation: AnnotationDraft,
): Promise<Annotation> {
  return request(annotationSchema, 'PUT', annotationPaths.one(consultationId, id), { revision, annotation });
}

export function putFinding(
  consultationId: string,
  id: string,
  revision: number,
  finding: FindingDraft,
): Promise<Finding> {
  return request(findingSchema, 'PUT', annotationPaths.finding(consultationId, id), { revision, finding });
}

export async function deleteAnnotation(consultationId: string, id: string, revision: number): Promise<void> {
  await request(nothing, 'DELETE', `${annotationPaths.one(consultationId, id)}?revision=${revision}`);
}

export async function deleteFinding(consultationId: string, id: string, revision: number): Promise<void> {
  await request(nothing, 'DELETE', `${annotationPaths.finding(consultationId, id)}?revision=${revision}`);
}

/** The stored record that came with a stale revision; null when it was deleted or is not readable. */
export function currentRecord<Stored>(schema: z.ZodType<Stored>, current: unknown): Stored | null {
  const parsed = schema.safeParse(current);
  return parsed.success ? parsed.data : null;
}
