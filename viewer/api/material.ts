import { queryOptions } from '@tanstack/react-query';
import { materialPaths, materialSchema, uploadOutcomesSchema } from '#shared/api/material.ts';
import { request } from './client.ts';

export const materialQuery = (consultationId: string) =>
  queryOptions({
    queryKey: ['material', consultationId],
    queryFn: ({ signal }) => request(materialSchema, 'GET', materialPaths.material(consultationId), undefined, signal),
  });

export const uploadOutcomesQuery = (consultationId: string) =>
  queryOptions({
    queryKey: ['upload-outcomes', consultationId],
    queryFn: async ({ signal }) => {
      const path = materialPaths.outcomes(consultationId);
      return (await request(uploadOutcomesSchema, 'GET', path, undefined, signal)).outcomes;
    },
  });
