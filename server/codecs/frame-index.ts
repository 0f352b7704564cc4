/** Where each frame of an instance lies in its file, so that a frame is one or a few ranged reads and no parsing. */
import type { DicomHeader } from '#shared/dicom/header.ts';
import { type ImageDescription, nativeFrameBits } from '#shared/dicom/image-description.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { type Fragment, walkFragments } from './fragments.ts';
import type { RangeReader } from './range-reader.ts';

/** Offset and length in bytes, from the start of the file. */
export type ByteRange = readonly [offsetBytes: number, lengthBytes: number];

/** JSON-serialisable; stored with the instance. Offsets are from the start of the file unless said otherwise. */
export type FrameIndex =
  | {
      readonly kind: 'native';
      readonly offsetBytes: number;
      readonly frameBytes: number;
      readonly frames: number;
    }
  | { readonly kind: 'encapsulated'; readonly frames: readonly (readonly ByteRange[])[] }
  /** One bit a pixel with frames that do not end at a byte: frame n starts at bit n × frameBits (PS3.5 section 8.2). */
  | {
      readonly kind: 'bit-packed';
      readonly offsetBytes: number;
      readonly frameBits: number;
      readonly frames: number;
    }
  /** The whole data set is deflated: `offsetBytes` is inside what `stream` inflates to. */
  | {
      readonly kind: 'deflated';
      readonly stream: ByteRange;
      readonly offsetBytes: number;
      readonly frameBytes: number;
      readonly frames: number;
    };

/** Number of frames an index knows. */
export function indexedFrames(index: FrameIndex): number {
  return index.kind === 'encapsulated' ? index.frames.length : index.frames;
}

/**
 * Builds the index of an instance (PS3.5 section 8 and annex A.4).
 * @throws AppError DICOM_MALFORMED when pixel data and transfer syntax disagree or fragments cannot be told apart
 */
export async function buildFrameIndex(
  read: RangeReader,
  sizeBytes: number,
  header: DicomHeader,
  image: ImageDescription,
  signal: AbortSignal,
): Promise<FrameIndex> {
  const { pixelData } = header;
  if (pixelData === null) throw new AppError('DICOM_NO_PIXELS');
  const syntax = transferSyntaxOf(header.transferSyntaxUid);
  if (syntax.encapsulated !== pixelData.encapsulated) {
    const reason = pixelData.encapsulated
      ? `the pixel data is in fragments, which ${syntax.name} does not have`
      : `the pixel data is not in fragments, which ${syntax.name} needs`;
    throw new AppError('DICOM_MALFORMED', { offsetBytes: pixelData.offsetBytes, reason });
  }
  if (!pixelData.encapsulated) {
    const frameBits = nativeFrameBits(image);
    const { offsetBytes } = pixelData;
    const frames = image.numberOfFrames;
    const frameBytes = nativeFrameBytes(header, image, frameBits);
    const neededBytes = Math.ceil((frameBits * frames) / 8);
    // A byte that makes the length even belongs to it (PS3.5 section 8.1.1).
    if ((pixelData.lengthBytes ?? 0) > neededBytes + (neededBytes % 2)) header.repairs.note('pixel-data-longer');
    if (header.deflatedFromBytes !== null) {
      if (frameBits % 8 !== 0 && frames > 1) {
        throw new AppError('DICOM_TRANSFER_SYNTAX_UNSUPPORTED', {
          uid: syntax.uid,
          name: `${syntax.name}, bit-packed`,
        });
      }
      const stream: ByteRange = [header.deflatedFromBytes, sizeBytes - header.deflatedFromBytes];
      return { kind: 'deflated', stream, offsetBytes, frameBytes, frames };
    }
    if (frameBits % 8 !== 0 && frames > 1) return { kind: 'bit-packed', offsetBytes, frameBits, frames };
    return { kind: 'native', offsetBytes, frameBytes, frames };
  }
  const { offsetTable, fragments, ended } = await walkFragments(read, pixelData.offsetBytes, sizeBytes, signal);
  if (!ended) header.repairs.note('fragments-unended');
  if (syntax.coding === 'video') return { kind: 'encapsulated', frames: [fragments.map(rangeOf)] };
  const extended = extendedOffsets(header);
  const { numberOfFrames } = image;
  const byTable =
    numberOfFrames === 1
      ? [fragments]
      : (groupByOffsets(fragments, extended, numberOfFrames) ?? groupByOffsets(fragments, offsetTable, numberOfFrames));
  if (byTable === null && extended.length + offsetTable.length > 0) header.repairs.note('offset-table-wrong');
  const oneByOne = byTable ?? groupOneByOne(fragments, numberOfFrames);
  if (byTable === null && oneByOne !== null && oneByOne.length < fragments.length)
    header.repairs.note('fragments-empty');
  const groups = oneByOne ?? (await groupByMarkers(read, fragments, numberOfFrames, signal));
  if (oneByOne === null && groups !== null) header.repairs.note('frames-assembled');
  // Frames joined into a component collection (PS3.5 A.4.4) cannot be told apart: the object is kept and not shown.
  if (!groups && fragments.length > 0 && /\.4\.9[23]$/.test(syntax.uid)) return { kind: 'encapsulated', frames: [] };
  if (!groups || fragments.length === 0) {
    throw new AppError('DICOM_MALFORMED', {
      offsetBytes: pixelData.offsetBytes,
      reason: `${fragments.length} fragments cannot be assigned to ${image.numberOfFrames} frames`,
    });
  }
  return { kind: 'encapsulated', frames: groups.map((group) => group.map(rangeOf)) };
}

