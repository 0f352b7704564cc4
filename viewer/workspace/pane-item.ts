import type { Annotation, Target } from '#shared/annotation/annotation.ts';
import type { DisplaySetSummary, Material, SeriesSummary, SlideSummary, StudySummary } from '#shared/api/material.ts';

/** What a viewport holds: a display set of a series, or a slide. */
export type PaneItem = SeriesItem | { readonly kind: 'slide'; readonly slide: SlideSummary };

export interface SeriesItem {
  readonly kind: 'series';
  readonly study: StudySummary;
  readonly series: SeriesSummary;
  readonly set: DisplaySetSummary;
}

/** A stable name of an item, also its form in the address of the page. */
export function itemKey(item: PaneItem): string {
  if (item.kind === 'slide') return `slide.${item.slide.id}`;
  const { series, set } = item;
  return set.key === '' ? `series.${series.seriesUid}` : `series.${series.seriesUid}~${set.key}`;
}

/** Everything of the material that a viewport can show, in the order of the tray. */
export function paneItems(material: Material): PaneItem[] {
  return [
    ...material.studies.flatMap((study) =>
      study.series.flatMap((series) =>
        series.displaySets.map((set): PaneItem => ({ kind: 'series', study, series, set })),
      ),
    ),
    ...material.slides.map((slide): PaneItem => ({ kind: 'slide', slide })),
  ];
}

/** The item of a key; a series that is shown in parts is found by its first one. */
export function itemOfKey(items: readonly PaneItem[], key: string | null): PaneItem | undefined {
  if (key === null) return undefined;
  return (
    items.find((item) => itemKey(item) === key) ??
    items.find((item) => item.kind === 'series' && `series.${item.series.seriesUid}` === key)
  );
}

/** The item on which a target lies; undefined when the material does not hold it. */
export function itemOfTarget(items: readonly PaneItem[], target: Target): PaneItem | undefined {
  return items.find((item) => {
    if (item.kind === 'slide') return target.kind === 'slide' && item.slide.id === target.slideId;
    if (target.kind !== 'frame' || item.series.seriesUid !== target.seriesUid) return false;
    return item.set.key === '' || item.set.instanceUids.includes(target.sopInstanceUid);
  });
}

/** "Chest", "Chest · Localiser", "Series 2". */
export function seriesTitle({ series, set }: SeriesItem): string {
  const { description, seriesNumber } = series;
  const name = description || (seriesNumber === null ? '' : `Series ${seriesNumber}`);
  return [name, set.label].filter(Boolean).join(' · ') || 'Series';
}

/** "CT · Chest", "Slide.svs". */
export function itemTitle(item: PaneItem): string {
  if (item.kind === 'slide') return item.slide.name;
  return [item.series.modality, seriesTitle(item)].filter(Boolean).join(' · ');
}

/** Where an annotation lies, in words. */
export function placeInWords(items: readonly PaneItem[], annotation: Pick<Annotation, 'target'>): string {
  const item = itemOfTarget(items, annotation.target);
  return item === undefined ? 'Image not here' : itemTitle(item);
}
