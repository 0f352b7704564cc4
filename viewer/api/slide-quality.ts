import { queryOptions } from '@tanstack/react-query';
import { qualitySummariesSchema, slideQualityPaths, slideQualitySchema } from '#shared/api/slide-quality.ts';
import { request } from './client.ts';

/** Measuring takes seconds to minutes; it shows by itself when it is done. */
const MEASURING_MS = 5000;

export const slideQualityQuery = (slideId: string) =>
  queryOptions({
    queryKey: ['slide-quality', slideId],
    queryFn: ({ signal }) => request(slideQualitySchema, 'GET', slideQualityPaths.slide(slideId), undefined, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'pending' ? MEASURING_MS : false),
  });

export const consultationQualityQuery = (consultationId: string) =>
  queryOptions({
    queryKey: ['slide-quality', 'consultation', consultationId],
    queryFn: async ({ signal }) => {
      const path = slideQualityPaths.consultation(consultationId);
      return (await request(qualitySummariesSchema, 'GET', path, undefined, signal)).slides;
    },
    refetchInterval: ({ state }) =>
      state.data?.some((one) => one.state === 'pending') === true ? MEASURING_MS : false,
  });
