/** Overlay planes of an image (PS3.3 C.9.2): what they are and where their bits lie; the bits stay in the file. */
import type { DicomAttributes } from './attributes.ts';
import type { DicomDataset } from './dataset.ts';
import { hexTag } from './tag.ts';

/** A plane of bits over the image. JSON-serialisable. */
export interface OverlayPlane {
  /** 0x6000 … 0x601E. */
  readonly group: number;
  readonly rows: number;
  readonly columns: number;
  /** Image row and column, from 0, on which the first bit lies; negative when the plane begins outside. */
  readonly top: number;
  readonly left: number;
  /** Graphics are drawn; a region of interest marks pixels that belong together (Overlay Type, C.9.2.1.1). */
  readonly kind: 'graphics' | 'region';
  /** First image frame, from 1, and number of frames it lies on; null for a plane that lies on every frame. */
  readonly frames: { readonly first: number; readonly count: number } | null;
  readonly place: OverlayPlace;
}

/** In Overlay Data, from the start of the (inflated) object, or in a bit of the image's own words (retired in 2004). */
export type OverlayPlace =
  | { readonly kind: 'data'; readonly offsetBytes: number; readonly lengthBytes: number; readonly swapped: boolean }
  | { readonly kind: 'embedded'; readonly bit: number };

/** One plane on one frame: bit n, counted from `firstBit` of the bytes, is its pixel n, row by row. */
export interface OverlayBits {
  readonly plane: OverlayPlane;
  readonly bits: Uint8Array;
  readonly firstBit: number;
}

/** What the planes must fit. */
export interface OverlaidImage {
  readonly rows: number;
  readonly columns: number;
  readonly numberOfFrames: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly samplesPerPixel: number;
}

/** Groups 6000 to 601E. */
export const OVERLAY_GROUPS: readonly number[] = Array.from({ length: 16 }, (_, i) => 0x6000 + 2 * i);
const MAX_SIDE = 65_535;
const MAX_PLANE_BITS = 2 ** 29;

export const OVERLAY_ELEMENT = {
  rows: 0x0010,
  columns: 0x0011,
  frames: 0x0015,
  type: 0x0040,
  origin: 0x0050,
  firstFrame: 0x0051,
  bitsAllocated: 0x0100,
  bitPosition: 0x0102,
  data: 0x3000,
} as const;

/** The usable planes of an image, in the order of their groups; a note for each that cannot be used. */
export function describeOverlays(
  dataset: DicomDataset,
  image: OverlaidImage,
  littleEndian: boolean,
  notes: string[],
): OverlayPlane[] {
  return OVERLAY_GROUPS.flatMap((group) => {
    const tag = (element: number) => group * 0x10000 + element;
    const place = findPlace(
      dataset,
      tag(OVERLAY_ELEMENT.data),
      dataset.number(tag(OVERLAY_ELEMENT.bitPosition)),
      image,
      littleEndian,
    );
    const isAbsent = place === null && dataset.byteLength(tag(OVERLAY_ELEMENT.data)) === 0;
    const plane = describePlane(dataset, group, image, isAbsent ? 'absent' : place);
    if (plane === 'unusable') {
      notes.push(
        `The overlay in group ${hexTag(group * 0x10000).slice(0, 4)} does not fit the image and is not drawn.`,
      );
    }
    return plane === null || plane === 'unusable' ? [] : [plane];
  });
}

/** The plane of a group; null where the group has none. `place` is null when its bits cannot be used. */
export function describePlane(
  dataset: DicomAttributes,
  group: number,
  image: OverlaidImage,
  place: OverlayPlace | 'absent' | null,
): OverlayPlane | 'unusable' | null {
  const tag = (element: number) => group * 0x10000 + element;
  const number = (element: number) => dataset.number(tag(element));
  if (!dataset.has(tag(OVERLAY_ELEMENT.rows)) && !dataset.has(tag(OVERLAY_ELEMENT.data))) return null;
  const rows = number(OVERLAY_ELEMENT.rows) ?? image.rows;
  const columns = number(OVERLAY_ELEMENT.columns) ?? image.columns;
  if (!isSide(rows) || !isSide(columns) || rows * columns > MAX_PLANE_BITS) return 'unusable';
  if (place === 'absent') return null;
  if (place === null) return 'unusable';
  const [row = 1, column = 1] = dataset.numbers(tag(OVERLAY_ELEMENT.origin));
  const count = Math.max(1, number(OVERLAY_ELEMENT.frames) ?? 1);
  const stated = dataset.has(tag(OVERLAY_ELEMENT.frames)) || dataset.has(tag(OVERLAY_ELEMENT.firstFrame));
  // Bits in the image's own words lie on the frame they are in.
  const everyFrame = place.kind === 'embedded' || !stated || image.numberOfFrames === 1;
  if (place.kind === 'data' && place.lengthBytes * 8 < rows * columns * (everyFrame ? 1 : count)) return 'unusable';
  return {
    group,
    rows: place.kind === 'embedded' ? image.rows : rows,
    columns: place.kind === 'embedded' ? image.columns : columns,
    top: place.kind === 'embedded' || !Number.isFinite(row) ? 0 : row - 1,
    left: place.kind === 'embedded' || !Number.isFinite(column) ? 0 : column - 1,
    kind: dataset.text(tag(OVERLAY_ELEMENT.type)) === 'R' ? 'region' : 'graphics',
    frames: everyFrame ? null : { first: number(OVERLAY_ELEMENT.firstFrame) ?? 1, count },
    place,
  };
}

function findPlace(
  dataset: DicomDataset,
  dataTag: number,
  bit: number | null,
  image: OverlaidImage,
  littleEndian: boolean,
): OverlayPlace | null {
  const element = dataset.elements.get(dataTag);
  if (element && element.lengthBytes > 0 && !element.items) {
    const { offsetBytes, lengthBytes } = element;
    return { kind: 'data', offsetBytes, lengthBytes, swapped: !littleEndian && dataset.vr(dataTag) === 'OW' };
  }
  return embeddedPlace(bit, image);
}

/** A bit of the pixel words, when there is such a bit and no pixel uses it (retired, PS3.5-2004 section 8.1.2). */
export function embeddedPlace(
  bit: number | null,
  { bitsAllocated, bitsStored, highBit, samplesPerPixel }: OverlaidImage,
): OverlayPlace | null {
  if (bit === null || samplesPerPixel !== 1 || bitsAllocated > 16) return null;
  const unused = bit >= 0 && bit < bitsAllocated && (bit > highBit || bit <= highBit - bitsStored);
  return unused ? { kind: 'embedded', bit } : null;
}

function isSide(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
}
