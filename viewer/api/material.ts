import { queryOptions } from '@tanstack/react-query';
import { materialPaths, materialSchema, type SlideSummary, uploadOutcomesSchema } from '#shared/api/material.ts';
import { request } from './client.ts';

const PREPARING_MS = 3000;
const isBeingPrepared = ({ overview }: SlideSummary): boolean => overview !== null && overview.state !== 'failed';

export const materialQuery = (consultationId: string) =>
  queryOptions({
    queryKey: ['material', consultationId],
    queryFn: ({ signal }) => request(materialSchema, 'GET', materialPaths.material(consultationId), undefined, signal),
    // Levels of slides appear by themselves.
    refetchInterval: ({ state }) => (state.data?.slides.some(isBeingPrepared) === true ? PREPARING_MS : false),
  });

export const uploadOutcomesQuery = (consultationId: string) =>
  queryOptions({
    queryKey: ['upload-outcomes', consultationId],
    queryFn: async ({ signal }) => {
      const path = materialPaths.outcomes(consultationId);
      return (await request(uploadOutcomesSchema, 'GET', path, undefined, signal)).outcomes;
    },
  });
