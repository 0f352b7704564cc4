import { queryOptions } from '@tanstack/react-query';
import { myReportSchema, reportPaths, signedVersionsSchema } from '#shared/api/reports.ts';
import { type Report, type ReportContent, type SignedVersion, signedVersionSchema } from '#shared/report/report.ts';
import { request } from './client.ts';
import { queryClient } from './query-client.ts';

/** The signed versions the person may read. While a file is still being made they are asked for again. */
export const signedVersionsQuery = (consultationId: string) =>
  queryOptions({
    queryKey: ['signed-versions', consultationId],
    queryFn: async ({ signal }) => {
      const path = reportPaths.list(consultationId);
      return (await request(signedVersionsSchema, 'GET', path, undefined, signal)).versions;
    },
    refetchInterval: ({ state }) =>
      state.data?.some(({ renditions }) => renditions.some((rendition) => rendition.state === 'pending'))
        ? 1500
        : false,
  });

export function loadMyReport(consultationId: string, signal?: AbortSignal): Promise<Report> {
  return request(myReportSchema, 'GET', reportPaths.mine(consultationId), undefined, signal);
}

export function putMyReport(consultationId: string, revision: number, content: ReportContent): Promise<Report> {
  return request(myReportSchema, 'PUT', reportPaths.mine(consultationId), { revision, content });
}

/** Signs the working copy at `revision`; the password and, with two factors, the one-time code are asked again. */
export async function signMyReport(
  consultationId: string,
  body: { readonly revision: number; readonly password: string; readonly totp: string | null },
): Promise<SignedVersion> {
  const version = await request(signedVersionSchema, 'POST', reportPaths.sign(consultationId), body);
  for (const queryKey of [['signed-versions', consultationId], ['consultation', consultationId], ['worklist']]) {
    void queryClient.invalidateQueries({ queryKey });
  }
  return version;
}
