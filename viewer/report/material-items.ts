import type { Material } from '#shared/api/material.ts';
import type { MaterialReviewed } from '#shared/report/report.ts';

/** A study, slide or document as one line of a list. */
export interface MaterialItem {
  readonly kind: MaterialReviewed['kind'];
  readonly ref: string;
  readonly title: string;
  readonly detail: string;
}

/** The material in the order it is shown everywhere: studies, slides, documents. */
export function materialItems(material: Material): MaterialItem[] {
  return [
    ...material.studies.map((study) => ({
      kind: 'study' as const,
      ref: study.studyUid,
      title: [study.modalities.join(', '), study.description || 'Study'].filter(Boolean).join(' · '),
      detail: `${study.series.length} series`,
    })),
    ...material.slides.map((slide) => ({
      kind: 'slide' as const,
      ref: slide.id,
      title: slide.name,
      detail: `${slide.width} × ${slide.height} px`,
    })),
    ...material.documents.map((document) => ({
      kind: 'document' as const,
      ref: document.id,
      title: document.name,
      detail: document.mediaType,
    })),
  ];
}
