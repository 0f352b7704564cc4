import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod';
import { materialPaths } from '#shared/api/material.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { request } from './client.ts';

/** PS3.18 F.2: what is inside the values is checked by whoever reads them. */
const metadataSchema = z.array(
  z.record(
    z.string(),
    z.object({
      vr: z.string(),
      Value: z.array(z.unknown()).optional(),
      InlineBinary: z.string().optional(),
      BulkDataURI: z.string().optional(),
    }),
  ),
);

/** The objects of a series in the DICOM JSON Model. They never change. */
export function objectMetadataQuery(studyUid: StudyUid, seriesUid: SeriesUid) {
  return queryOptions({
    queryKey: ['object-metadata', studyUid, seriesUid],
    queryFn: async ({ signal }) => {
      const path = materialPaths.seriesMetadata(studyUid, seriesUid);
      return (await request(metadataSchema, 'GET', path, undefined, signal)) as readonly DicomJsonDataset[];
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
