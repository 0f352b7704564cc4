import { readFile } from 'node:fs/promises';
import { deflateSync, zstdCompressSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseJpegHeader } from '#server/codecs/jpeg.ts';
import { decodeRaster, encodeJpeg, filledRaster } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import { describeSlide, openSlide } from './open-slide.ts';
import { readRegion } from './region.ts';
import { memorySource } from './source.ts';
import { pictureFields, plainPage, type SampleField, type SamplePage, splitJpeg, tiffSample } from './tiff-sample.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const open = (pages: readonly SamplePage[]) => openSlide(memorySource(tiffSample(pages)));
const describePages = (pages: readonly SamplePage[]) => describeSlide(memorySource(tiffSample(pages)));

const tilePixels = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).map((_, at) => (at * 11) % 256) };
const jpeg = await sharp(tilePixels.data, { raw: { width: 64, height: 64, channels: 3 } })
  .jpeg()
  .toBuffer();
const parts = splitJpeg(jpeg);
const large = splitJpeg(await encodeJpeg(filledRaster(512, 512)));
const plainJpeg = await decodeRaster(jpeg, { format: 'JPEG', width: 64, height: 64 });

function jpegPage(data: readonly Uint8Array[], extra: readonly SampleField[] = [], photometric = 6): SamplePage {
  const columns = data.length;
  return {
    fields: [
      ...pictureFields({ width: columns * 64 - 10, height: 50, tile: 64, compression: 7, photometric }),
      ...extra,
    ],
    segments: { kind: 'tiles', data },
  };
}
const tables: SampleField = { tag: 347, type: 7, values: parts.tables };

