/** The item structure of encapsulated pixel data (PS3.5 A.4): Basic Offset Table, fragments, delimiter. */
import { AppError } from '#shared/errors.ts';
import type { RangeReader } from './range-reader.ts';

export interface Fragment {
  /** Where the item's tag starts: offset tables point there. */
  readonly itemBytes: number;
  /** Where its value starts. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface FragmentWalk {
  /** Offsets of the Basic Offset Table; empty when it is empty. */
  readonly offsetTable: readonly number[];
  readonly fragments: readonly Fragment[];
  /** False when the delimiter is missing and the file just ends. */
  readonly ended: boolean;
}

const MAX_FRAGMENTS = 2_000_000;
const WINDOW_BYTES = 4096;
const ITEM = 0xe000fffe;
const DELIMITER = 0xe0ddfffe;

/** Walks the items from the first byte of the pixel data's value. @throws AppError DICOM_MALFORMED */
export async function walkFragments(
  read: RangeReader,
  startBytes: number,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<FragmentWalk> {
  const headAt = windowed(read);
  let offsetTable: number[] | undefined;
  const fragments: Fragment[] = [];
  let position = startBytes;
  let ended = false;
  for (;;) {
    signal.throwIfAborted();
    const head = await headAt(position);
    // Some writers leave the delimiter out; the frames are there all the same.
    if (head === null) break;
    ended = head.tag === DELIMITER;
    if (ended) break;
    const malformed = (reason: string) => new AppError('DICOM_MALFORMED', { offsetBytes: position, reason });
    if (head.tag !== ITEM) throw malformed('a fragment of the pixel data is expected');
    if (head.length > sizeBytes - position - 8) {
      throw malformed(`a fragment claims ${head.length} bytes where ${sizeBytes - position - 8} are left`);
    }
    if (offsetTable === undefined) {
      offsetTable = await readOffsetTable(read, position + 8, head.length);
    } else {
      fragments.push({ itemBytes: position, offsetBytes: position + 8, lengthBytes: head.length });
      if (fragments.length > MAX_FRAGMENTS) throw malformed(`there are more than ${MAX_FRAGMENTS} fragments`);
    }
    position += 8 + head.length;
  }
  return { offsetTable: offsetTable ?? [], fragments, ended };
}

async function readOffsetTable(read: RangeReader, offsetBytes: number, lengthBytes: number): Promise<number[]> {
  if (lengthBytes === 0 || lengthBytes > MAX_FRAGMENTS * 4) return [];
  const bytes = await read(offsetBytes, lengthBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true));
}

/** Item heads through a small window, so that thousands of short fragments do not cost a read each. */
function windowed(read: RangeReader): (position: number) => Promise<{ tag: number; length: number } | null> {
  let start = 0;
  let bytes = new Uint8Array();
  return async (position) => {
    if (position < start || position + 8 > start + bytes.length) {
      start = position;
      bytes = new Uint8Array(await read(position, WINDOW_BYTES));
    }
    if (bytes.length < position - start + 8) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset + position - start, 8);
    return { tag: view.getUint32(0, true), length: view.getUint32(4, true) };
  };
}
