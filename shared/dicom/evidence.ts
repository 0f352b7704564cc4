/** The instances a document or state points to, by series (PS3.3 table 10-4 and C.17.2.3). */
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonText } from './json-reading.ts';

/** Series Instance UID by SOP Instance UID, of evidence, referenced series and predecessors' own lists. */
export function referencedSeries(dataset: DicomJsonDataset): ReadonlyMap<string, string> {
  const studies = ['0040A375', '0040A385'].flatMap((tag) => jsonItems(dataset, tag));
  const series = [...studies, dataset].flatMap((study) => jsonItems(study, '00081115'));
  return new Map(
    series.flatMap((one) => {
      const seriesUid = jsonText(one, '0020000E');
      const references = ['00081199', '00081140', '0008114A'].flatMap((tag) => jsonItems(one, tag));
      return references.flatMap((reference): [string, string][] => {
        const uid = jsonText(reference, '00081155');
        return seriesUid === null || uid === null ? [] : [[uid, seriesUid]];
      });
    }),
  );
}
