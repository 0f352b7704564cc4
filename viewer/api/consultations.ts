import { queryOptions } from '@tanstack/react-query';
import type * as z from 'zod';
import {
  type assignSchema,
  consultationPaths,
  expertsSchema,
  type fireEventSchema,
  worklistSchema,
} from '#shared/api/consultations.ts';
import { type Consultation, consultationSchema, type Intake } from '#shared/consultation/consultation.ts';
import { request } from './client.ts';
import { queryClient } from './query-client.ts';

export const worklistQuery = queryOptions({
  queryKey: ['worklist'],
  queryFn: async ({ signal }) => {
    const { items } = await request(worklistSchema, 'GET', consultationPaths.list, undefined, signal);
    return items;
  },
  refetchInterval: 60_000,
});

export const consultationQuery = (id: string) =>
  queryOptions({
    queryKey: ['consultation', id],
    queryFn: ({ signal }) => request(consultationSchema, 'GET', consultationPaths.one(id), undefined, signal),
  });

export const expertsQuery = queryOptions({
  queryKey: ['experts'],
  queryFn: async ({ signal }) => {
    const { experts } = await request(expertsSchema, 'GET', consultationPaths.experts, undefined, signal);
    return experts;
  },
  staleTime: 60_000,
});

/** Puts the answer of a change where every page reads it, and lets the worklist ask again. */
function remember(consultation: Consultation): Consultation {
  queryClient.setQueryData(consultationQuery(consultation.id).queryKey, consultation);
  void queryClient.invalidateQueries({ queryKey: worklistQuery.queryKey });
  return consultation;
}

export async function createConsultation(intake: Intake, signal?: AbortSignal): Promise<Consultation> {
  return remember(await request(consultationSchema, 'POST', consultationPaths.list, intake, signal));
}

export async function editConsultation(
  id: string,
  revision: number,
  intake: Intake,
  signal?: AbortSignal,
): Promise<Consultation> {
  const body = { revision, intake };
  return remember(await request(consultationSchema, 'PATCH', consultationPaths.one(id), body, signal));
}

export async function fireEvent(id: string, body: z.infer<typeof fireEventSchema>): Promise<Consultation> {
  return remember(await request(consultationSchema, 'POST', consultationPaths.events(id), body));
}

export async function assignExpert(id: string, body: z.infer<typeof assignSchema>): Promise<Consultation> {
  return remember(await request(consultationSchema, 'PUT', consultationPaths.assignments(id), body));
}
