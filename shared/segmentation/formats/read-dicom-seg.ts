/** Reading DICOM Segmentation objects (PS3.3 A.51) of anybody, binary ones, with their pixels uncompressed. */
import { codeOf, type ItemCode } from '#shared/dicom/content-item.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { jsonItems, jsonNumber, jsonText } from '#shared/dicom/json-reading.ts';
import { labColour } from '#shared/dicom/presentation-colour.ts';
import { encodeMask } from '#shared/segmentation/mask-runs.ts';

/** The part of a segment on one frame of another object. */
export interface ReadSegmentFrame {
  readonly sopInstanceUid: string;
  readonly frameNumber: number;
  readonly runs: string;
}

export interface ReadSegment {
  readonly number: number;
  readonly label: string;
  /** `#rrggbb`, or null where the object proposes none. */
  readonly color: string | null;
  readonly category: ItemCode | null;
  readonly type: ItemCode | null;
  readonly drawn: 'by-hand' | 'half-automatic' | 'automatic';
  readonly trackingUid: string | null;
  /** In the order of the object; empty frames are left out. */
  readonly frames: readonly ReadSegmentFrame[];
  /** Frames with pixels inside that name no image they were made from. */
  readonly unplaced: number;
}

export interface ReadSegmentation {
  readonly columns: number;
  readonly rows: number;
  readonly segments: readonly ReadSegment[];
}

const DRAWN: Readonly<Record<string, ReadSegment['drawn']>> = { MANUAL: 'by-hand', SEMIAUTOMATIC: 'half-automatic' };

/**
 * The segments. `pixels` is the value of Pixel Data, not compressed, or the bits of each frame. In a sentence why not, for shares instead of
 * yes and no (FRACTIONAL), for label maps, and where pixels are missing.
 */
export function readSegmentation(
  dataset: DicomJsonDataset,
  pixels: Uint8Array | readonly Uint8Array[],
): ReadSegmentation | { readonly refusal: string } {
  const kind = jsonText(dataset, '00620001');
  if (kind !== 'BINARY') return { refusal: `Segmentations of the type ${kind ?? '(none)'} cannot be read.` };
  const [columns, rows] = [jsonNumber(dataset, '00280011') ?? 0, jsonNumber(dataset, '00280010') ?? 0];
  const size = columns * rows;
  const frames = jsonItems(dataset, '52009230');
  const [shared] = jsonItems(dataset, '52009229');
  const isComplete =
    pixels instanceof Uint8Array
      ? pixels.length * 8 >= frames.length * size
      : frames.every((_, at) => (pixels[at]?.length ?? 0) * 8 >= size);
  if (size < 1 || jsonNumber(dataset, '00280100') !== 1 || !isComplete) {
    return { refusal: 'The pixels of this segmentation are incomplete.' };
  }
  const read = frames.map((groups, at) => {
    const within = (sequence: string) => jsonItems(groups, sequence)[0] ?? jsonItems(shared, sequence)[0];
    const [source] = jsonItems(within('00089124'), '00082112');
    return {
      segmentNumber: jsonNumber(within('0062000A'), '0062000B'),
      sopInstanceUid: jsonText(source, '00081155'),
      frameNumber: jsonNumber(source, '00081160') ?? 1,
      runs: encodeMask(
        pixels instanceof Uint8Array
          ? unpackBits(pixels, at * size, size)
          : unpackBits(pixels[at] ?? new Uint8Array(), 0, size),
      ),
    };
  });
  const segments = jsonItems(dataset, '00620002').map((item): ReadSegment => {
    const number = jsonNumber(item, '00620004') ?? 0;
    const own = read.filter(({ segmentNumber, runs }) => segmentNumber === number && runs !== '');
    const placed = own.flatMap(({ sopInstanceUid, frameNumber, runs }) =>
      sopInstanceUid === null ? [] : [{ sopInstanceUid, frameNumber, runs }],
    );
    return {
      number,
      label: jsonText(item, '00620005') ?? `Segment ${number}`,
      color: labColour(item, '0062000D'),
      category: codeOf(item, '00620003'),
      type: codeOf(item, '0062000F'),
      drawn: DRAWN[jsonText(item, '00620008') ?? ''] ?? 'automatic',
      trackingUid: jsonText(item, '00620021'),
      frames: placed,
      unplaced: own.length - placed.length,
    };
  });
  return { columns, rows, segments };
}

function unpackBits(bytes: Uint8Array, first: number, count: number): Uint8Array {
  const mask = new Uint8Array(count);
  for (let place = 0; place < count; place += 1) {
    const bit = first + place;
    mask[place] = ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;
  }
  return mask;
}
