import * as z from 'zod';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { uidSchema, uuidSchema } from '#shared/id-schemas.ts';
import type { DocumentId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { MPP_SOURCES } from '#shared/imaging/pyramid.ts';

export const documentIdSchema = uuidSchema<DocumentId>();

export const materialPaths = {
  material: (consultationId: string) => `/api/consultations/${consultationId}/material`,
  /** tus 1.0: POST creates (creation-with-upload is on), PATCH appends, HEAD tells the offset, DELETE ends it. */
  uploads: (consultationId: string) => `/api/consultations/${consultationId}/uploads`,
  outcomes: (consultationId: string) => `/api/consultations/${consultationId}/upload-outcomes`,
  slides: '/api/slides',
  slide: (slideId: string) => `/api/slides/${slideId}`,
  tile: (slideId: string, level: number, column: number, row: number) =>
    `/api/slides/${slideId}/levels/${level}/tiles/${column}/${row}`,
  iccProfile: (slideId: string) => `/api/slides/${slideId}/icc-profile`,
  slideThumbnail: (slideId: string) => `/api/slides/${slideId}/thumbnail`,
  associatedImage: (slideId: string, name: string) => `/api/slides/${slideId}/associated-images/${name}`,
  document: (documentId: string) => `/api/documents/${documentId}`,
  seriesMetadata: (study: string, series: string) => `/dicom-web/studies/${study}/series/${series}/metadata`,
  seriesThumbnail: (study: string, series: string) => `/dicom-web/studies/${study}/series/${series}/thumbnail`,
  instanceThumbnail: (study: string, series: string, instance: string) =>
    `/dicom-web/studies/${study}/series/${series}/instances/${instance}/thumbnail`,
  /** A document, a report or a video as a browser shows it. */
  rendered: (study: string, series: string, instance: string) =>
    `/dicom-web/studies/${study}/series/${series}/instances/${instance}/rendered`,
  frame: (study: string, series: string, instance: string, frame: number) =>
    `/dicom-web/studies/${study}/series/${series}/instances/${instance}/frames/${frame}`,
} as const;

/** A defect of instances of a series that was mended to read them; the stored bytes are as they came. */
export const seriesRepairSchema = z.object({
  code: z.string(),
  /** What was wrong and what was done. */
  sentence: z.string(),
  /** True when a guess may be wrong. */
  guess: z.boolean(),
  /** Instances of the series it was found in. */
  instances: z.int(),
  /** Some of the places, as "(0010,0010)" or "(0040,A730)[2]/(0040,A160)". */
  places: z.array(z.string()),
});
export type SeriesRepair = z.infer<typeof seriesRepairSchema>;

/** What of a series is shown together: see shared/imaging/display-set. */
export const displaySetSummarySchema = z.object({
  /** Names the set within its series; empty when it is the whole series. */
  key: z.string(),
  kind: z.enum(['stack', 'localiser', 'single', 'multi-frame']),
  label: z.string(),
  instanceCount: z.int(),
  frameCount: z.int(),
  representativeInstanceUid: uidSchema<SopInstanceUid>(),
  /** Which instances belong to it; empty when the whole series does. */
  instanceUids: z.array(uidSchema<SopInstanceUid>()),
  laterality: z.string().nullable(),
  view: z.string().nullable(),
  bodyPart: z.string().nullable(),
  plane: z.enum(['axial', 'coronal', 'sagittal']).nullable(),
  /** Null when nothing is known to be missing. */
  completeness: z
    .object({
      received: z.int(),
      expected: z.int(),
      source: z.enum(['stated', 'instance-numbers']),
      missing: z.array(z.int()).readonly(),
    })
    .nullable(),
});
export type DisplaySetSummary = z.infer<typeof displaySetSummarySchema>;

export const seriesSummarySchema = z.object({
  seriesUid: uidSchema<SeriesUid>(),
  seriesNumber: z.number().nullable(),
  modality: z.string(),
  description: z.string(),
  instanceCount: z.int(),
  frameCount: z.int(),
  /** True when the series holds frames a viewer can show. */
  isImage: z.boolean(),
  /** The instance in the middle of the series, for a thumbnail; null without images. */
  representativeInstanceUid: uidSchema<SopInstanceUid>().nullable(),
  /** What was repaired to read its instances; most series have none. */
  repairs: z.array(seriesRepairSchema),
  /** Empty without images. */
  displaySets: z.array(displaySetSummarySchema),
});
export type SeriesSummary = z.infer<typeof seriesSummarySchema>;

export const studySummarySchema = z.object({
  studyUid: uidSchema<StudyUid>(),
  description: z.string(),
  /** DICOM DA, or null. */
  studyDate: z.string().nullable(),
  modalities: z.array(z.string()),
  /** As in the DICOM header; may be masked later for blinded readers. */
  patientName: z.string(),
  patientId: z.string(),
  /** Issuer of Patient ID; empty when the file names none. */
  patientIdIssuer: z.string(),
  /** ISO date, or null. */
  patientBirthDate: z.string().nullable(),
  series: z.array(seriesSummarySchema),
});
export type StudySummary = z.infer<typeof studySummarySchema>;

export const slideLevelSchema = z.object({
  width: z.int(),
  height: z.int(),
  tileWidth: z.int(),
  tileHeight: z.int(),
  columns: z.int(),
  rows: z.int(),
  downsampleX: z.number(),
  downsampleY: z.number(),
});

export const slideSummarySchema = z.object({
  id: slideIdSchema,
  consultationId: z.string(),
  name: z.string(),
  format: z.string(),
  vendor: z.string(),
  width: z.int(),
  height: z.int(),
  /** Level 0 is full resolution. */
  levels: z.array(slideLevelSchema),
  /** Micrometres per level-0 pixel; null when the file does not say: then nothing may be printed in µm. */
  mppX: z.number().nullable(),
  mppY: z.number().nullable(),
  mppSource: z.enum(MPP_SOURCES).nullable(),
  objectivePower: z.number().nullable(),
  /** Every pixel size the file states, the one taken first. */
  statedMpps: z.array(z.object({ source: z.enum(MPP_SOURCES), x: z.number(), y: z.number() })),
  /** True when two of them differ by more than 2 %: both are to be shown. */
  mppsDisagree: z.boolean(),
  scanner: z.string().nullable(),
  stain: z.string().nullable(),
  /** How the pixels of full resolution are stored; null when that is not known. */
  compression: z.string().nullable(),
  focalPlanes: z.array(z.object({ zUm: z.number().nullable() })),
  /** Index of the one shown first. */
  defaultFocalPlane: z.int(),
  channels: z.array(
    z.object({
      name: z.string(),
      colour: z.string().nullable(),
      window: z.object({ low: z.number(), high: z.number() }).nullable(),
    }),
  ),
  /** Level-0 px from the origin of the scanner's own canvas, where that is known to lie elsewhere. */
  origin: z.object({ x: z.number(), y: z.number() }).nullable(),
  /** The colour profile inside the file, by its own name if it has one; null when there is none. */
  iccProfile: z.object({ name: z.string().nullable() }).nullable(),
  /**
   * Levels the scanner left out, while they are being made: the slide can be read meanwhile, coarsely with patience. Null
   * when it lacks none.
   */
  overview: z
    .object({
      state: z.enum(['waiting', 'making', 'failed']),
      percent: z.int(),
      /** Why they could not be made, one sentence. */
      failure: z.string().nullable(),
    })
    .nullable(),
  /** The `v` of addresses of tiles, for the levels listed here. */
  tileVersion: z.string(),
  associatedImages: z.array(
    z.object({ name: z.enum(['label', 'macro', 'thumbnail']), width: z.int(), height: z.int() }),
  ),
  sizeBytes: z.int(),
  sha256: z.string(),
});
export type SlideSummary = z.infer<typeof slideSummarySchema>;

export const documentSummarySchema = z.object({
  id: documentIdSchema,
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
});
export type DocumentSummary = z.infer<typeof documentSummarySchema>;

/** GET /api/consultations/{id}/material. */
export const materialSchema = z.object({
  studies: z.array(studySummarySchema),
  slides: z.array(slideSummarySchema),
  documents: z.array(documentSummarySchema),
});
export type Material = z.infer<typeof materialSchema>;

/** GET /api/slides. */
export const slidesSchema = z.object({ slides: z.array(slideSummarySchema) });

/** What became of one file, or of one entry of a .zip. */
export const uploadResultSchema = z.object({
  /** The path the sender gave, with "archive.zip/inner/path" for entries. */
  name: z.string(),
  outcome: z.enum(['stored', 'duplicate', 'refused']),
  kind: z.enum(['instance', 'slide', 'document']).nullable(),
  studyUid: z.string().nullable(),
  seriesUid: z.string().nullable(),
  slideId: z.string().nullable(),
  documentId: z.string().nullable(),
  /** What it was recognised as: "CT · Chest · series 2", "Slide · 2220 × 2967 px", "PDF document". */
  title: z.string().nullable(),
  code: z.string().nullable(),
  /** Why it was refused, one sentence. */
  sentence: z.string().nullable(),
});
export type UploadResult = z.infer<typeof uploadResultSchema>;

/** The body of the answer that completes a tus upload, and one entry of the outcomes list. */
export const uploadOutcomeSchema = z.object({
  uploadId: z.string(),
  name: z.string(),
  sizeBytes: z.int(),
  finishedAt: z.string(),
  results: z.array(uploadResultSchema),
});
export type UploadOutcome = z.infer<typeof uploadOutcomeSchema>;

/** GET /api/consultations/{id}/upload-outcomes: newest first. */
export const uploadOutcomesSchema = z.object({ outcomes: z.array(uploadOutcomeSchema) });
