/** Opens a slide of any format of the table, and examines one before it is accepted. */

import { decodeHere, type SlideDecoder } from '#server/codecs/slide-decoding.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import { SLIDE_FORMATS } from './formats.ts';
import { joinSlides, openSidePyramid } from './side-slide.ts';
import type { Slide } from './slide.ts';
import type { SlideFile, StoredObjects } from './slide-format.ts';
import type { ByteSource } from './source.ts';
import { looksLikeTiff } from './tiff-entries.ts';
import { readTiff } from './tiff-reader.ts';

const HEAD_BYTES = 4096;

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files that come from outside are read with a decoder in other processes; without one they are decoded here. */
  readonly decoder?: SlideDecoder;
  /** With it a list of stored objects is opened as the slide they make. */
  readonly stored?: StoredObjects;
  /** The side pyramid of the slide, by the name that its tiles' versions carry; its levels are counted with the others. */
  readonly side?: { readonly name: string; readonly source: ByteSource };
}

/**
 * Opens the slide; it then owns the source, and that of its side pyramid. When opening fails they stay the caller's.
 * Errors: UPLOAD_EMPTY, SLIDE_FORMAT_UNSUPPORTED with what each row says, TIFF_MALFORMED, TIFF_LIMIT,
 * SLIDE_COMPRESSION_UNSUPPORTED, SLIDE_PIXELS_UNSUPPORTED, SLIDE_METADATA_INVALID, SLIDE_INCOMPLETE, TILE_UNDECODABLE;
 * those of DICOM, of a .zip and of a flat picture.
 */
export async function openSlide(source: ByteSource, options: OpenOptions = {}): Promise<Slide> {
  const { signal, decoder = decodeHere, stored, side } = options;
  if (source.sizeBytes === 0) throw new AppError('UPLOAD_EMPTY');
  const head = await source.read(0, Math.min(HEAD_BYTES, source.sizeBytes), signal);
  // A DICOM file may carry the header of a TIFF in its preamble (PS3.10 section 7.1).
  const dicom = Buffer.from(head.subarray(128, 132)).toString('latin1') === 'DICM';
  const tiff = looksLikeTiff(head) && !dicom ? await readTiff(source, signal) : null;
  const file: SlideFile = {
    ...{ source, decoder, head, tiff },
    ...(stored === undefined ? {} : { stored }),
    ...(side === undefined ? {} : { side: side.source }),
  };
  const refusals: string[] = [];
  for (const format of SLIDE_FORMATS) {
    const answer = format.detect(file);
    if (answer === true) {
      if (side === undefined || format.isRewritten === true) return format.open(file, signal);
      const beside = await openSidePyramid(side.source, decoder, signal);
      return joinSlides(await format.open(file, signal), beside, side.name);
    }
    refusals.push(`${format.name}: ${answer}`);
  }
  throw new AppError('SLIDE_FORMAT_UNSUPPORTED', { reason: refusals.join('; ') });
}

/**
 * Examines a slide before it is accepted: opens it, decodes the first stored tile of each level and each associated
 * image, and returns what it is. The source stays open. Errors: those of `openSlide`, TILE_UNDECODABLE,
 * ASSOCIATED_IMAGE_UNDECODABLE.
 */
export async function describeSlide(
  source: ByteSource,
  signal?: AbortSignal,
  decoder: SlideDecoder = decodeHere,
): Promise<SlideDescription> {
  const lent: ByteSource = { sizeBytes: source.sizeBytes, read: source.read.bind(source), async close() {} };
  const slide = await openSlide(lent, { signal, decoder });
  try {
    for (const level of slide.description.levels.keys()) {
      const first = slide.firstStoredTile(level);
      if (first !== null) await slide.decodedTile(level, first.column, first.row, signal);
    }
    for (const { name } of slide.description.associatedImages) await slide.associatedImage(name, signal);
    return slide.description;
  } finally {
    await slide.close();
  }
}
