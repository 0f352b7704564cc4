/** Encodes parts of slides: turned, mirrored and reduced to grey as IIIF asks, or with resolution and profile as exports have. */

import sharp from 'sharp';
import type { IiifPlan } from '#shared/imaging/iiif-request.ts';
import { annotateJpeg } from './jpeg-notes.ts';
import { annotatePng } from './png-chunks.ts';
import { encodePng, type RasterImage } from './raster.ts';
import { encodeTiff } from './tiff-writer.ts';

export interface PictureNotes {
  /** Size of a pixel in µm; null when unknown. */
  readonly mpp: { readonly x: number; readonly y: number } | null;
  readonly iccProfile: Uint8Array | null;
  /** ASCII; only TIFF has a place for it. */
  readonly description: string;
}

const SECONDS = 60;
const EXPORT_QUALITY = 95;
const IIIF_QUALITY = 90;
/** Lighter samples are white in a picture of two values. */
const BITONAL_THRESHOLD = 128;

/** The picture of a plan (IIIF Image API 3.0, section 4.6: mirrored, then turned, then its quality). */
export async function encodeIiif(
  raster: RasterImage,
  { mirrored, rotation, quality, format }: Pick<IiifPlan, 'mirrored' | 'rotation' | 'quality' | 'format'>,
  iccProfile: Uint8Array | null,
): Promise<Uint8Array> {
  // sharp turns before it mirrors: turning the other way round comes to the same.
  const turn = mirrored ? (360 - rotation) % 360 : rotation;
  let picture = sharp(raster.data, { raw: { width: raster.width, height: raster.height, channels: 3 } })
    .timeout({ seconds: SECONDS })
    .rotate(turn);
  if (mirrored) picture = picture.flop();
  if (quality !== 'color') picture = picture.grayscale().toColourspace('b-w');
  if (quality === 'bitonal') picture = picture.threshold(BITONAL_THRESHOLD);
  // The profile is of colours; a grey picture has none left.
  const notes = { mpp: null, iccProfile: quality === 'color' ? iccProfile : null };
  switch (format) {
    case 'jpg':
      return annotateJpeg(await picture.jpeg({ quality: IIIF_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer(), notes);
    case 'png':
      return annotatePng(await picture.png({ compressionLevel: 3, adaptiveFiltering: false }).toBuffer(), notes);
    case 'webp':
      return picture.webp({ quality: IIIF_QUALITY, smartSubsample: true }).toBuffer();
    case 'tif':
      return picture.tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer();
  }
}

/** The picture of an export. PNG and TIFF are lossless. */
export async function encodeExport(
  raster: RasterImage,
  format: 'png' | 'jpeg' | 'tiff',
  notes: PictureNotes,
): Promise<Uint8Array> {
  if (format === 'tiff') return encodeTiff(raster, notes);
  if (format === 'png') return annotatePng(await encodePng(raster), notes);
  const jpeg = await sharp(raster.data, { raw: { width: raster.width, height: raster.height, channels: 3 } })
    .timeout({ seconds: SECONDS })
    .jpeg({ quality: EXPORT_QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return annotateJpeg(jpeg, notes);
}