/** Bytes to read for a frame. Swapped 8-bit words need both their halves (PS3.5 section 8.2). */
function nativeFrameBytes(header: DicomHeader, image: ImageDescription, frameBits: number): number {
  const bytes = Math.ceil(frameBits / 8);
  const { littleEndian, uid, name } = transferSyntaxOf(header.transferSyntaxUid);
  if (littleEndian || image.bitsAllocated !== 8 || image.pixelVr !== 'OW' || bytes % 2 === 0) return bytes;
  if (image.numberOfFrames > 1) {
    throw new AppError('DICOM_TRANSFER_SYNTAX_UNSUPPORTED', { uid, name: `${name}, frames of odd length in words` });
  }
  return bytes + 1;
}

function rangeOf(fragment: Fragment): ByteRange {
  return [fragment.offsetBytes, fragment.lengthBytes];
}

/** Extended Offset Table (7FE0,0001), PS3.3 C.7.6.3.1.8. */
function extendedOffsets(header: DicomHeader): number[] {
  return header.dataset.bigIntegers(0x7fe00001).map(Number);
}

/** Groups by a table of the frames' first items; null when the table does not fit the fragments that are there. */
function groupByOffsets(
  fragments: readonly Fragment[],
  offsets: readonly number[],
  frames: number,
): Fragment[][] | null {
  const first = fragments[0];
  if (!first || offsets.length !== frames || offsets[0] !== 0) return null;
  const starts = new Map(fragments.map((fragment, i) => [fragment.itemBytes - first.itemBytes, i]));
  const bounds = [...offsets.map((offset) => starts.get(offset)), fragments.length];
  const groups: Fragment[][] = [];
  for (let i = 0; i < frames; i++) {
    const from = bounds[i];
    const to = bounds[i + 1];
    if (from === undefined || to === undefined || to <= from) return null;
    groups.push(fragments.slice(from, to));
  }
  return groups;
}

/** One fragment a frame; empty fragments carry nothing and are passed over when the count is right without them. */
function groupOneByOne(fragments: readonly Fragment[], frames: number): Fragment[][] | null {
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  const filled = fragments.filter((fragment) => fragment.lengthBytes > 0);
  return filled.length === frames ? filled.map((fragment) => [fragment]) : null;
}

/** Start of a JPEG, JPEG-LS or JPEG 2000 stream: SOI and another marker, or SOC and SIZ; or a JPEG XL stream or file. */
function startsStream(head: Uint8Array): boolean {
  if (head[0] === 0) return head[1] === 0 && head[2] === 0 && head[3] === 0x0c;
  if (head[0] !== 0xff) return false;
  return (head[1] === 0xd8 && head[2] === 0xff) || (head[1] === 0x4f && head[2] === 0xff) || head[1] === 0x0a;
}

/** Last resort without a table: a new frame begins where a coded stream begins. */
async function groupByMarkers(
  read: RangeReader,
  fragments: readonly Fragment[],
  frames: number,
  signal: AbortSignal,
): Promise<Fragment[][] | null> {
  if (fragments.length < frames) return null;
  const groups: Fragment[][] = [];
  for (const fragment of fragments) {
    signal.throwIfAborted();
    const head = await read(fragment.offsetBytes, Math.min(4, fragment.lengthBytes));
    if (startsStream(head)) groups.push([fragment]);
    else groups[groups.length - 1]?.push(fragment);
  }
  return groups.length === frames ? groups : null;
}
