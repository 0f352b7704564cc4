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

/** Both in one; of an element that both have, that of `over`, which is the shorter one as a rule. */
export function mergeElementLines(under: string, over: string): string {
  if (under === '' || over === '') return under + over;
  let merged = '';
  // Where the first line of `under` begins that is not in `merged` yet.
  let at = 0;
  for (const line of over.split('\n')) {
    const tag = line.slice(0, TAG_END);
    let next = at;
    while (next < under.length && under.slice(next, next + TAG_END) < tag) next = behindLine(under, next);
    if (next > at) merged += next < under.length ? under.slice(at, next) : `${under.slice(at)}\n`;
    at = under.startsWith(tag, next) ? behindLine(under, next) : next;
    merged += `${line}\n`;
  }
  return at < under.length ? merged + under.slice(at) : merged.slice(0, -1);
}

/** Where the line behind the one that begins at `start` begins, or the end of the text. */
function behindLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end + 1;
}
