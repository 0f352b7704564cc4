/** Which pixels of a TIFF directory can be shown, and in which colours. */

import type { ColourModel } from '#server/codecs/sample-colours.ts';
import { COMPRESSION, isDecodable, isJpeg2000, segmentRefusal } from '#server/codecs/tiff-segment.ts';
import { AppError } from '#shared/errors.ts';
import { PHOTOMETRIC, type TiffDirectory } from './tiff.ts';

const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT',
  3: 'CCITT Group 3',
  4: 'CCITT Group 4',
  6: 'old-style JPEG',
  22610: 'JPEG XR',
  34892: 'lossy DNG JPEG',
  34925: 'LZMA',
  50002: 'JPEG XL',
};

const STORED_AS: Readonly<Record<number, string>> = {
  [COMPRESSION.none]: 'uncompressed',
  [COMPRESSION.lzw]: 'LZW',
  [COMPRESSION.jpeg]: 'JPEG',
  [COMPRESSION.deflate]: 'Deflate',
  [COMPRESSION.oldDeflate]: 'Deflate',
  [COMPRESSION.packBits]: 'PackBits',
  [COMPRESSION.zstd]: 'Zstandard',
  [COMPRESSION.webp]: 'WebP',
};

/** How a directory that can be decoded stores its pixels. */
export function storedAs({ compression }: TiffDirectory): string | null {
  return isJpeg2000(compression) ? 'JPEG 2000' : (STORED_AS[compression] ?? null);
}

/** A compression as a reader of an error sentence wants it: number, and name where there is one. */
function compressionName(compression: number): string {
  const name = COMPRESSION_NAMES[compression];
  return name === undefined ? String(compression) : `${compression} (${name})`;
}

/** Refuses pixels that would be shown wrongly. Errors: SLIDE_COMPRESSION_UNSUPPORTED, SLIDE_PIXELS_UNSUPPORTED. */
export function checkPixels(level: number, directory: TiffDirectory, refusal = pixelRefusal(directory)): void {
  const { compression } = directory;
  if (!isDecodable(compression)) {
    throw new AppError('SLIDE_COMPRESSION_UNSUPPORTED', { level, compression: compressionName(compression) });
  }
  if (refusal !== null) throw new AppError('SLIDE_PIXELS_UNSUPPORTED', { level, reason: refusal });
}

/** Why the pixels of a directory cannot be shown in colours of their own, or null. */
export function pixelRefusal(directory: TiffDirectory): string | null {
  const reason = channelRefusal(directory);
  if (reason !== null) return reason;
  if (directory.sampleFormat !== 1) return 'its samples are not unsigned integers';
  if (colourModel(directory) !== null) return null;
  return `${directory.samplesPerPixel} samples a pixel with photometric interpretation ${directory.photometric} are not supported`;
}

/** Why the samples of a directory cannot be read at all, or null. */
export function channelRefusal(directory: TiffDirectory): string | null {
  const { samplesPerPixel, bitsPerSample, compression, planarConfiguration, orientation } = directory;
  const [bits = 1] = bitsPerSample;
  if (bitsPerSample.some((value) => value !== bits)) return 'its samples differ in their number of bits';
  const { sampleFormat, predictor } = directory;
  const reason = isDecodable(compression) ? segmentRefusal({ compression, bits, sampleFormat, predictor }) : null;
  if (reason !== null) return reason;
  if (samplesPerPixel < 1 || samplesPerPixel > 32) return `it has ${samplesPerPixel} samples a pixel`;
  if (orientation !== 1) return `it is stored turned or mirrored (orientation ${orientation})`;
  if (planarConfiguration === 1 || samplesPerPixel === 1) return null;
  if (planarConfiguration !== 2) return `planar configuration ${planarConfiguration} is not known`;
  return compression === COMPRESSION.jpeg ? 'its colours are stored as separate JPEG planes' : null;
}

/** How the samples are meant, or null when they have no colours of their own. */
export function colourModel(directory: TiffDirectory): ColourModel | null {
  const { samplesPerPixel, photometric, compression } = directory;
  const jpeg = compression === COMPRESSION.jpeg;
  if (samplesPerPixel === 1 && photometric === PHOTOMETRIC.blackIsZero) return 'grey';
  if (samplesPerPixel === 1 && photometric === PHOTOMETRIC.whiteIsZero && !jpeg) return 'grey-inverted';
  if (samplesPerPixel === 3 && photometric === PHOTOMETRIC.rgb) return 'rgb';
  if (samplesPerPixel === 4 && photometric === PHOTOMETRIC.rgb && !jpeg) return 'rgb-alpha';
  // JPEG, JPEG 2000 and WebP undo the transform while decoding; in other compressions YCbCr is subsampled in ways of its own.
  const undone = jpeg || compression === COMPRESSION.webp || isJpeg2000(compression);
  return samplesPerPixel === 3 && photometric === PHOTOMETRIC.ycbcr && undone ? 'rgb' : null;
}
