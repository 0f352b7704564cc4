import { queryOptions, useQueries } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { Material } from '#shared/api/material.ts';
import { jsonText } from '#shared/dicom/json-reading.ts';
import { readStructureSet } from '#shared/dicom/structure-set.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { SEGMENTATION_STORAGE } from '#shared/segmentation/formats/write-dicom-seg.ts';
import { objectMetadataQuery } from '#viewer/api/object-metadata.ts';
import type { ShownSegment } from '#viewer/engines/cornerstone/segment-port.ts';
import type { Mark } from '#viewer/engines/image-engine.ts';
import { layerOf, type ObjectLayer, type PlacedImage } from './object-layer.ts';
import { segmentationLayer } from './segmentation-layer.ts';

/** What objects of other systems say about the images, and which of it is drawn. */
export interface ObjectLayers {
  readonly layers: readonly ObjectLayer[];
  /** Of the layers that are drawn. */
  readonly marks: readonly Mark[];
  readonly segments: readonly ShownSegment[];
  /** Keys of the layers that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  readonly toggle: (key: string) => void;
  /** Series that could not be read; they are named, never left out in silence. */
  readonly failed: readonly string[];
}

/** Modalities of the objects that say something about images (PS3.3 C.7.3.1.1.1). */
const TELLING = new Set(['SR', 'KO', 'PR', 'RTSTRUCT', 'SEG']);
const NO_MARKS: readonly Mark[] = [];

/** Where the images of a series lie; empty when the series is not here. */
async function placedImages(studyUid: StudyUid, seriesUid: SeriesUid, signal: AbortSignal): Promise<PlacedImage[]> {
  const { loadFrameStack } = await import('#viewer/engines/cornerstone/series-metadata.ts');
  const { frames } = await loadFrameStack(studyUid, seriesUid, signal);
  return frames.flatMap(({ sopInstanceUid, frameNumber, description: { plane, frameOfReferenceUid } }) => {
    const target = { kind: 'frame', studyUid, seriesUid, sopInstanceUid, frameNumber } as const;
    return plane === null ? [] : [{ target, plane, frameOfReferenceUid }];
  });
}

/** The layers of one series of objects; structures are placed on those of the series `here` that they name. */
function layersQuery(studyUid: StudyUid, seriesUid: SeriesUid, here: ReadonlySet<string>) {
  return queryOptions({
    queryKey: ['object-layers', studyUid, seriesUid, [...here].sort()],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ client, signal }) => {
      const datasets = await client.fetchQuery(objectMetadataQuery(studyUid, seriesUid));
      return await Promise.all(
        datasets.map(async (dataset) => {
          if (jsonText(dataset, '00080016') === SEGMENTATION_STORAGE) {
            const { loadSegmentationFrames } = await import('#viewer/engines/cornerstone/segmentation-frames.ts');
            const frames = await loadSegmentationFrames(studyUid, seriesUid, dataset, signal);
            return segmentationLayer(studyUid, dataset, frames);
          }
          const named = readStructureSet(dataset).seriesUids.filter((uid) => here.has(uid)) as SeriesUid[];
          const images = await Promise.all(named.map((uid) => placedImages(studyUid, uid, signal)));
          return layerOf({ studyUid, dataset }, images.flat());
        }),
      );
    },
  });
}

/** Reads the objects of the material that are no images. */
export function useObjectLayers(material: Material): ObjectLayers {
  const sources = useMemo(
    () =>
      material.studies.flatMap(({ studyUid, series }) =>
        series
          .filter(({ isImage, modality }) => TELLING.has(modality) && (!isImage || modality === 'SEG'))
          .map((one) => ({ studyUid, seriesUid: one.seriesUid, name: one.description || one.modality })),
      ),
    [material],
  );
  const here = useMemo(
    () => new Set<string>(material.studies.flatMap(({ series }) => series.map((one) => one.seriesUid))),
    [material],
  );
  const [layers, failed] = useQueries({
    queries: sources.map(({ studyUid, seriesUid }) => layersQuery(studyUid, seriesUid, here)),
    combine: useCallback(
      (results: readonly { data?: readonly (ObjectLayer | null)[] | undefined; isError: boolean }[]) => {
        const read = results.flatMap(({ data }) => data ?? []).filter((layer) => layer !== null);
        const names = results.flatMap(({ isError }, at) => (isError ? [sources[at]?.name ?? ''] : []));
        return [read, names] as const;
      },
      [sources],
    ),
  });
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((key: string) => {
    setHidden((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  }, []);
  const marks = useMemo(() => {
    const drawn = layers.filter(({ key }) => !hidden.has(key)).flatMap(({ entries }) => entries);
    return drawn.length === 0 ? NO_MARKS : drawn.flatMap((entry) => entry.marks);
  }, [layers, hidden]);
  const segments = useMemo(() => {
    const drawn = layers.filter(({ key }) => !hidden.has(key)).flatMap(({ entries }) => entries);
    return drawn.flatMap((entry) => entry.segments ?? []);
  }, [layers, hidden]);
  return { layers, marks, segments, hidden, toggle, failed };
}
