import * as z from 'zod';
import { reportContentSchema, reportSchema, signedVersionSchema } from '#shared/report/report.ts';

export const reportPaths = {
  list: (consultationId: string) => `/api/consultations/${consultationId}/reports`,
  /** The caller's own part. */
  mine: (consultationId: string) => `/api/consultations/${consultationId}/reports/mine`,
  sign: (consultationId: string) => `/api/consultations/${consultationId}/reports/mine/signature`,
  version: (reportId: string, version: number) => `/api/reports/${reportId}/versions/${version}`,
  pdf: (reportId: string, version: number) => `/api/reports/${reportId}/versions/${version}/pdf`,
  /** The picture of a cited annotation as the PDF shows it, burned into a copy (PNG). */
  keyImage: (reportId: string, version: number, annotationId: string) =>
    `/api/reports/${reportId}/versions/${version}/key-images/${annotationId}`,
} as const;

/** GET …/reports: signed versions the caller may read, newest version of each part first. */
export const signedVersionsSchema = z.object({ versions: z.array(signedVersionSchema) });

/** GET …/reports/mine → the working copy; made empty (revision 0) when there is none yet. */
export const myReportSchema = reportSchema;

/** PUT …/reports/mine → 200 with the report. The first save moves the consultation to drafting. */
export const putReportSchema = z.object({ revision: z.int().min(0), content: reportContentSchema });

/** POST …/reports/mine/signature → 201 with the signed version. The password (and one-time code) are asked again. */
export const signReportSchema = z.object({
  revision: z.int().min(1),
  password: z.string().min(1).max(256),
  totp: z.string().max(16).nullable(),
});
