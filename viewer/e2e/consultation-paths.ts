import { annotationPaths } from '#shared/api/annotations.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { reportPaths } from '#shared/api/reports.ts';
import type { SignedVersion } from '#shared/report/report.ts';

/** Every address that gives something of the consultation away. */
export function everyPath(id: string, parts: readonly SignedVersion[], material: Material): string[] {
  const studies = material.studies.flatMap((study) =>
    study.series.flatMap((series) => [
      materialPaths.seriesMetadata(study.studyUid, series.seriesUid),
      materialPaths.seriesThumbnail(study.studyUid, series.seriesUid),
      materialPaths.frame(study.studyUid, series.seriesUid, series.representativeInstanceUid ?? '', 1),
    ]),
  );
  const slides = material.slides.flatMap((slide) => [
    materialPaths.slide(slide.id),
    materialPaths.tile(slide.id, 0, 0, 0),
    materialPaths.slideThumbnail(slide.id),
    materialPaths.associatedImage(slide.id, 'label'),
  ]);
  const reports = parts.flatMap(({ report }) => [
    reportPaths.version(report.reportId, report.version),
    reportPaths.pdf(report.reportId, report.version),
    ...report.annotations.map((one) => reportPaths.keyImage(report.reportId, report.version, one.id)),
  ]);
  return [
    consultationPaths.one(id),
    materialPaths.material(id),
    materialPaths.outcomes(id),
    annotationPaths.list(id),
    annotationPaths.findings(id),
    reportPaths.list(id),
    ...studies,
    ...slides,
    ...material.documents.map((document) => materialPaths.document(document.id)),
    ...reports,
  ];
}

/** The same address with ids that never existed. */
export function withOtherIds(path: string): string {
  return path
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '00000000-0000-4000-8000-000000000000')
    .replace(/(studies|series|instances)\/[\d.]+/g, '$1/1.2.3');
}
