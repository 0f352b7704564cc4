/** Part 10 files of data sets that we make (PS3.10 section 7), in Explicit VR Little Endian. */
import { encodeElements, joined, type OutputElement } from './deidentification/output-element.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { encodeFileMeta } from './file-meta.ts';
import { jsonText } from './json-reading.ts';
import { elementsOfJson } from './json-to-elements.ts';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** The file of a data set; texts are written in UTF-8, so it must state ISO_IR 192. `bulk` are values beside the JSON. */
export function encodeJsonFile(dataset: DicomJsonDataset, bulk: readonly OutputElement[] = []): Uint8Array {
  const meta = encodeFileMeta({
    sopClassUid: jsonText(dataset, '00080016') ?? '',
    sopInstanceUid: jsonText(dataset, '00080018') ?? '',
    transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN,
  });
  const elements = [...elementsOfJson(dataset), ...bulk];
  return joined([meta, encodeElements(elements, { explicitVr: true, littleEndian: true })]);
}
