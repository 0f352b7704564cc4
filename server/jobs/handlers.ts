import { JOIN_DICOM_SLIDE, type JoinServices, joinDicomSlide, seriesOfJob } from '#server/domain/join-dicom-slide.ts';
import {
  MAKE_SIDE_PYRAMID,
  makeSidePyramid,
  type SidePyramidServices,
  slideOfJob,
} from '#server/domain/make-side-pyramid.ts';
import {
  MEASURE_SLIDE_QUALITY,
  type MeasureServices,
  measureSlideQuality,
} from '#server/domain/measure-slide-quality.ts';
import type { RenditionMaker } from '#server/domain/picture-ports.ts';
import type { BlobStore, Clock, Database } from '#server/domain/ports.ts';
import { produceRenditions } from '#server/domain/produce-renditions.ts';
import { PRODUCE_RENDITIONS } from '#server/domain/rendition-job.ts';
import type { Job } from '#server/domain/report-ports.ts';
import { type AnnotationId, isUuid, type ReportId } from '#shared/ids.ts';
import type { JobHandler } from './worker.ts';

interface HandlerServices extends JoinServices {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly renditions: RenditionMaker;
  readonly onLeftOut: (error: unknown, annotationId: AnnotationId) => void;
}

/** Kind of job → what does it. A new kind is a row more. */
export function jobHandlers(services: HandlerServices): Readonly<Record<string, JobHandler>> {
  return {
    [PRODUCE_RENDITIONS]: (payload, { signal, lastAttempt }) =>
      produceRenditions(services, { ...versionOf(payload), leaveOutFailures: lastAttempt }, signal),
    [JOIN_DICOM_SLIDE]: (payload, { signal }) => joinDicomSlide(services, seriesOfJob(payload), signal),
  };
}

/** Jobs that take minutes or hours: apart from the others, who wait for none of them. */
export function longJobHandlers(services: SidePyramidServices & MeasureServices): Readonly<Record<string, JobHandler>> {
  return {
    [MAKE_SIDE_PYRAMID]: (payload, run) => makeSidePyramid(services, slideOfJob(payload), run),
    [MEASURE_SLIDE_QUALITY]: (payload, run) => measureSlideQuality(services, slideOfJob(payload), run),
  };
}

function versionOf({ reportId, version }: Job['payload']): { reportId: ReportId; version: number } {
  if (typeof reportId !== 'string' || !isUuid(reportId) || typeof version !== 'number') {
    throw new TypeError('the job names no report version');
  }
  return { reportId: reportId as ReportId, version };
}
