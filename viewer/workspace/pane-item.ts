import type { Annotation, Target } from '#shared/annotation/annotation.ts';
import type { Material, SeriesSummary, SlideSummary, StudySummary } from '#shared/api/material.ts';

/** What a viewport holds: a series of frames or a slide. */
export type PaneItem =
  | { readonly kind: 'series'; readonly study: StudySummary; readonly series: SeriesSummary }
  | { readonly kind: 'slide'; readonly slide: SlideSummary };

/** A stable name of an item, also its form in the address of the page. */
export function itemKey(item: PaneItem): string {
  return item.kind === 'series' ? `series.${item.series.seriesUid}` : `slide.${item.slide.id}`;
}

/** Everything of the material that a viewport can show, in the order of the tray. */
export function paneItems(material: Material): PaneItem[] {
  return [
    ...material.studies.flatMap((study) =>
      study.series.filter(({ isImage }) => isImage).map((series): PaneItem => ({ kind: 'series', study, series })),
    ),
    ...material.slides.map((slide): PaneItem => ({ kind: 'slide', slide })),
  ];
}

/** The item on which a target lies; undefined when the material does not hold it. */
export function itemOfTarget(items: readonly PaneItem[], target: Target): PaneItem | undefined {
  return items.find((item) =>
    item.kind === 'series'
      ? target.kind === 'frame' && item.series.seriesUid === target.seriesUid
      : target.kind === 'slide' && item.slide.id === target.slideId,
  );
}

/** "CT · Chest · series 2", "Slide.svs". */
export function itemTitle(item: PaneItem): string {
  if (item.kind === 'slide') return item.slide.name;
  const { modality, description, seriesNumber } = item.series;
  return [modality, description || (seriesNumber === null ? '' : `Series ${seriesNumber}`)].filter(Boolean).join(' · ');
}

/** Where an annotation lies, in words. */
export function placeInWords(items: readonly PaneItem[], annotation: Pick<Annotation, 'target'>): string {
  const item = itemOfTarget(items, annotation.target);
  return item === undefined ? 'Image not here' : itemTitle(item);
}
