/** Writes one RGB picture as a baseline TIFF 6.0 file with deflated strips, resolution, description and colour profile. */

import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { RasterImage } from './raster.ts';

const ROWS_PER_STRIP = 256;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const ASCII = 2;
const UNDEFINED = 7;
const CENTIMETRE = 3;
const NO_UNIT = 1;
const DEFLATE = 8;
const RESOLUTION_SCALE = 1000;
const compress = promisify(deflate);

interface Field {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: Buffer;
}

/** The file. `mpp` is the size of a pixel in µm; `description` is ASCII. */
export async function encodeTiff(
  raster: RasterImage,
  notes: {
    readonly mpp: { readonly x: number; readonly y: number } | null;
    readonly iccProfile: Uint8Array | null;
    readonly description: string;
  },
): Promise<Uint8Array> {
  const strips: Buffer[] = [];
  const rowBytes = raster.width * 3;
  for (let row = 0; row < raster.height; row += ROWS_PER_STRIP) {
    const end = Math.min(raster.height, row + ROWS_PER_STRIP);
    strips.push(await compress(raster.data.subarray(row * rowBytes, end * rowBytes), { level: 6 }));
  }
  const offsets: number[] = [];
  let at = 8;
  for (const strip of strips) {
    offsets.push(at);
    at += strip.length;
  }
  const padding = Buffer.alloc(at % 2);
  const fields = [
    long(256, [raster.width]),
    long(257, [raster.height]),
    short(258, [8, 8, 8]),
    short(259, [DEFLATE]),
    short(262, [2]),
    text(270, notes.description),
    long(273, offsets),
    short(277, [3]),
    long(278, [ROWS_PER_STRIP]),
    long(
      279,
      strips.map((strip) => strip.length),
    ),
    ...resolution(notes.mpp),
    text(305, 'Consilium'),
    ...(notes.iccProfile === null
      ? []
      : [{ tag: 34675, type: UNDEFINED, count: notes.iccProfile.length, value: Buffer.from(notes.iccProfile) }]),
  ];
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  head.writeUInt32LE(at + padding.length, 4);
  return Buffer.concat([head, ...strips, padding, directory(fields, at + padding.length)]);
}

/** The directory and behind it the values that do not fit their entries. */
function directory(fields: readonly Field[], start: number): Buffer {
  const entries = Buffer.alloc(2 + fields.length * 12 + 4);
  entries.writeUInt16LE(fields.length, 0);
  const values: Buffer[] = [];
  let valueAt = start + entries.length;
  for (const [index, { tag, type, count, value }] of fields.entries()) {
    const entry = 2 + index * 12;
    entries.writeUInt16LE(tag, entry);
    entries.writeUInt16LE(type, entry + 2);
    entries.writeUInt32LE(count, entry + 4);
    if (value.length <= 4) {
      value.copy(entries, entry + 8);
      continue;
    }
    entries.writeUInt32LE(valueAt, entry + 8);
    const even = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.alloc(1)]);
    values.push(even);
    valueAt += even.length;
  }
  return Buffer.concat([entries, ...values]);
}

/** Tags 282, 283 and 296: px per cm; without a scale one pixel is as wide as it is high, and no more is said. */
function resolution(mpp: { readonly x: number; readonly y: number } | null): Field[] {
  const rational = (tag: number, value: number): Field => {
    const body = Buffer.alloc(8);
    // What a 32-bit numerator cannot hold has no unit of length anybody works in.
    body.writeUInt32LE(Math.min(0xffffffff, Math.round(value * RESOLUTION_SCALE)), 0);
    body.writeUInt32LE(RESOLUTION_SCALE, 4);
    return { tag, type: RATIONAL, count: 1, value: body };
  };
  if (mpp === null) return [rational(282, 1), rational(283, 1), short(296, [NO_UNIT])];
  return [rational(282, 1e4 / mpp.x), rational(283, 1e4 / mpp.y), short(296, [CENTIMETRE])];
}

function short(tag: number, values: readonly number[]): Field {
  const value = Buffer.alloc(values.length * 2);
  for (const [index, one] of values.entries()) value.writeUInt16LE(one, index * 2);
  return { tag, type: SHORT, count: values.length, value };
}

function long(tag: number, values: readonly number[]): Field {
  const value = Buffer.alloc(values.length * 4);
  for (const [index, one] of values.entries()) value.writeUInt32LE(one, index * 4);
  return { tag, type: LONG, count: values.length, value };
}

function text(tag: number, words: string): Field {
  const value = Buffer.from(`${words}\0`, 'latin1');
  return { tag, type: ASCII, count: value.length, value };
}
