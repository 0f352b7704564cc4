import { infiniteQueryOptions } from '@tanstack/react-query';
import { auditPageSchema, auditPaths } from '#shared/api/audit.ts';
import { request } from './client.ts';

const PAGE = 200;

/** The audit trail, newest first, a page at a time; of one consultation when its id is given. */
export const auditQuery = (consultationId: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', consultationId],
    queryFn: async ({ signal, pageParam }) => {
      const query = new URLSearchParams({ limit: String(PAGE) });
      if (consultationId !== '') query.set('consultationId', consultationId);
      if (pageParam !== null) query.set('before', String(pageParam));
      const page = await request(auditPageSchema, 'GET', `${auditPaths.list}?${query}`, undefined, signal);
      return page.rows;
    },
    initialPageParam: null as number | null,
    getNextPageParam: (rows) => (rows.length < PAGE ? null : (rows.at(-1)?.sequence ?? null)),
  });
