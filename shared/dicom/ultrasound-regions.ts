/** Reading Sequence of Ultrasound Regions (PS3.3 C.8.5.5.1). */
import type { RegionAxis, RegionUnit, UltrasoundRegion } from '#shared/imaging/ultrasound-region.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonNumber } from './json-reading.ts';

/** Physical Units X/Y Direction (PS3.3 C.8.5.5.1.15): our unit, and how many of it are one of theirs. */
const UNITS: readonly (readonly [unit: RegionUnit, factor: number])[] = [
  ['other', 1],
  ['%', 1],
  ['dB', 1],
  ['mm', 10],
  ['s', 1],
  ['Hz', 1],
  ['other', 1],
  ['cm/s', 1],
  ['other', 1],
  ['other', 1],
  ['other', 1],
  ['other', 1],
  ['deg', 1],
];

/**
 * The regions of an image that can be used. Those without a place or a scale are left out, and so are those that reach
 * beyond the image: it was made smaller and its regions were not, so that their scale is that of another picture.
 */
export function readUltrasoundRegions(dataset: DicomJsonDataset): UltrasoundRegion[] {
  const rows = jsonNumber(dataset, '00280010') ?? Number.POSITIVE_INFINITY;
  const columns = jsonNumber(dataset, '00280011') ?? Number.POSITIVE_INFINITY;
  return jsonItems(dataset, '00186011').flatMap((item) => {
    const [minX, minY] = [jsonNumber(item, '00186018'), jsonNumber(item, '0018601A')];
    const [maxX, maxY] = [jsonNumber(item, '0018601C'), jsonNumber(item, '0018601E')];
    if (minX === null || minY === null || maxX === null || maxY === null || maxX < minX || maxY < minY) return [];
    // Some count the last pixel from 1.
    if (maxX > columns || maxY > rows) return [];
    // The reference pixel is counted from the corner of the region (PS3.3 C.8.5.5.1.7).
    const across = readAxis(item, ['00186024', '0018602C', '00186020', '00186028'], minX);
    const down = readAxis(item, ['00186026', '0018602E', '00186022', '0018602A'], minY);
    if (across === null || down === null) return [];
    const lowPriority = ((jsonNumber(item, '00186016') ?? 0) & 1) === 1;
    return [{ minX, minY, maxX: maxX + 1, maxY: maxY + 1, across, down, lowPriority }];
  });
}

type AxisTags = readonly [unit: string, delta: string, referencePixel: string, referenceValue: string];

function readAxis(item: DicomJsonDataset, tags: AxisTags, corner: number): RegionAxis | null {
  const delta = jsonNumber(item, tags[1]);
  const [unit, factor] = UNITS[jsonNumber(item, tags[0]) ?? 0] ?? (['other', 1] as const);
  if (unit === 'other') return { unit, perPixel: 1, reference: null };
  if (delta === null || delta === 0) return null;
  const pixel = jsonNumber(item, tags[2]);
  const value = jsonNumber(item, tags[3]);
  const reference = pixel === null || value === null ? null : { at: corner + pixel + 0.5, value: value * factor };
  return { unit, perPixel: delta * factor, reference };
}
