import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { referencedSeries } from '#shared/dicom/evidence.ts';
import { jsonText } from '#shared/dicom/json-reading.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { readSegmentation } from '#shared/segmentation/formats/read-dicom-seg.ts';
import { SEGMENT_COLORS } from '#shared/segmentation/segment-terms.ts';
import type { ShownSegment } from '#viewer/engines/cornerstone/segment-port.ts';
import { countOf } from '#viewer/ui/quantities.ts';
import type { LayerEntry, ObjectLayer } from './object-layer.ts';

/** The layer of a DICOM segmentation; `frames` are the bits of each, or a sentence why there are none. */
export function segmentationLayer(
  studyUid: StudyUid,
  dataset: DicomJsonDataset,
  frames: readonly Uint8Array[] | { readonly refusal: string },
): ObjectLayer {
  const uid = jsonText(dataset, '00080018') ?? '';
  const read = 'refusal' in frames ? frames : readSegmentation(dataset, frames);
  const maker = [jsonText(dataset, '00700084'), jsonText(dataset, '00080070')].filter(Boolean).join(', ');
  const layer = {
    ...{ key: uid, kind: 'segments' as const, author: maker || 'unknown maker' },
    title: jsonText(dataset, '0008103E') ?? jsonText(dataset, '00700081') ?? 'Segmentation',
  };
  if ('refusal' in read) return { ...layer, unshown: read.refusal, entries: [] };
  const seriesOf = referencedSeries(dataset);
  const [anySeries = ''] = seriesOf.values();
  const entries = read.segments.map((segment, at): LayerEntry => {
    const color = segment.color ?? SEGMENT_COLORS[at % SEGMENT_COLORS.length] ?? SEGMENT_COLORS[0];
    const bySeries = new Map<string, ShownSegment['frames']>();
    for (const { sopInstanceUid, frameNumber, runs } of segment.frames) {
      const series = seriesOf.get(sopInstanceUid) ?? anySeries;
      const frame = { sopInstanceUid: sopInstanceUid as SopInstanceUid, frameNumber, runs };
      bySeries.set(series, [...(bySeries.get(series) ?? []), frame]);
    }
    const { columns, rows } = read;
    const segments = [...bySeries].map(([series, frames]): ShownSegment => {
      const target = { studyUid, seriesUid: series as SeriesUid };
      return { id: `${uid}/${segment.number} ${series}`, target, color, columns, rows, frames, editable: false };
    });
    const middle = segment.frames[Math.floor(segment.frames.length / 2)];
    return {
      ...{ id: `${uid}/${segment.number}`, title: segment.label, color, view: null, marks: [], segments },
      detail: [segment.type?.meaning, countOf(segment.frames.length, 'image')].filter(Boolean).join(' · '),
      target:
        middle === undefined
          ? null
          : {
              ...{ kind: 'frame', studyUid, frameNumber: middle.frameNumber },
              seriesUid: (seriesOf.get(middle.sopInstanceUid) ?? anySeries) as SeriesUid,
              sopInstanceUid: middle.sopInstanceUid as SopInstanceUid,
            },
    };
  });
  const unplaced = read.segments.reduce((sum, segment) => sum + segment.unplaced, 0);
  const unshown = unplaced === 0 ? null : `Not shown: ${countOf(unplaced, 'frame')} that name no image.`;
  return { ...layer, unshown, entries };
}
