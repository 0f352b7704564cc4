/** The lower half of the TIFF reader: header, directory entries and their values, each read within bounds. */

import { AppError } from '#shared/errors.ts';
import { type ByteSource, isInside } from './source.ts';
import { TIFF_LIMITS, type TiffArray } from './tiff.ts';

/** Directories lie close together; one read of this size usually serves several requests. */
const WINDOW_BYTES = 16 * 1024;

/** Bytes of one value for each TIFF 6.0 and BigTIFF field type. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** Present on every page of Hamamatsu's NDPI and nowhere else. */
const NDPI_TAG = 65_420;

const UNSIGNED_TYPES: ReadonlySet<number> = new Set([1, 3, 4, 13, 16, 18]);

export interface TiffHeader {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly ndpi: boolean;
  readonly firstDirectoryOffset: number;
}

export interface RawDirectory {
  readonly entries: ReadonlyMap<number, TiffArray>;
  readonly nextOffset: number;
}

/** True when the first bytes announce a classic TIFF or a BigTIFF of either byte order. */
export function looksLikeTiff(head: Uint8Array): boolean {
  const order = String.fromCharCode(head[0] ?? 0, head[1] ?? 0);
  const magic = order === 'II' ? (head[2] ?? 0) | ((head[3] ?? 0) << 8) : ((head[2] ?? 0) << 8) | (head[3] ?? 0);
  return (order === 'II' || order === 'MM') && (magic === 42 || magic === 43);
}

/** Reads values of a TIFF file; holds one window of the file and counts what was taken as metadata. */
export class TiffValues {
  readonly #source: ByteSource;
  readonly #signal: AbortSignal | undefined;
  #littleEndian = true;
  #bigTiff = false;
  #ndpi = false;
  #window = new Uint8Array(0);
  #windowOffset = 0;
  #metadataBytes = 0;

