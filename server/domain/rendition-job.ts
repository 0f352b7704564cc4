import type { ReportId } from '#shared/ids.ts';
import type { Job } from './report-ports.ts';

/** The job that makes the files of a signed version; its id makes it one of a kind. */
export const PRODUCE_RENDITIONS = 'produce-renditions';

/** The row to enqueue for a version. */
export function renditionJob(reportId: ReportId, version: number): Pick<Job, 'id' | 'kind' | 'payload'> {
  return { id: renditionJobId(reportId, version), kind: PRODUCE_RENDITIONS, payload: { reportId, version } };
}

/** The id under which the state of that job is asked. */
export function renditionJobId(reportId: ReportId, version: number): string {
  return `${PRODUCE_RENDITIONS}:${reportId}:${version}`;
}
