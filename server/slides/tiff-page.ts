/**
 * Wraps compressed strips, or one tile, into a minimal TIFF file in memory, so that libvips decodes what browsers cannot.
 * The header is ours; only the compressed bytes come from the slide, and their decoded size is fixed by it.
 */

export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly rowsPerStrip: number;
  readonly samplesPerPixel: number;
  readonly compression: number;
  readonly photometric: number;
  readonly predictor: number;
  readonly jpegTables: Uint8Array | null;
  /** From top to bottom. */
  readonly strips: readonly Uint8Array[];
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

/** A classic little-endian TIFF (TIFF 6.0 section 2) with one directory of 8-bit interleaved samples. */
export function tiffPage(page: TiffPage): Uint8Array {
  const stripOffsets: number[] = [];
  let end = 8;
  for (const strip of page.strips) {
    stripOffsets.push(end);
    end += strip.length;
  }
  const tablesOffset = end;
  end += page.jpegTables?.length ?? 0;
  end += end & 1;

  const fields: { tag: number; type: number; values: readonly number[] }[] = [
    { tag: 256, type: LONG, values: [page.width] },
    { tag: 257, type: LONG, values: [page.height] },
    { tag: 258, type: SHORT, values: Array.from({ length: page.samplesPerPixel }, () => 8) },
    { tag: 259, type: SHORT, values: [page.compression] },
    { tag: 262, type: SHORT, values: [page.photometric] },
    { tag: 273, type: LONG, values: stripOffsets },
    { tag: 277, type: SHORT, values: [page.samplesPerPixel] },
    { tag: 278, type: LONG, values: [page.rowsPerStrip] },
    { tag: 279, type: LONG, values: page.strips.map((strip) => strip.length) },
    { tag: 284, type: SHORT, values: [1] },
  ];
  if (page.predictor !== 1) fields.push({ tag: 317, type: SHORT, values: [page.predictor] });
  // A fourth sample is transparency: the decoder lays it on white.
  if (page.samplesPerPixel === 4) fields.push({ tag: 338, type: SHORT, values: [2] });

  const directoryOffset = end;
  const count = fields.length + (page.jpegTables === null ? 0 : 1);
  const directory = Buffer.alloc(2 + count * 12 + 4);
  directory.writeUInt16LE(count, 0);
  const outside: Buffer[] = [];
  let outsideOffset = directoryOffset + directory.length;
  let at = 2;
  for (const { tag, type, values } of fields) {
    const size = type === SHORT ? 2 : 4;
    const bytes = Buffer.alloc(Math.max(4, values.length * size));
    for (const [index, value] of values.entries()) bytes.writeUIntLE(value, index * size, size);
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    if (bytes.length === 4) {
      bytes.copy(directory, at + 8);
    } else {
      directory.writeUInt32LE(outsideOffset, at + 8);
      outside.push(bytes);
      outsideOffset += bytes.length;
    }
    at += 12;
  }
  if (page.jpegTables !== null) {
    directory.writeUInt16LE(347, at);
    directory.writeUInt16LE(UNDEFINED, at + 2);
    directory.writeUInt32LE(page.jpegTables.length, at + 4);
    directory.writeUInt32LE(tablesOffset, at + 8);
  }

  const head = Buffer.alloc(8);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(directoryOffset, 4);
  const body = [head, ...page.strips, page.jpegTables ?? Buffer.alloc(0)];
  const padding = Buffer.alloc(directoryOffset - body.reduce((sum, piece) => sum + piece.length, 0));
  return Buffer.concat([...body, padding, directory, ...outside]);
}