  constructor(source: ByteSource, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** TIFF 6.0 section 2, and the BigTIFF header with its offset size of 8. */
  async header(): Promise<TiffHeader> {
    const head = await this.#view(0, 8, 'the header');
    if (!looksLikeTiff(new Uint8Array(head.buffer, head.byteOffset, 8))) {
      throw malformed(0, 'it does not start with a TIFF header');
    }
    this.#littleEndian = head.getUint8(0) === 0x49;
    this.#bigTiff = head.getUint16(2, this.#littleEndian) === 43;
    let firstDirectoryOffset: number;
    if (this.#bigTiff) {
      const big = await this.#view(0, 16, 'the BigTIFF header');
      if (big.getUint16(4, this.#littleEndian) !== 8 || big.getUint16(6, this.#littleEndian) !== 0) {
        throw malformed(4, 'BigTIFF offsets must have 8 bytes');
      }
      firstDirectoryOffset = this.#uint64(big, 8, 8);
    } else {
      firstDirectoryOffset = head.getUint32(4, this.#littleEndian);
    }
    if (!this.#bigTiff && this.#littleEndian) {
      const offset = await this.#ndpiStart();
      if (offset !== null) {
        this.#ndpi = true;
        firstDirectoryOffset = offset;
      }
    }
    return { littleEndian: this.#littleEndian, bigTiff: this.#bigTiff, ndpi: this.#ndpi, firstDirectoryOffset };
  }

  /** Where the first directory of an NDPI file lies, or null for any other: NDPI alone has the tag, and 64-bit offsets. */
  async #ndpiStart(): Promise<number | null> {
    if (this.#source.sizeBytes < 12) return null;
    const view = await this.#view(4, 8, 'the header');
    const offset = Number(view.getBigUint64(0, true));
    if (!isInside(this.#source, offset, 2)) return null;
    const count = (await this.#view(offset, 2, 'a directory')).getUint16(0, true);
    if (count > TIFF_LIMITS.entriesPerDirectory || !isInside(this.#source, offset + 2, count * 12)) return null;
    const entries = await this.#view(offset + 2, count * 12, 'a directory');
    for (let index = 0; index < count; index++) if (entries.getUint16(index * 12, true) === NDPI_TAG) return offset;
    return null;
  }

  /** One image file directory; entries of unknown type are skipped as section 2 asks, of a repeated tag the first counts. */
  async directory(offset: number): Promise<RawDirectory> {
    const countBytes = this.#bigTiff ? 8 : 2;
    const entryBytes = this.#bigTiff ? 20 : 12;
    const pointerBytes = this.#bigTiff ? 8 : 4;
    const head = await this.#view(offset, countBytes, 'a directory');
    const count = this.#bigTiff ? this.#uint64(head, 0, offset) : head.getUint16(0, this.#littleEndian);
    if (count > TIFF_LIMITS.entriesPerDirectory) {
      throw limit('directory entries', count, TIFF_LIMITS.entriesPerDirectory);
    }
    if (count === 0) throw malformed(offset, 'a directory has no entries');
    const start = offset + countBytes;
    const nextBytes = this.#ndpi ? 8 : pointerBytes;
    const view = await this.#view(start, count * entryBytes + nextBytes, 'a directory');
    const highWords = await this.#highWords(start + count * entryBytes + nextBytes, count);
    const entries = new Map<number, TiffArray>();
    for (let index = 0; index < count; index++) {
      const at = index * entryBytes;
      const tag = view.getUint16(at, this.#littleEndian);
      const type = view.getUint16(at + 2, this.#littleEndian);
      const typeBytes = TYPE_BYTES[type];
      if (typeBytes === undefined || entries.has(tag)) continue;
      const values = this.#bigTiff
        ? this.#uint64(view, at + 4, start + at)
        : view.getUint32(at + 4, this.#littleEndian);
      const fieldAt = at + 4 + pointerBytes;
      const inline = values * typeBytes <= pointerBytes;
      const high = highWords === null ? 0 : highWords.getUint32(index * 4, true);
      const offsetBytes = inline ? start + fieldAt : this.#pointer(view, fieldAt, start + fieldAt) + high * 2 ** 32;
      if (!isInside(this.#source, offsetBytes, values * typeBytes)) {
        throw malformed(start + at, `tag ${tag} points to ${values} values past the end of the file`);
      }
      entries.set(tag, { type, count: values, offsetBytes, ...(inline && high > 0 ? { highWord: high } : {}) });
    }
    const nextAt = count * entryBytes;
    const nextOffset = this.#ndpi
      ? this.#uint64(view, nextAt, start + nextAt)
      : this.#pointer(view, nextAt, start + nextAt);
    return { entries, nextOffset };
  }

  /** Behind a directory of NDPI: the upper half of each entry's value or offset. Files below 4 GB may lack them. */
  async #highWords(offset: number, count: number): Promise<DataView | null> {
    if (!this.#ndpi || this.#source.sizeBytes < 2 ** 32) return null;
    return this.#view(offset, count * 4, 'a directory');
  }

  /** A short list of unsigned integers; `most` bounds it. */
  async integers(array: TiffArray, most: number, what: string): Promise<number[]> {
    if (array.count > most) throw limit(what, array.count, most);
    if (!UNSIGNED_TYPES.has(array.type)) throw malformed(array.offsetBytes, `${what} is not written as integers`);
    const bytes = TYPE_BYTES[array.type] ?? 1;
    const view = await this.#view(array.offsetBytes, array.count * bytes, what);
    const high = (array.highWord ?? 0) * 2 ** 32;
    return Array.from(
      { length: array.count },
      (_, index) => this.#unsigned(view, index * bytes, array.type, array.offsetBytes) + high,
    );
  }

  /** All integers of an array as floating point numbers, which hold every offset below 2^53. */
  async integerTable(array: TiffArray, what: string): Promise<Float64Array> {
    if (!UNSIGNED_TYPES.has(array.type)) throw malformed(array.offsetBytes, `${what} is not written as integers`);
    const bytes = TYPE_BYTES[array.type] ?? 1;
    const view = await this.#view(array.offsetBytes, array.count * bytes, what);
    const table = new Float64Array(array.count);
    for (let index = 0; index < array.count; index++) {
      table[index] =
        this.#unsigned(view, index * bytes, array.type, array.offsetBytes) + (array.highWord ?? 0) * 2 ** 32;
    }
    return table;
  }

  /** One RATIONAL, FLOAT or DOUBLE; NaN when it is anything else or divides by zero. */
  async real(array: TiffArray): Promise<number> {
    if (array.count !== 1) return Number.NaN;
    const view = await this.#view(array.offsetBytes, TYPE_BYTES[array.type] ?? 1, 'a number');
    if (array.type === 5) return view.getUint32(0, this.#littleEndian) / view.getUint32(4, this.#littleEndian);
    if (array.type === 11) return view.getFloat32(0, this.#littleEndian);
    if (array.type === 12) return view.getFloat64(0, this.#littleEndian);
    return Number.NaN;
  }

  /** One SLONG, or an unsigned integer; 0 when it is anything else. */
  async signed(array: TiffArray): Promise<number> {
    if (array.count !== 1) return 0;
    const view = await this.#view(array.offsetBytes, TYPE_BYTES[array.type] ?? 1, 'a number');
    if (array.type === 9 || array.type === 4) return view.getInt32(0, this.#littleEndian);
    return array.type === 3 ? view.getUint16(0, this.#littleEndian) : 0;
  }

  /** Bytes of an ASCII, BYTE or UNDEFINED value of at most `mostBytes`, counted against the file's budget. */
  async bytes(array: TiffArray, mostBytes: number, what: string): Promise<Uint8Array> {
    const length = array.count * (TYPE_BYTES[array.type] ?? 1);
    if (length > mostBytes) throw limit(`${what} bytes`, length, mostBytes);
    this.#metadataBytes += length;
    if (this.#metadataBytes > TIFF_LIMITS.metadataBytes) {
      throw limit('metadata bytes', this.#metadataBytes, TIFF_LIMITS.metadataBytes);
    }
    const view = await this.#view(array.offsetBytes, length, what);
    return new Uint8Array(view.buffer, view.byteOffset, length).slice();
  }

  #pointer(view: DataView, at: number, fileOffset: number): number {
    return this.#bigTiff ? this.#uint64(view, at, fileOffset) : view.getUint32(at, this.#littleEndian);
  }

  #unsigned(view: DataView, at: number, type: number, fileOffset: number): number {
    if (type === 1) return view.getUint8(at);
    if (type === 3) return view.getUint16(at, this.#littleEndian);
    if (type === 4 || type === 13) return view.getUint32(at, this.#littleEndian);
    return this.#uint64(view, at, fileOffset);
  }

  #uint64(view: DataView, at: number, fileOffset: number): number {
    const value = view.getBigUint64(at, this.#littleEndian);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(fileOffset, 'a 64-bit number is beyond all reason');
    return Number(value);
  }

  async #view(offset: number, length: number, what: string): Promise<DataView> {
    if (!isInside(this.#source, offset, length)) throw malformed(offset, `${what} lies past the end of the file`);
    const from = offset - this.#windowOffset;
    if (from >= 0 && from + length <= this.#window.byteLength) {
      return new DataView(this.#window.buffer, this.#window.byteOffset + from, length);
    }
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.#source.sizeBytes - offset);
    const bytes = await this.#source.read(offset, wanted, this.#signal);
    // A large table is used once; keeping it as the window would hold its memory.
    if (wanted <= WINDOW_BYTES) {
      this.#window = bytes as Uint8Array<ArrayBuffer>;
      this.#windowOffset = offset;
    }
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}

/** The refusal of a file that contradicts itself or TIFF 6.0. */
export function malformed(offsetBytes: number, reason: string): AppError {
  return new AppError('TIFF_MALFORMED', { offsetBytes, reason });
}

/** The refusal of a file that asks for more than `most` of something. */
export function limit(what: string, value: number, most: number): AppError {
  return new AppError('TIFF_LIMIT', { what, value, limit: most });
}
