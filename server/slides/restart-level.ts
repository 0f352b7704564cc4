/**
 * A level that is one huge JPEG, cut at its restart markers (T.81 E.1.4): behind each of them decoding starts afresh, so
 * that intervals can be taken out, set under each other behind a header of ours, and sent without decoding a pixel.
 */

import { assembleHeader } from '#server/codecs/jpeg-restart.ts';
import { AppError } from '#shared/errors.ts';
import { TILE_FORM } from '#shared/imaging/tile-version.ts';
import type { LevelReader, TileIndex } from './level-reader.ts';
import type { SlideInput } from './slide-format.ts';

/** Rows of px a tile has about; intervals are 8 or 16 px high. */
const TILE_HEIGHT = 512;
const MOST_TILE_WIDTH = 8192;
const MOST_INTERVAL_BYTES = 16 * 1024 * 1024;

export interface RestartJpeg {
  readonly width: number;
  readonly height: number;
  /** Position of each interval in the file, row by row. */
  readonly starts: Float64Array;
  /** Behind the last byte of the JPEG, including its EOI. */
  readonly end: number;
  /** Segments from SOI to the first interval, with `restartInterval` in MCUs of `mcuWidth` × `mcuHeight` px. */
  readonly header: Uint8Array;
  readonly restartInterval: number;
  readonly mcuWidth: number;
  readonly mcuHeight: number;
  readonly ycbcr: boolean;
}

/** The level. Errors: SLIDE_METADATA_INVALID when intervals do not tile the picture. */
export function restartLevel({ source, decoder }: SlideInput, jpeg: RestartJpeg): LevelReader {
  const { width, height, starts, mcuWidth, mcuHeight, restartInterval } = jpeg;
  const mcusPerRow = Math.ceil(width / mcuWidth);
  const columns = mcusPerRow / restartInterval;
  const strips = Math.ceil(height / mcuHeight);
  const tileWidth = restartInterval * mcuWidth;
  if (!Number.isInteger(columns) || starts.length !== columns * strips || tileWidth > MOST_TILE_WIDTH) {
    const reason = `${starts.length} intervals of ${restartInterval} MCUs do not tile ${width} × ${height} px`;
    throw new AppError('SLIDE_METADATA_INVALID', { what: 'restart table', reason });
  }
  const perTile = Math.max(1, Math.min(Math.round(TILE_HEIGHT / mcuHeight), strips));
  const size = { width: tileWidth, height: perTile * mcuHeight };
  const header = assembleHeader(jpeg.header, { ...size, restartInterval, ycbcr: jpeg.ycbcr });

  const interval = (index: number): { from: number; to: number } => ({
    from: starts[index] ?? 0,
    // The next interval begins behind its marker, the file ends with one.
    to: (starts[index + 1] ?? jpeg.end) - 2,
  });
  const read = async (index: number, signal?: AbortSignal): Promise<Uint8Array> => {
    const { from, to } = interval(index);
    if (to < from || to - from > MOST_INTERVAL_BYTES) throw damaged('an interval has a wrong length');
    const before = index === 0 ? 0 : 2;
    const bytes = await source.read(from - before, to - from + before, signal);
    if (before > 0 && !(bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf8) === 0xd0)) {
      throw damaged('an interval does not follow a restart marker');
    }
    return bytes.subarray(before);
  };

  const encoded = async ({ column, row }: TileIndex, signal?: AbortSignal): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = [header];
    const last = Math.min(strips, (row + 1) * perTile) - 1;
    let strip = new Uint8Array(0) as Uint8Array;
    for (let number = 0; number < perTile; number++) {
      const wanted = row * perTile + number;
      // Below the image the last interval is repeated, for the client clips there anyway.
      if (wanted <= last) strip = await read(wanted * columns + column, signal);
      if (number > 0) pieces.push(Uint8Array.of(0xff, 0xd0 + ((number - 1) % 8)));
      pieces.push(strip);
    }
    pieces.push(Uint8Array.of(0xff, 0xd9));
    return Buffer.concat(pieces);
  };
  return {
    ...{ width, height, tileWidth, tileHeight: size.height },
    mediaType: 'image/jpeg',
    passesThrough: true,
    firstStored: { column: 0, row: 0 },
    version({ column, row }) {
      const { from, to } = interval(row * perTile * columns + column);
      return `${TILE_FORM}-r${from.toString(36)}-${(to - from).toString(36)}`;
    },
    encoded,
    decoded: async (tile, signal) =>
      decoder.raster({ bytes: await encoded(tile, signal), format: 'JPEG', ...size }, signal),
  };
}

function damaged(reason: string): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'JPEG', reason });
}
