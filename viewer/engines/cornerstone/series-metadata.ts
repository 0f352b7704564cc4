import * as z from 'zod';
import { materialPaths } from '#shared/api/material.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { FrameFailure, failureOf, failureOfStatus } from './frame-failure.ts';
import { buildFrameStack, type FrameStack } from './frame-stack.ts';

/** PS3.18 F.2: what is inside the values is checked by whoever reads them. */
const seriesMetadataSchema = z.array(
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

/** Fetches the metadata of a series and builds its stack. @throws FrameFailure with a sentence; an abort stays one. */
export async function loadFrameStack(
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  signal: AbortSignal,
): Promise<FrameStack> {
  try {
    const response = await fetch(materialPaths.seriesMetadata(studyUid, seriesUid), {
      headers: { Accept: 'application/dicom+json' },
      credentials: 'same-origin',
      signal,
    });
    if (!response.ok) throw failureOfStatus(response.status);
    const parsed = seriesMetadataSchema.safeParse(await response.json());
    if (!parsed.success) throw new FrameFailure('The server described this series in a way that cannot be read.');
    return buildFrameStack(studyUid, seriesUid, parsed.data as readonly DicomJsonDataset[]);
  } catch (error) {
    if (signal.aborted) throw error;
    throw error instanceof SyntaxError
      ? new FrameFailure('The server described this series in a way that cannot be read.', null, { cause: error })
      : failureOf(error);
  }
}
