import { queryOptions } from '@tanstack/react-query';
import {
  type PutRegistration,
  type SlideRegistration,
  slideRegistrationsPath,
  slideRegistrationsSchema,
} from '#shared/api/slide-registrations.ts';
import { request } from './client.ts';

/** Places marked in pairs of slides of a consultation, oldest first. */
export const slideRegistrationsQuery = (consultationId: string) =>
  queryOptions({
    queryKey: ['slide-registrations', consultationId],
    queryFn: async ({ signal }): Promise<SlideRegistration[]> => {
      const path = slideRegistrationsPath(consultationId);
      return (await request(slideRegistrationsSchema, 'GET', path, undefined, signal)).registrations;
    },
  });

/** Keeps one's own; the answer is all of the consultation. */
export async function putSlideRegistration(
  consultationId: string,
  registration: PutRegistration,
): Promise<SlideRegistration[]> {
  const path = slideRegistrationsPath(consultationId);
  return (await request(slideRegistrationsSchema, 'PUT', path, registration)).registrations;
}
