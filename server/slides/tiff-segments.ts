/** The stored tiles or strips of one TIFF directory, read and decoded by number. */

import { type Samples, valuesLike } from '#server/codecs/samples.ts';
import type { SlideDecoder } from '#server/codecs/slide-decoding.ts';
import type { SegmentForm } from '#server/codecs/tiff-segment.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideInput } from './slide-format.ts';
import { isTiled, PHOTOMETRIC, type SegmentTable, type TiffDirectory } from './tiff.ts';
import { readSegmentTable } from './tiff-reader.ts';

export interface TiffSegments {
  readonly decoder: SlideDecoder;
  readonly directory: TiffDirectory;
  /** Places of one colour plane, counted row by row. */
  readonly count: number;
  /** Number of table rows, for the slide's allowance. */
  readonly tableRows: number;
  /** A scanner skips places without tissue by giving them no bytes. */
  isBlank(place: number): boolean;
  lengthBytes(place: number): number;
  /** Position and length of the stored bytes as text. */
  version(place: number): string;
  /** The bytes as they are; only for directories of a single plane. */
  stored(place: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The samples of all planes, interleaved. Errors: DOCUMENT_DAMAGED. */
  samples(place: number, signal?: AbortSignal): Promise<Samples>;
}

/**
 * Reads the table of a directory whose pixels were found readable. `most` bounds its length.
 * Errors: TIFF_MALFORMED, TIFF_LIMIT.
 */
export async function openSegments(
  { source, decoder }: SlideInput,
  directory: TiffDirectory,
  most: number,
  littleEndian: boolean,
  signal?: AbortSignal,
): Promise<TiffSegments> {
  const planes = directory.planarConfiguration === 2 ? directory.samplesPerPixel : 1;
  const table = await readSegmentTable(source, directory, most, signal);
  const count = table.offsets.length / planes;
  const read = (index: number, readSignal?: AbortSignal): Promise<Uint8Array> =>
    source.read(table.offsets[index] ?? 0, table.byteCounts[index] ?? 0, readSignal);
  return {
    decoder,
    directory,
    count,
    tableRows: table.offsets.length,
    isBlank: (place) => isBlank(table, place),
    lengthBytes: (place) => table.byteCounts[place] ?? 0,
    version: (place) => `${(table.offsets[place] ?? 0).toString(36)}-${(table.byteCounts[place] ?? 0).toString(36)}`,
    stored: (place, readSignal) => read(place, readSignal),
    async samples(place, readSignal) {
      const form = segmentForm(directory, place, planes, littleEndian);
      if (planes === 1) return decoder.segment({ bytes: await read(place, readSignal), form }, readSignal);
      const parts: Samples[] = [];
      for (let plane = 0; plane < planes; plane++) {
        const index = plane * count + place;
        if (isBlank(table, index))
          throw new AppError('DOCUMENT_DAMAGED', { format: 'TIFF', reason: 'a plane is missing' });
        parts.push(await decoder.segment({ bytes: await read(index, readSignal), form }, readSignal));
      }
      return interleaved(parts);
    },
  };
}

function isBlank(table: SegmentTable, index: number): boolean {
  return table.byteCounts[index] === 0;
}

/** What the decoder must know of segment number `place` of a plane. */
function segmentForm(directory: TiffDirectory, place: number, planes: number, littleEndian: boolean): SegmentForm {
  const { data, compression, sampleFormat, predictor, jpegTables, photometric } = directory;
  const channels = planes > 1 ? 1 : directory.samplesPerPixel;
  const bits = directory.bitsPerSample[0] ?? 8;
  const ycbcr = photometric === PHOTOMETRIC.ycbcr;
  const form = { channels, bits, sampleFormat, littleEndian, predictor, compression, ycbcr, jpegTables };
  if (isTiled(directory)) return { width: directory.data.tileWidth, height: directory.data.tileHeight, ...form };
  const rowsPerStrip = data?.kind === 'strips' ? data.rowsPerStrip : directory.height;
  const height = Math.min(rowsPerStrip, directory.height - place * rowsPerStrip);
  return { width: directory.width, height, ...form };
}

function interleaved(parts: readonly Samples[]): Samples {
  const [first] = parts;
  if (first === undefined) throw new TypeError('There is at least one plane.');
  const { width, height } = first;
  const channels = parts.length;
  const joined = valuesLike(first.values, width * height * channels);
  for (const [channel, part] of parts.entries()) {
    for (let pixel = 0; pixel < width * height; pixel++) joined[pixel * channels + channel] = part.values[pixel] ?? 0;
  }
  return { width, height, channels, values: joined };
}
