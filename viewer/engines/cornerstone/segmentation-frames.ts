import { materialPaths } from '#shared/api/material.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { jsonNumber, jsonText } from '#shared/dicom/json-reading.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { fetchFrame } from './frame-response.ts';

/** More is not unpacked in a page. */
const MOST_BYTES = 64 * 1024 * 1024;
const AT_ONCE = 6;

/**
 * The bits of each frame of a segmentation, uncompressed; in a sentence why they are not loaded.
 * @throws FrameFailure for a refusal, DOMException on abort
 */
export async function loadSegmentationFrames(
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  dataset: DicomJsonDataset,
  signal: AbortSignal,
): Promise<readonly Uint8Array[] | { readonly refusal: string }> {
  const pixels = (jsonNumber(dataset, '00280010') ?? 0) * (jsonNumber(dataset, '00280011') ?? 0);
  const count = jsonNumber(dataset, '00280008') ?? 1;
  const kind = jsonText(dataset, '00620001');
  if (kind !== 'BINARY') return { refusal: `Segmentations of the type ${kind ?? '(none)'} are not shown.` };
  if ((pixels * count) / 8 > MOST_BYTES) return { refusal: 'This segmentation is too large to be shown here.' };
  const uid = jsonText(dataset, '00080018') ?? '';
  const frames: Uint8Array[] = [];
  for (let first = 1; first <= count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - first + 1) }, (_, i) => first + i);
    const loaded = await Promise.all(
      numbers.map((number) => fetchFrame(materialPaths.frame(studyUid, seriesUid, uid, number), 'native', signal)),
    );
    frames.push(...loaded.map(({ bytes }) => bytes));
  }
  return frames;
}
