/** Key Object Selection documents (PS3.3 A.35.4, PS3.16 TID 2010). */
import { codeOf, contentOf, type ImageReference, imageOf, nameOf } from './content-item.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonText } from './json-reading.ts';

export interface KeyObjects {
  /** "Of Interest", "For Referring Provider" … */
  readonly title: string;
  readonly description: string | null;
  /** The objects in the order of the document; those that are no images among them. */
  readonly references: readonly ImageReference[];
}

const DESCRIPTION = '113012';

/** Reads the document; what is missing is left out. */
export function readKeyObjects(dataset: DicomJsonDataset): KeyObjects {
  const content = contentOf(dataset);
  const description = content.find((item) => nameOf(item)?.value === DESCRIPTION);
  return {
    title: codeOf(dataset, '0040A043')?.meaning ?? 'Key objects',
    description: description === undefined ? null : jsonText(description, '0040A160'),
    references: content.flatMap((item) => imageOf(item) ?? []),
  };
}
