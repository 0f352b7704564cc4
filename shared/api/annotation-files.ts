import * as z from 'zod';

export const annotationFilePaths = {
  /** GET: all annotations of the slide as GeoJSON. */
  geoJson: (consultationId: string, slideId: string) =>
    `/api/consultations/${consultationId}/slides/${slideId}/annotations.geojson`,
  /** GET: the same as ImageScope XML. */
  imageScope: (consultationId: string, slideId: string) =>
    `/api/consultations/${consultationId}/slides/${slideId}/annotations.xml`,
  /** POST: a file of another program. */
  import: (consultationId: string, slideId: string) =>
    `/api/consultations/${consultationId}/slides/${slideId}/annotations/import`,
} as const;

/** Larger files are a layer of data, not somebody's reading. */
export const MOST_FILE_CHARACTERS = 4 * 1024 * 1024;

/** POST …/annotations/import: the text of the file, whatever its format. */
export const importAnnotationsSchema = z.object({ file: z.string().min(1).max(MOST_FILE_CHARACTERS) });

/** 200: what became of the file. Shapes that I have on this slide already are counted as `present`. */
export const importedAnnotationsSchema = z.object({
  format: z.string(),
  added: z.int().min(0),
  present: z.int().min(0),
  refused: z.array(z.object({ place: z.int().min(1), reason: z.string() })),
  notes: z.array(z.string()),
});
export type ImportedAnnotations = z.infer<typeof importedAnnotationsSchema>;
