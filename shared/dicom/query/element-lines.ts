import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';

/**
 * Data sets as text, one element a line in the order of their tags: `"00100020":{"vr":"LO","Value":["4711"]}`. JSON text
 * holds no line breaks of its own, so data sets are put together without being read.
 */

const TAG_END = '"00000000"'.length;

export function toElementLines(dataset: DicomJsonDataset): string {
  return Object.keys(dataset)
    .sort()
    .map((tag) => `"${tag}":${JSON.stringify(dataset[tag])}`)
    .join('\n');
}

/** Reads what `toElementLines` wrote. */
export function fromElementLines(lines: string): DicomJsonDataset {
  return JSON.parse(toJsonText(lines)) as DicomJsonDataset;
}

/** The data set as an object of DICOM JSON (PS3.18 section F.2.2: in the order of the tags). */
export function toJsonText(lines: string): string {
  return `{${lines.replaceAll('\n', ',')}}`;
}

/** Both in one; of an element that both have, that of `over`. */
export function mergeElementLines(under: string, over: string): string {
  if (under === '' || over === '') return under + over;
  const [a, b] = [under.split('\n'), over.split('\n')];
  const merged: string[] = [];
  let at = 0;
  for (const line of b) {
    const tag = line.slice(0, TAG_END);
    for (let one = a[at]; one !== undefined && one.slice(0, TAG_END) < tag; one = a[at]) {
      merged.push(one);
      at += 1;
    }
    if (a[at]?.startsWith(tag) === true) at += 1;
    merged.push(line);
  }
  return [...merged, ...a.slice(at)].join('\n');
}
