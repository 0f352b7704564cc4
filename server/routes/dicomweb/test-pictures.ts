import sharp, { type Metadata } from 'sharp';

/** For tests elsewhere: what is in a JPEG, PNG or WebP file. */

/** Grey samples row by row. */
export async function picturePixels(
  bytes: Uint8Array,
): Promise<{ width: number; height: number; first: number; data: Uint8Array }> {
  const { data, info } = await sharp(bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, first: data[0] ?? -1, data };
}

export async function pictureMetadata(bytes: Uint8Array): Promise<Metadata> {
  return sharp(bytes).metadata();
}
