/** Writes a pyramid as a BigTIFF, tile by tile in any order of levels; only the tables of offsets are held in memory. */

import { type FileHandle, open } from 'node:fs/promises';
import { COMPRESSION } from '#server/codecs/tiff-segment.ts';
import { PHOTOMETRIC } from './tiff.ts';

export interface PyramidFileLevel {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Tiles are whole JPEGs in YCbCr 4:4:4, or RGB with differences along the row (TIFF 6.0 section 14) in Deflate. */
  readonly coding: 'jpeg' | 'deflate';
}

interface LevelTable {
  readonly level: PyramidFileLevel;
  readonly offsets: number[];
  readonly byteCounts: number[];
}

const HEADER_BYTES = 16;
const SHORT = 3;
const LONG8 = 16;

/** A file under way; it is no TIFF before `finish`. */
export class PyramidFile {
  readonly #file: FileHandle;
  readonly #levels: readonly LevelTable[];
  #end = HEADER_BYTES;

  private constructor(file: FileHandle, levels: readonly PyramidFileLevel[]) {
    this.#file = file;
    this.#levels = levels.map((level) => ({ level, offsets: [], byteCounts: [] }));
  }

  /** Begins the file at `path`, which must not exist. Its directories come in the order of `levels`. */
  static async create(path: string, levels: readonly PyramidFileLevel[]): Promise<PyramidFile> {
    return new PyramidFile(await open(path, 'wx', 0o600), levels);
  }

  /** Adds the next tile of a level, row by row. */
  async add(level: number, tile: Uint8Array): Promise<void> {
    const table = this.#levels[level];
    if (table === undefined) throw new RangeError(`The file has no level ${level}.`);
    table.offsets.push(this.#end);
    table.byteCounts.push(tile.byteLength);
    await this.#append(tile);
  }

  /** Writes the directories and closes the file. Throws RangeError when a level lacks tiles. */
  async finish(): Promise<void> {
    const starts: number[] = [];
    const directories: Buffer[] = [];
    for (const [index, table] of this.#levels.entries()) {
      const { directory, tables } = await this.#directory(table, index > 0);
      for (const one of tables) await this.#append(one);
      starts.push(this.#end);
      directories.push(directory);
      this.#end += directory.length;
    }
    for (const [index, directory] of directories.entries()) {
      directory.writeBigUInt64LE(BigInt(starts[index + 1] ?? 0), directory.length - 8);
      await this.#file.write(directory, 0, directory.length, starts[index]);
    }
    const header = Buffer.from('II\x2b\0\x08\0\0\0\0\0\0\0\0\0\0\0', 'latin1');
    header.writeBigUInt64LE(BigInt(starts[0] ?? 0), 8);
    await this.#file.write(header, 0, header.length, 0);
    await this.close();
  }

  /** Closes a file that is given up. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.byteLength, this.#end);
    this.#end += bytes.byteLength;
  }

  /** The directory of a level, and the tables that stand before it. */
  async #directory({ level, offsets, byteCounts }: LevelTable, isReduced: boolean) {
    const { width, height, tileWidth, tileHeight, coding } = level;
    const count = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight);
    if (offsets.length !== count) throw new RangeError(`A level has ${offsets.length} of ${count} tiles.`);
    const isJpeg = coding === 'jpeg';
    const tables: Buffer[] = [];
    let at = this.#end;
    const table = (values: readonly number[]): Buffer => {
      const bytes = Buffer.alloc(values.length * 8);
      for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
      if (values.length === 1) return bytes;
      const pointer = Buffer.alloc(8);
      pointer.writeBigUInt64LE(BigInt(at));
      tables.push(bytes);
      at += bytes.length;
      return pointer;
    };
    const entries: Buffer[] = [];
    const entry = (tag: number, type: number, values: number, value: Buffer): void => {
      const bytes = Buffer.alloc(20);
      bytes.writeUInt16LE(tag, 0);
      bytes.writeUInt16LE(type, 2);
      bytes.writeBigUInt64LE(BigInt(values), 4);
      value.copy(bytes, 12);
      entries.push(bytes);
    };
    const short = (tag: number, ...values: number[]): void => {
      const value = Buffer.alloc(8);
      for (const [index, one] of values.entries()) value.writeUInt16LE(one, index * 2);
      entry(tag, SHORT, values.length, value);
    };
    const long8 = (tag: number, values: readonly number[]): void => entry(tag, LONG8, values.length, table(values));
    // In the order of their tags (TIFF 6.0 section 2).
    long8(254, [isReduced ? 1 : 0]);
    long8(256, [width]);
    long8(257, [height]);
    short(258, 8, 8, 8);
    short(259, isJpeg ? COMPRESSION.jpeg : COMPRESSION.deflate);
    short(262, isJpeg ? PHOTOMETRIC.ycbcr : PHOTOMETRIC.rgb);
    short(277, 3);
    short(284, 1);
    if (!isJpeg) short(317, 2);
    long8(322, [tileWidth]);
    long8(323, [tileHeight]);
    long8(324, offsets);
    long8(325, byteCounts);
    if (isJpeg) short(530, 1, 1);
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(entries.length));
    return { directory: Buffer.concat([head, ...entries, Buffer.alloc(8)]), tables };
  }
}
