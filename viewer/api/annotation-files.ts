import {
  annotationFilePaths,
  type ImportedAnnotations,
  importedAnnotationsSchema,
} from '#shared/api/annotation-files.ts';
import { request } from './client.ts';

/** Adds the shapes of a file to a slide, as my annotations. */
export function importAnnotationFile(
  consultationId: string,
  slideId: string,
  file: string,
): Promise<ImportedAnnotations> {
  return request(importedAnnotationsSchema, 'POST', annotationFilePaths.import(consultationId, slideId), { file });
}
