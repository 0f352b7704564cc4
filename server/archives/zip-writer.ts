/** Writes a .zip archive as a stream (APPNOTE 6.3.10): entries are stored, not packed, with sizes of 64 bits. */
import { crc32 } from 'node:zlib';

export interface ZipEntry {
  /** Relative, with forward slashes. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly sizeBytes: number;
  readonly offsetBytes: number;
}

const VERSION_ZIP64 = 45;
/** Sizes follow the data (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808;
/** 1980-01-01, the first day the format knows: when an archive was made is nobody's business. */
const DOS_DATE = 0x0021;
const MAX_32 = 0xffffffff;

/** The bytes of the archive. Only one entry is read at a time; an entry that fails ends the archive with its error. */
export async function* writeZip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let position = 0;
  for await (const { name: text, chunks } of entries) {
    const name = Buffer.from(text);
    const head = localHeader(name);
    yield head;
    let crc = 0;
    let sizeBytes = 0;
    for await (const chunk of chunks) {
      crc = crc32(chunk, crc);
      sizeBytes += chunk.length;
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    const descriptor = dataDescriptor(crc, sizeBytes);
    yield descriptor;
    written.push({ name, crc, sizeBytes, offsetBytes: position });
    position += head.length + sizeBytes + descriptor.length;
  }
  const directory = Buffer.concat(written.map(centralHeader));
  yield directory;
  yield endOfDirectory(written.length, directory.length, position);
}

/** The extra field of ZIP64 stands in the local header too: it tells that the descriptor has sizes of 64 bits. */
function localHeader(name: Buffer): Buffer {
  const fixed = Buffer.alloc(30);
  fixed.writeUInt32LE(0x04034b50, 0);
  fixed.writeUInt16LE(VERSION_ZIP64, 4);
  fixed.writeUInt16LE(FLAGS, 6);
  fixed.writeUInt16LE(DOS_DATE, 12);
  fixed.writeUInt32LE(MAX_32, 18);
  fixed.writeUInt32LE(MAX_32, 22);
  fixed.writeUInt16LE(name.length, 26);
  fixed.writeUInt16LE(20, 28);
  return Buffer.concat([fixed, name, zip64Extra([0, 0])]);
}

function dataDescriptor(crc: number, sizeBytes: number): Buffer {
  const out = Buffer.alloc(24);
  out.writeUInt32LE(0x08074b50, 0);
  out.writeUInt32LE(crc, 4);
  out.writeBigUInt64LE(BigInt(sizeBytes), 8);
  out.writeBigUInt64LE(BigInt(sizeBytes), 16);
  return out;
}

function centralHeader({ name, crc, sizeBytes, offsetBytes }: Written): Buffer {
  const fixed = Buffer.alloc(46);
  fixed.writeUInt32LE(0x02014b50, 0);
  fixed.writeUInt16LE(VERSION_ZIP64, 4);
  fixed.writeUInt16LE(VERSION_ZIP64, 6);
  fixed.writeUInt16LE(FLAGS, 8);
  fixed.writeUInt16LE(DOS_DATE, 14);
  fixed.writeUInt32LE(crc, 16);
  fixed.writeUInt32LE(MAX_32, 20);
  fixed.writeUInt32LE(MAX_32, 24);
  fixed.writeUInt16LE(name.length, 28);
  fixed.writeUInt16LE(28, 30);
  fixed.writeUInt32LE(MAX_32, 42);
  return Buffer.concat([fixed, name, zip64Extra([sizeBytes, sizeBytes, offsetBytes])]);
}

function zip64Extra(values: readonly number[]): Buffer {
  const out = Buffer.alloc(4 + values.length * 8);
  out.writeUInt16LE(0x0001, 0);
  out.writeUInt16LE(values.length * 8, 2);
  values.forEach((value, i) => {
    out.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  });
  return out;
}

/** ZIP64 end record, its locator, and the old end record that points at them. */
function endOfDirectory(count: number, sizeBytes: number, offsetBytes: number): Buffer {
  const out = Buffer.alloc(56 + 20 + 22);
  out.writeUInt32LE(0x06064b50, 0);
  out.writeBigUInt64LE(44n, 4);
  out.writeUInt16LE(VERSION_ZIP64, 12);
  out.writeUInt16LE(VERSION_ZIP64, 14);
  out.writeBigUInt64LE(BigInt(count), 24);
  out.writeBigUInt64LE(BigInt(count), 32);
  out.writeBigUInt64LE(BigInt(sizeBytes), 40);
  out.writeBigUInt64LE(BigInt(offsetBytes), 48);
  out.writeUInt32LE(0x07064b50, 56);
  out.writeBigUInt64LE(BigInt(offsetBytes + sizeBytes), 64);
  out.writeUInt32LE(1, 72);
  out.writeUInt32LE(0x06054b50, 76);
  out.writeUInt16LE(0xffff, 84);
  out.writeUInt16LE(0xffff, 86);
  out.writeUInt32LE(MAX_32, 88);
  out.writeUInt32LE(MAX_32, 92);
  return out;
}
