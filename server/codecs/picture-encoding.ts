/** Resizes and encodes rendered frames. */
import sharp from 'sharp';
import type { RenderedFrame } from './render-frame.ts';

/** Makes a frame fit into `maxSide` × `maxSide` px, keeping its shape; frames that fit already are left alone. */
export async function fitWithin(frame: RenderedFrame, maxSide: number, pixelAspect = 1): Promise<RenderedFrame> {
  // Pixels that are no squares are stretched along the longer distance, as a viewer does.
  const fullWidth = frame.width * Math.max(1, pixelAspect);
  const fullHeight = frame.height * Math.max(1, 1 / pixelAspect);
  const scale = Math.min(1, maxSide / Math.max(fullWidth, fullHeight));
  const width = Math.max(1, Math.round(fullWidth * scale));
  const height = Math.max(1, Math.round(fullHeight * scale));
  if (width === frame.width && height === frame.height) return frame;
  const data = await raw(frame)
    .resize(width, height, { fit: 'fill' })
    .toColourspace(frame.channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  return { width, height, channels: frame.channels, data: new Uint8Array(data) };
}

/** JPEG without chroma subsampling, or PNG. Code tables made for each picture would save 2 % and double the time. */
export async function encodePicture(frame: RenderedFrame, format: 'jpeg' | 'png'): Promise<Uint8Array> {
  const picture = raw(frame).toColourspace(frame.channels === 1 ? 'b-w' : 'srgb');
  const encoded =
    format === 'jpeg'
      ? picture.jpeg({ quality: 90, chromaSubsampling: '4:4:4', optimiseCoding: false })
      : picture.png({ compressionLevel: 6 });
  return new Uint8Array(await encoded.toBuffer());
}

function raw(frame: RenderedFrame) {
  return sharp(frame.data, { raw: { width: frame.width, height: frame.height, channels: frame.channels } });
}
