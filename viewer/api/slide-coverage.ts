import { queryOptions } from '@tanstack/react-query';
import { slideCoveragePath, slideCoverageSchema } from '#shared/api/slide-coverage.ts';
import { request } from './client.ts';

/** What the reader has seen of a slide, as text. */
export const slideCoverageQuery = (slideId: string) =>
  queryOptions({
    queryKey: ['slide-coverage', slideId],
    queryFn: async ({ signal }) =>
      (await request(slideCoverageSchema, 'GET', slideCoveragePath(slideId), undefined, signal)).seen,
  });

/** Adds to it; the answer is all of it. */
export async function addSlideCoverage(slideId: string, seen: string): Promise<string> {
  return (await request(slideCoverageSchema, 'PUT', slideCoveragePath(slideId), { seen })).seen;
}
