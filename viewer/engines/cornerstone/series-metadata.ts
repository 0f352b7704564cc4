import * as z from 'zod';
import { materialPaths } from '#shared/api/material.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { TAG } from '#shared/dicom/tag.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { withSession } from '#viewer/engines/session-renewal.ts';
import { FrameFailure, failureOf, failureOfStatus } from './frame-failure.ts';
import { buildFrameStack, type FrameStack } from './frame-stack.ts';
import { textOf } from './instance-attributes.ts';

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

/**
 * Fetches the metadata of a series and builds its stack, of all instances or of `members`.
 * @throws FrameFailure with a sentence; an abort stays one
 */
export async function loadFrameStack(
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  signal: AbortSignal,
  members: readonly SopInstanceUid[] = [],
): Promise<FrameStack> {
  const ask = async (): Promise<Response> => {
    const answer = await fetch(materialPaths.seriesMetadata(studyUid, seriesUid), {
      headers: { Accept: 'application/dicom+json' },
      credentials: 'same-origin',
      signal,
    });
    if (!answer.ok) throw failureOfStatus(answer.status);
    return answer;
  };
  try {
    const response = await withSession(ask, (error) => error instanceof FrameFailure && error.status === 401, signal);
    const parsed = seriesMetadataSchema.safeParse(await response.json());
    if (!parsed.success) throw new FrameFailure('The server described this series in a way that cannot be read.');
    const instances = parsed.data as readonly DicomJsonDataset[];
    const wanted: ReadonlySet<string> = new Set(members);
    const kept =
      wanted.size === 0 ? instances : instances.filter((one) => wanted.has(textOf(one, TAG.SOPInstanceUID) ?? ''));
    return buildFrameStack(studyUid, seriesUid, kept);
  } catch (error) {
    if (signal.aborted) throw error;
    throw error instanceof SyntaxError
      ? new FrameFailure('The server described this series in a way that cannot be read.', null, { cause: error })
      : failureOf(error);
  }
}
