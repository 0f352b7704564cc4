import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
// For what it does on loading: it blocks the loaders we never need.
import './raster.ts';

/** An 8-bit picture as it was rendered: 1 or 3 samples a pixel, row by row. */
export interface SourcePicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Words on the picture, on a dark plate of their own so that they read on any ground. */
export interface PictureLabel {
  readonly text: string;
  /** The point of the plate that lies at (x, y), as fractions of its size: 0 left or top, 1 right or bottom. */
  readonly anchor: readonly [number, number];
  readonly x: number;
  readonly y: number;
  readonly sizePx: number;
  readonly colour: string;
}

export interface Burning {
  readonly picture: SourcePicture;
  /** The part that is shown, in whole px of the picture, inside of it. */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Size of the result. */
  readonly width: number;
  readonly height: number;
  /** SVG elements in px of the result; no text, because fonts differ from machine to machine. */
  readonly shapes: string;
  readonly labels: readonly PictureLabel[];
}

export interface BurnedPicture {
  readonly png: Uint8Array;
  readonly jpeg: Uint8Array;
}

const FONT_FILE = fileURLToPath(
  import.meta.resolve('@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf'),
);
const PLATE = 'rgb(8,12,16)';
const SECONDS = 20;

/** Draws shapes and words into a copy of a picture. The font comes with the program: the result is the same anywhere. */
export async function burnPicture({ picture, crop, width, height, shapes, labels }: Burning): Promise<BurnedPicture> {
  const words = await Promise.all(labels.map(renderLabel));
  const plates = words.map(({ left, top, plateWidth, plateHeight }) => {
    const x = clamp(left, width - plateWidth);
    const y = clamp(top, height - plateHeight);
    return { x, y, plateWidth, plateHeight };
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    shapes,
    ...plates.map(
      ({ x, y, plateWidth, plateHeight }) =>
        `<rect x="${x}" y="${y}" width="${plateWidth}" height="${plateHeight}" rx="6" fill="${PLATE}" fill-opacity="0.72"/>`,
    ),
    '</svg>',
  ].join('');

  const { channels } = picture;
  const base = await sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels } })
    .timeout({ seconds: SECONDS })
    .extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('srgb')
    .png({ compressionLevel: 0 })
    .toBuffer();
  const burned = sharp(base)
    .timeout({ seconds: SECONDS })
    .toColourspace('srgb')
    .removeAlpha()
    .composite([
      { input: Buffer.from(svg), left: 0, top: 0 },
      ...words.map(({ image, padding }, index) => ({
        input: image,
        left: Math.round((plates[index]?.x ?? 0) + padding),
        top: Math.round((plates[index]?.y ?? 0) + padding / 2),
      })),
    ]);
  const raw = await burned.raw().toBuffer({ resolveWithObject: true });
  const result = { raw: { width, height, channels: raw.info.channels } } as const;
  return {
    png: await sharp(raw.data, result).removeAlpha().png({ compressionLevel: 8, adaptiveFiltering: true }).toBuffer(),
    jpeg: await sharp(raw.data, result).removeAlpha().jpeg({ quality: 88, chromaSubsampling: '4:4:4' }).toBuffer(),
  };
}

/** Words as a picture with transparent ground, in the font of the program; `widthPx` is where lines break. */
export async function renderWords(
  text: string,
  { sizePx, colour, widthPx }: { readonly sizePx: number; readonly colour: string; readonly widthPx?: number },
): Promise<{ image: Buffer; width: number; height: number }> {
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${colour}">${escapeMarkup(text)}</span>`,
      font: `Noto Sans SemiBold ${sizePx}`,
      fontfile: FONT_FILE,
      dpi: 72,
      rgba: true,
      ...(widthPx === undefined ? {} : { width: widthPx, wrap: 'word-char' as const }),
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { image: data, width: info.width, height: info.height };
}

async function renderLabel(label: PictureLabel) {
  const words = await renderWords(label.text, label);
  const padding = Math.round(label.sizePx * 0.4);
  const plateWidth = words.width + 2 * padding;
  const plateHeight = words.height + padding;
  const left = Math.round(label.x - label.anchor[0] * plateWidth);
  const top = Math.round(label.y - label.anchor[1] * plateHeight);
  return { image: words.image, padding, plateWidth, plateHeight, left, top };
}

/** Keeps a plate inside the picture. */
function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, Math.max(0, most)));
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