describe('JPEG levels', () => {
  it('passes stored tiles through at full tile size, with tables and the colour marker', async () => {
    const slide = await open([jpegPage([parts.tile, parts.tile], [tables])]);
    expect(slide.passesThrough(0)).toBe(true);
    const tile = await slide.tile(0, 1, 0);
    expect(tile.mediaType).toBe('image/jpeg');
    const header = parseJpegHeader(tile.bytes);
    expect(header.adobeTransform).toBe(1);
    expect(Buffer.from(tile.bytes.subarray(header.end))).toEqual(jpeg.subarray(parseJpegHeader(jpeg).end));
    expect((await decodeRaster(tile.bytes, { format: 'JPEG', width: 64, height: 64 })).data).toEqual(plainJpeg.data);
    expect((await slide.decodedTile(0, 0, 0)).data).toEqual(plainJpeg.data);
    await slide.close();
  });

  it('reads tiles that need no tables', async () => {
    const slide = await open([jpegPage([jpeg])]);
    expect((await slide.decodedTile(0, 0, 0)).data).toEqual(plainJpeg.data);
  });

  it('marks RGB samples as RGB, whatever the YCbCrSubSampling tag says', async () => {
    const rgb = await sharp(tilePixels.data, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ chromaSubsampling: '4:4:4' })
      .toBuffer();
    const lie: SampleField = { tag: 530, type: 3, values: [2, 2] };
    const slide = await open([jpegPage([splitJpeg(rgb).tile], [{ ...tables, values: splitJpeg(rgb).tables }, lie], 2)]);
    expect(parseJpegHeader((await slide.tile(0, 0, 0)).bytes).adobeTransform).toBe(0);
  });

  it('answers a white tile for one that was never written', async () => {
    const slide = await open([jpegPage([parts.tile, new Uint8Array(0)], [tables])]);
    const blank = await slide.tile(0, 1, 0);
    const raster = await decodeRaster(blank.bytes, { format: 'JPEG', width: 64, height: 64 });
    expect(new Set(raster.data)).toEqual(new Set([255]));
    expect(slide.tileVersion(0, 1, 0)).not.toBe(slide.tileVersion(0, 0, 0));
    expect(slide.firstStoredTile(0)).toEqual({ column: 0, row: 0 });
  });

  it('opens a slide of blank tiles only', async () => {
    const slide = await open([jpegPage([new Uint8Array(0)], [tables])]);
    expect(slide.firstStoredTile(0)).toBeNull();
    expect((await slide.decodedTile(0, 0, 0)).data[0]).toBe(255);
  });

  it('has the profile and its name, and tiles without it', async () => {
    const profile = await readFile(new URL('../codecs/profiles/adobe-rgb.icc', import.meta.url));
    const slide = await open([jpegPage([parts.tile], [tables, { tag: 34675, type: 7, values: profile }])]);
    expect(slide.description).toMatchObject({ hasIccProfile: true, iccProfileName: expect.stringContaining('Adobe') });
    const markers = parseJpegHeader((await slide.tile(0, 0, 0)).bytes).segments.map((one) => one.marker);
    expect(markers).not.toContain(0xe2);
    expect(Buffer.from((await slide.iccProfile()) ?? [])).toEqual(profile);
    const nameless = await open([
      jpegPage([parts.tile], [tables, { tag: 34675, type: 7, values: new Uint8Array(4097) }]),
    ]);
    expect(nameless.description).toMatchObject({ hasIccProfile: true, iccProfileName: null });
    expect(await (await open([jpegPage([parts.tile], [tables])])).iccProfile()).toBeNull();
  });

  it('gives versions that name place and length', async () => {
    const slide = await open([jpegPage([parts.tile, jpeg], [tables])]);
    const tile = await slide.tile(0, 1, 0);
    expect(tile.version).toBe(slide.tileVersion(0, 1, 0));
    expect(tile.version.endsWith(jpeg.length.toString(36))).toBe(true);
  });

  it.each<[string, readonly SamplePage[], string]>([
    ['a first tile that is no JPEG', [jpegPage([Buffer.alloc(99, 7)], [tables])], 'TILE_UNDECODABLE'],
    ['a first tile of another size', [jpegPage([large.tile], [tables])], 'TILE_UNDECODABLE'],
    [
      'tables that are no JPEG',
      [jpegPage([parts.tile], [{ ...tables, values: Buffer.alloc(50) }])],
      'TILE_UNDECODABLE',
    ],
    ['tiles that lack their tables', [jpegPage([parts.tile])], 'TILE_UNDECODABLE'],
    ['a tile that is cut', [jpegPage([jpeg.subarray(0, 300)])], 'TILE_UNDECODABLE'],
    [
      'old-style JPEG',
      [{ ...jpegPage([jpeg]), fields: pictureFields({ width: 50, height: 50, tile: 64, compression: 6 }) }],
      'SLIDE_COMPRESSION_UNSUPPORTED',
    ],
  ])('refuses %s', async (_, pages, code) => {
    await expect(describePages(pages)).rejects.toThrow(refusal(code));
  });

  it('refuses a damaged tile when it is asked for, and serves its neighbours', async () => {
    const slide = await open([jpegPage([parts.tile, Buffer.alloc(80, 1)], [tables])]);
    await expect(slide.tile(0, 1, 0)).rejects.toThrow(refusal('TILE_UNDECODABLE'));
    await expect(slide.decodedTile(0, 1, 0)).rejects.toThrow(refusal('TILE_UNDECODABLE'));
    await expect(slide.tile(0, 0, 0)).resolves.toMatchObject({ mediaType: 'image/jpeg' });
  });
});

