/** Builds small TIFF files for tests, right or deliberately wrong: any field can lie about its count and place. */

import { MARKER, parseJpegHeader } from '#server/codecs/jpeg.ts';

export interface SampleField {
  readonly tag: number;
  /** 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL (pairs), 7 UNDEFINED, 16 LONG8. */
  readonly type: 1 | 2 | 3 | 4 | 5 | 7 | 16;
  readonly values: readonly number[] | string | Uint8Array;
  /** What the entry claims instead of the truth. */
  readonly count?: number;
  readonly offset?: number;
}

export interface SamplePage {
  readonly fields: readonly SampleField[];
  /** Encoded tiles or strips; their offsets and byte counts are added as fields. */
  readonly segments?: { readonly kind: 'tiles' | 'strips'; readonly data: readonly Uint8Array[] };
  readonly subPages?: readonly SamplePage[];
  /** Where the chain goes on instead of the next page: 'first' closes a loop. */
  readonly next?: 'first' | number;
}

export interface SampleForm {
  readonly bigTiff?: boolean;
  readonly bigEndian?: boolean;
}

const SIZE = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8 } as const;

/** The bytes of a TIFF with these pages in a chain. */
export function tiffSample(pages: readonly SamplePage[], form: SampleForm = {}): Uint8Array {
  const big = form.bigTiff ?? false;
  const pieces: Buffer[] = [];
  let end = 0;
  const place = (piece: Buffer): number => {
    const at = end;
    pieces.push(piece);
    end += piece.length;
    return at;
  };
  const number = (value: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 8) {
      if (form.bigEndian) buffer.writeBigUInt64BE(BigInt(value));
      else buffer.writeBigUInt64LE(BigInt(value));
    } else if (form.bigEndian) buffer.writeUIntBE(value, 0, bytes);
    else buffer.writeUIntLE(value, 0, bytes);
    return buffer;
  };
  const pointerBytes = big ? 8 : 4;

  const fieldBytes = (field: SampleField): Buffer => {
    if (typeof field.values === 'string') return Buffer.from(`${field.values}\0`, 'utf8');
    if (field.values instanceof Uint8Array) return Buffer.from(field.values);
    const bytes = field.type === 5 ? 4 : SIZE[field.type];
    return Buffer.concat(field.values.map((value) => number(value, bytes)));
  };

  const placeDirectory = (page: SamplePage): { at: number; nextAt: number } => {
    const fields = [...page.fields];
    if (page.segments !== undefined) {
      const { kind, data } = page.segments;
      const offsets = data.map((piece) => (piece.length === 0 ? 0 : place(Buffer.from(piece))));
      const type = big ? 16 : 4;
      fields.push({ tag: kind === 'tiles' ? 324 : 273, type, values: offsets });
      fields.push({ tag: kind === 'tiles' ? 325 : 279, type: 4, values: data.map((piece) => piece.length) });
    }
    if (page.subPages !== undefined) {
      fields.push({ tag: 330, type: big ? 16 : 4, values: page.subPages.map((sub) => placeDirectory(sub).at) });
    }
    const entries = fields
      .sort((one, other) => one.tag - other.tag)
      .map((field) => {
        const bytes = fieldBytes(field);
        const count = field.count ?? bytes.length / SIZE[field.type];
        let value: Buffer;
        if (field.offset !== undefined) value = number(field.offset, pointerBytes);
        else if (bytes.length <= pointerBytes)
          value = Buffer.concat([bytes, Buffer.alloc(pointerBytes - bytes.length)]);
        else value = number(place(bytes), pointerBytes);
        return Buffer.concat([number(field.tag, 2), number(field.type, 2), number(count, pointerBytes), value]);
      });
    const head = number(entries.length, big ? 8 : 2);
    const at = place(Buffer.concat([head, ...entries]));
    return { at, nextAt: place(Buffer.alloc(pointerBytes)) };
  };

  const order = form.bigEndian ? 'MM' : 'II';
  place(Buffer.from(order, 'latin1'));
  place(number(big ? 43 : 42, 2));
  if (big) place(Buffer.concat([number(8, 2), number(0, 2)]));
  const links = [place(Buffer.alloc(pointerBytes))];
  const starts: number[] = [];
  for (const page of pages) {
    const { at, nextAt } = placeDirectory(page);
    starts.push(at);
    links.push(nextAt);
  }
  const file = Buffer.concat(pieces);
  for (const [index, link] of links.entries()) {
    const wish = pages[index - 1]?.next;
    const target = wish === 'first' ? starts[0] : (wish ?? starts[index]);
    file.set(number(target ?? 0, pointerBytes), link);
  }
  return file;
}

/** The fields of an 8-bit picture; `tile` makes it tiled. */
export function pictureFields(picture: {
  readonly width: number;
  readonly height: number;
  readonly tile?: number;
  readonly samples?: number;
  readonly compression?: number;
  readonly photometric?: number;
  readonly rowsPerStrip?: number;
}): SampleField[] {
  const samples = picture.samples ?? 3;
  const fields: SampleField[] = [
    { tag: 256, type: 4, values: [picture.width] },
    { tag: 257, type: 4, values: [picture.height] },
    { tag: 258, type: 3, values: Array.from({ length: samples }, () => 8) },
    { tag: 259, type: 3, values: [picture.compression ?? 1] },
    { tag: 262, type: 3, values: [picture.photometric ?? (samples >= 3 ? 2 : 1)] },
    { tag: 277, type: 3, values: [samples] },
  ];
  if (picture.tile !== undefined) {
    fields.push({ tag: 322, type: 3, values: [picture.tile] }, { tag: 323, type: 3, values: [picture.tile] });
  } else {
    fields.push({ tag: 278, type: 3, values: [picture.rowsPerStrip ?? picture.height] });
  }
  return fields;
}

/** An uncompressed RGB page of `tile` px tiles, each filled with a grey value of its own; `blank` tiles have no bytes. */
export function plainPage(
  width: number,
  height: number,
  tile: number,
  extra: readonly SampleField[] = [],
  blank: readonly number[] = [],
): SamplePage {
  const count = Math.ceil(width / tile) * Math.ceil(height / tile);
  const data = Array.from({ length: count }, (_, index) =>
    blank.includes(index) ? new Uint8Array(0) : new Uint8Array(tile * tile * 3).fill((index * 37 + width) % 251),
  );
  return { fields: [...pictureFields({ width, height, tile }), ...extra], segments: { kind: 'tiles', data } };
}

/** Splits a complete JPEG into a tables-only stream and an abbreviated one without metadata (T.81 B.4, B.5). */
export function splitJpeg(jpeg: Uint8Array): { tables: Uint8Array; tile: Uint8Array } {
  const header = parseJpegHeader(jpeg);
  const soi = Uint8Array.of(0xff, MARKER.soi);
  const pieces = (markers: readonly number[]): Uint8Array[] =>
    header.segments.filter(({ marker }) => markers.includes(marker)).map(({ start, end }) => jpeg.subarray(start, end));
  return {
    tables: Buffer.concat([soi, ...pieces([MARKER.dqt, MARKER.dht]), Uint8Array.of(0xff, MARKER.eoi)]),
    tile: Buffer.concat([soi, ...pieces([MARKER.sof0, MARKER.sof2, MARKER.dri]), jpeg.subarray(header.end)]),
  };
}