describe('other compressions', () => {
  const raw = Buffer.from(tilePixels.data);
  const differenced = Buffer.from(raw);
  for (let row = 0; row < 64; row++) {
    for (let at = 191; at >= 3; at--) {
      const here = row * 192 + at;
      differenced[here] = ((raw[here] ?? 0) - (raw[here - 3] ?? 0)) & 255;
    }
  }
  const predictor: SampleField = { tag: 317, type: 3, values: [2] };

  it.each<[string, number, Uint8Array, SampleField[]]>([
    ['none', 1, raw, []],
    ['deflate', 8, deflateSync(raw), []],
    ['old deflate', 32946, deflateSync(raw), []],
    ['deflate with predictor', 8, deflateSync(differenced), [predictor]],
    ['PackBits', 32773, packBits(raw), []],
    ['LZW', 5, lzw(raw), []],
    ['LZW with predictor', 5, lzw(differenced), [predictor]],
    ['Zstandard', 50000, zstdCompressSync(raw), []],
    ['Zstandard with predictor', 50000, zstdCompressSync(differenced), [predictor]],
  ])('decodes %s and sends PNG', async (_, compression, data, extra) => {
    const page: SamplePage = {
      fields: [...pictureFields({ width: 60, height: 60, tile: 64, compression }), ...extra],
      segments: { kind: 'tiles', data: [data] },
    };
    const slide = await open([page]);
    expect(slide.passesThrough(0)).toBe(false);
    const tile = await slide.tile(0, 0, 0);
    expect(tile.mediaType).toBe('image/png');
    const decoded = await decodeRaster(tile.bytes, { format: 'PNG', width: 64, height: 64 });
    expect(Buffer.from(decoded.data)).toEqual(raw);
  });

  it('decodes WebP, which loses, and sends JPEG', async () => {
    const webp = await sharp(raw, { raw: { width: 64, height: 64, channels: 3 } })
      .webp({ lossless: true })
      .toBuffer();
    const fields = pictureFields({ width: 60, height: 60, tile: 64, compression: 50001 });
    const slide = await open([{ fields, segments: { kind: 'tiles', data: [webp] } }]);
    expect(Buffer.from((await slide.decodedTile(0, 0, 0)).data)).toEqual(raw);
    expect((await slide.tile(0, 0, 0)).mediaType).toBe('image/jpeg');
  });

  it('joins colours stored in planes', async () => {
    const planes = [0, 1, 2].map((sample) => Uint8Array.from({ length: 4096 }, (_, at) => raw[at * 3 + sample] ?? 0));
    const fields = [...pictureFields({ width: 60, height: 60, tile: 64 }), { tag: 284, type: 3, values: [2] } as const];
    const slide = await open([{ fields, segments: { kind: 'tiles', data: planes } }]);
    expect(Buffer.from((await slide.decodedTile(0, 0, 0)).data)).toEqual(raw);
  });

  it.each([false, true])('shows the high byte of 16 bits, big endian: %s', async (bigEndian) => {
    const wide = Buffer.alloc(raw.length * 2);
    for (const [at, value] of raw.entries()) {
      if (bigEndian) wide.writeUInt16BE(value * 256 + 7, at * 2);
      else wide.writeUInt16LE(value * 256 + 7, at * 2);
    }
    const fields = pictureFields({ width: 60, height: 60, tile: 64 }).filter(({ tag }) => tag !== 258);
    const bits: SampleField = { tag: 258, type: 3, values: [16, 16, 16] };
    const pages: SamplePage[] = [{ fields: [...fields, bits], segments: { kind: 'tiles', data: [wide] } }];
    const slide = await openSlide(memorySource(tiffSample(pages, { bigEndian })));
    expect(Buffer.from((await slide.decodedTile(0, 0, 0)).data)).toEqual(raw);
  });

  it('cuts tiles out of strips, also where the last is shorter', async () => {
    const rows = 600;
    const data = new Uint8Array(700 * rows * 3).map((_, at) => (at * 7) % 253);
    const strips = Array.from({ length: Math.ceil(rows / 256) }, (_, index) =>
      data.subarray(index * 256 * 2100, (index + 1) * 256 * 2100),
    );
    const base: SamplePage = {
      fields: pictureFields({ width: 700, height: rows, rowsPerStrip: 256 }),
      segments: { kind: 'strips', data: strips },
    };
    const half: SamplePage = {
      fields: pictureFields({ width: 350, height: 300, rowsPerStrip: 300 }),
      segments: { kind: 'strips', data: [new Uint8Array(350 * 300 * 3).fill(9)] },
    };
    const slide = await open([base, half]);
    expect(slide.description.levels.map(({ columns, rows: count }) => [columns, count])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    const shown = await readRegion(slide, 0, { x: 0, y: 0, width: 700, height: rows });
    expect(Buffer.from(shown.data).equals(Buffer.from(data))).toBe(true);
  });

  it.each<[string, number, Uint8Array]>([
    ['LZW that ends early', 5, lzw(raw.subarray(0, 500))],
    ['LZW with a code that cannot occur', 5, Uint8Array.of(0x80, 0x7f, 0xff, 0xff)],
    ['Zstandard of less than a tile', 50000, zstdCompressSync(raw.subarray(0, 100))],
    ['Zstandard of 100 MB', 50000, zstdCompressSync(Buffer.alloc(100 << 20))],
    ['deflate of 100 MB', 8, deflateSync(Buffer.alloc(100 << 20))],
    ['JPEG 2000 that is none', 33005, Buffer.alloc(500, 1)],
    ['WebP that is none', 50001, Buffer.alloc(500, 1)],
  ])('refuses %s', async (_, compression, data) => {
    const fields = pictureFields({ width: 64, height: 64, tile: 64, compression });
    await expect(describePages([{ fields, segments: { kind: 'tiles', data: [data] } }])).rejects.toThrow(
      refusal('TILE_UNDECODABLE'),
    );
  });

  it('decodes grey', async () => {
    const page: SamplePage = {
      fields: pictureFields({ width: 64, height: 64, tile: 64, samples: 1 }),
      segments: { kind: 'tiles', data: [new Uint8Array(4096).fill(120)] },
    };
    expect(new Set((await (await open([page])).decodedTile(0, 0, 0)).data)).toEqual(new Set([120]));
  });

  it.each([2, 3, 4, 6, 22610, 34892, 50002, 65000])('refuses compression %d with its number', async (compression) => {
    const page = {
      ...plainPage(64, 64, 64),
      fields: pictureFields({ width: 64, height: 64, tile: 64, compression }),
    };
    await expect(open([page])).rejects.toThrow(new RegExp(`Level 0 uses TIFF compression ${compression}`));
  });

  it('refuses deflate that is cut or unpacks to less than a tile', async () => {
    for (const data of [deflateSync(raw).subarray(0, 100), deflateSync(raw.subarray(0, 900))]) {
      const fields = pictureFields({ width: 64, height: 64, tile: 64, compression: 8 });
      await expect(describePages([{ fields, segments: { kind: 'tiles', data: [data] } }])).rejects.toThrow(
        refusal('TILE_UNDECODABLE'),
      );
    }
  });
});

describe('pixels that cannot be shown', () => {
  const page = plainPage(64, 64, 64);
  const without = (...tags: number[]) => page.fields.filter((field) => !tags.includes(field.tag));
  it.each<[string, SampleField[]]>([
    ['1 bit', [...without(258), { tag: 258, type: 3, values: [1] }]],
    ['floating point', [...page.fields, { tag: 339, type: 3, values: [3] }]],
    ['a turned image', [...page.fields, { tag: 274, type: 3, values: [6] }]],
    ['a palette', [...without(262, 277, 258), { tag: 262, type: 3, values: [3] }, { tag: 258, type: 3, values: [8] }]],
    [
      'five samples',
      [...without(277, 258), { tag: 277, type: 3, values: [5] }, { tag: 258, type: 3, values: [8, 8, 8, 8, 8] }],
    ],
    ['an unknown predictor', [...page.fields, { tag: 317, type: 3, values: [3] }]],
  ])('are refused: %s', async (_, fields) => {
    await expect(open([{ ...page, fields }])).rejects.toThrow(refusal('SLIDE_PIXELS_UNSUPPORTED'));
  });
});

describe('openSlide', () => {
  it('refuses what is no slide', async () => {
    await expect(openSlide(memorySource(new Uint8Array(0)))).rejects.toThrow(refusal('UPLOAD_EMPTY'));
    await expect(openSlide(memorySource(Buffer.from('\x89PNG\r\n')))).rejects.toThrow(
      /aperio-svs: it is not a TIFF file.*dicom-wsi: it is not DICOM/,
    );
    const strips: SamplePage = {
      fields: pictureFields({ width: 8, height: 8 }),
      segments: { kind: 'strips', data: [new Uint8Array(192)] },
    };
    await expect(open([strips, strips])).rejects.toThrow(/2 pages of full size/);
    await expect(open([plainPage(64, 64, 64), plainPage(64, 64, 64)])).rejects.toThrow(
      refusal('SLIDE_FORMAT_UNSUPPORTED'),
    );
  });

  it('opens a flat JPEG, PNG or TIFF pixel for pixel; its coarse levels come beside it later', async () => {
    const flat = new Uint8Array(1300 * 700 * 3).map((_, at) => (at * 13 + (at >> 9)) % 251);
    const picture = sharp(flat, { raw: { width: 1300, height: 700, channels: 3 } });
    for (const bytes of [
      await picture.png().toBuffer(),
      await picture.jpeg().toBuffer(),
      await picture.tiff({ compression: 'none' }).toBuffer(),
    ]) {
      const slide = await openSlide(memorySource(bytes));
      expect(slide.description).toMatchObject({ format: 'flat-picture', width: 1300, height: 700, mppX: null });
      expect(slide.description.levels).toHaveLength(1);
      const shown = await readRegion(slide, 0, { x: 0, y: 0, width: 1300, height: 700 });
      expect(Buffer.from(shown.data).equals(await sharp(bytes).raw().toBuffer())).toBe(true);
      await slide.close();
    }
    await expect(openSlide(memorySource(Buffer.from('ffd8ffe000104a4649', 'hex')))).rejects.toThrow(
      refusal('DOCUMENT_DAMAGED'),
    );
  });

  it('refuses more than 32 levels', async () => {
    const pages = Array.from({ length: 33 }, (_, index) => plainPage(500 - index, 500 - index, 512));
    await expect(open(pages)).rejects.toThrow(refusal('TIFF_LIMIT'));
  });

  it('answers TILE_OUT_OF_RANGE beyond each edge', async () => {
    const slide = await open([plainPage(100, 60, 32), plainPage(50, 30, 32)]);
    for (const [level, column, row] of [
      [2, 0, 0],
      [-1, 0, 0],
      [0, 4, 0],
      [0, 0, 2],
      [1, 0, 1],
      [0, -1, 0],
      [0, 0.5, 0],
    ] as const) {
      await expect(slide.tile(level, column, row)).rejects.toThrow(refusal('TILE_OUT_OF_RANGE'));
      expect(() => slide.tileVersion(level, column, row)).toThrow(refusal('TILE_OUT_OF_RANGE'));
    }
    await expect(slide.associatedImage('label')).rejects.toThrow(refusal('ASSOCIATED_IMAGE_UNKNOWN'));
  });

  it('closes the source with the slide, and leaves it open after a refusal', async () => {
    let closed = 0;
    const counting = (bytes: Uint8Array) => ({
      ...memorySource(bytes),
      async close() {
        closed++;
      },
    });
    await (await openSlide(counting(tiffSample([plainPage(64, 64, 32)])))).close();
    expect(closed).toBe(1);
    await expect(openSlide(counting(Buffer.alloc(9)))).rejects.toThrow(AppError);
    await describeSlide(counting(tiffSample([plainPage(64, 64, 32)])));
    expect(closed).toBe(1);
  });
});

describe('hostile files', () => {
  const aperio: SampleField = { tag: 270, type: 2, values: 'Aperio Image\r\n|MPP = 0.5|AppMag = 20' };
  const strip = (facts: { subfile: number; data: Uint8Array }): SamplePage => ({
    fields: [...pictureFields({ width: 20, height: 20 }), { tag: 254, type: 4, values: [facts.subfile] }],
    segments: { kind: 'strips', data: [facts.data] },
  });
  const good = tiffSample([
    jpegPage([parts.tile, parts.tile], [tables, aperio]),
    strip({ subfile: 0, data: new Uint8Array(1200) }),
    strip({ subfile: 1, data: new Uint8Array(1200) }),
  ]);

  it('starts from a good one', async () => {
    const description = await describeSlide(memorySource(good));
    expect(description).toMatchObject({ format: 'aperio-svs', mppX: 0.5, objectivePower: 20 });
    expect(description.associatedImages.map((image) => image.name)).toEqual(['thumbnail', 'label']);
  });

  it('refuses an associated image that lacks its pixels', async () => {
    const short = [jpegPage([parts.tile], [tables, aperio]), strip({ subfile: 1, data: new Uint8Array(100) })];
    await expect(describePages(short)).rejects.toThrow(refusal('ASSOCIATED_IMAGE_UNDECODABLE'));
    const none = [jpegPage([parts.tile], [tables, aperio]), strip({ subfile: 1, data: new Uint8Array(0) })];
    await expect(describePages(none)).rejects.toThrow(refusal('ASSOCIATED_IMAGE_UNDECODABLE'));
  });

  it('does not offer an associated image of an absurd size', async () => {
    const fields = [...pictureFields({ width: 60_000, height: 60_000 }), { tag: 254, type: 4, values: [1] } as const];
    const huge: SamplePage = { fields, segments: { kind: 'strips', data: [new Uint8Array(10)] } };
    expect((await describePages([jpegPage([parts.tile], [tables, aperio]), huge])).associatedImages).toEqual([]);
  });

  it('answers every truncation with a sentence or a description', async () => {
    for (let length = 0; length < good.length; length += 37) {
      await settle(good.subarray(0, length));
    }
  });

  it('answers 600 damaged copies with a sentence or a description, never with a defect', async () => {
    let seed = 12_345;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    // Directories and their values stand behind the pixels; half of the damage is put there.
    const structure = good.length - 1500;
    for (let copy = 0; copy < 600; copy++) {
      const bytes = Uint8Array.from(good);
      for (let change = 0; change <= copy % 4; change++) {
        const at = copy % 2 === 0 ? structure + random(1500) : random(good.length);
        bytes[at] = random(3) === 0 ? 255 : random(256);
      }
      await settle(bytes);
    }
  }, 60_000);
});

/** Passes when the file is described or refused with a sentence. */
async function settle(bytes: Uint8Array): Promise<void> {
  try {
    await describeSlide(memorySource(bytes));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.status).toBeLessThan(500);
    expect(error.message).not.toMatch(/[{}]/);
  }
}

/** LZW (TIFF 6.0 section 13), as an encoder of the book writes it. */
function lzw(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let [buffer, bits, width] = [0, 0, 9];
  const put = (code: number): void => {
    buffer = (buffer << width) | code;
    bits += width;
    while (bits >= 8) {
      bits -= 8;
      out.push((buffer >> bits) & 255);
      buffer &= (1 << bits) - 1;
    }
  };
  let table = new Map<string, number>();
  put(256);
  let run = '';
  const codeOf = (text: string): number => (text.length === 1 ? text.charCodeAt(0) : table.get(text)!);
  for (const byte of bytes) {
    const longer = run + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      run = longer;
      continue;
    }
    put(codeOf(run));
    table.set(longer, table.size + 258);
    const next = table.size + 258;
    if (next > 4094) {
      put(256);
      table = new Map();
      width = 9;
    } else if (next > (1 << width) - 1) width++;
    run = String.fromCharCode(byte);
  }
  put(codeOf(run));
  put(257);
  if (bits > 0) out.push((buffer << (8 - bits)) & 255);
  return Uint8Array.from(out);
}

/** PackBits (TIFF 6.0 section 9) with literal runs only. */
function packBits(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 64) {
    const run = bytes.subarray(at, at + 64);
    pieces.push(Uint8Array.of(run.length - 1), run);
  }
  return Buffer.concat(pieces);
}
