/**
 * An image request of the IIIF Image API 3.0, section 4: `{region}/{size}/{rotation}/{quality}.{format}`, as a plan in
 * whole pixels, and its canonical form (section 4.7).
 */

import type { PixelRectangle } from './pyramid.ts';

export const IIIF_QUALITIES = ['default', 'color', 'gray', 'bitonal'] as const;
export const IIIF_FORMATS = ['jpg', 'png', 'webp', 'tif'] as const;
export type IiifFormat = (typeof IIIF_FORMATS)[number];

/** What the specification names and we do not make (section 4.5). */
const OTHER_FORMATS = ['gif', 'jp2', 'pdf'];

/** Limits of one answer (section 5.3): the largest image we give, in px. */
export const IIIF_MAX_AREA = 4096 * 4096;
export const IIIF_MAX_SIDE = 16_384;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export interface IiifPlan {
  /** In level-0 px, within the image. */
  readonly region: PixelRectangle;
  /** Of the picture before it is turned. */
  readonly size: ImageSize;
  readonly mirrored: boolean;
  /** Clockwise, after mirroring. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly quality: 'color' | 'gray' | 'bitonal';
  readonly format: IiifFormat;
  /** The same request in its one canonical form. */
  readonly canonical: string;
}

/** `bad`: not what the specification allows (400); `unsupported`: allowed, but not made here (501). */
export interface IiifRefusal {
  readonly kind: 'bad' | 'unsupported';
  readonly where: 'region' | 'size' | 'rotation' | 'quality' | 'format';
  readonly reason: string;
}

export interface IiifParameters {
  readonly region: string;
  readonly size: string;
  readonly rotation: string;
  /** Quality and format with the full stop between them. */
  readonly file: string;
}

/** The plan for a request to an image of this size, or why there is none. */
export function planIiif(image: ImageSize, asked: IiifParameters): IiifPlan | IiifRefusal {
  const region = regionOf(image, asked.region);
  if ('kind' in region) return region;
  const size = sizeOf(region, asked.size);
  if ('kind' in size) return size;
  const turn = rotationOf(asked.rotation);
  if ('kind' in turn) return turn;
  const file = fileOf(asked.file);
  if ('kind' in file) return file;
  const whole = region.width === image.width && region.height === image.height;
  const regionPart = whole ? 'full' : `${region.x},${region.y},${region.width},${region.height}`;
  const sizePart = canonicalSize(region, size);
  const turnPart = `${turn.mirrored ? '!' : ''}${turn.rotation}`;
  // The default is the picture in its colours: `color` and `default` are one picture.
  const qualityPart = file.quality === 'color' ? 'default' : file.quality;
  const canonical = `${regionPart}/${sizePart}/${turnPart}/${qualityPart}.${file.format}`;
  return { region, size, ...turn, ...file, canonical };
}

const bad = (where: IiifRefusal['where'], reason: string): IiifRefusal => ({ kind: 'bad', where, reason });
const unsupported = (where: IiifRefusal['where'], reason: string): IiifRefusal => ({
  kind: 'unsupported',
  where,
  reason,
});

const WHOLE = /^\d{1,10}$/;
/** Section 4.7.1: no exponent, a digit on both sides of the point. */
const DECIMAL = /^\d{1,10}(\.\d{1,12})?$/;

/** Section 4.1. */
function regionOf(image: ImageSize, text: string): PixelRectangle | IiifRefusal {
  if (text === 'full') return { x: 0, y: 0, width: image.width, height: image.height };
  if (text === 'square') {
    const side = Math.min(image.width, image.height);
    return {
      x: Math.floor((image.width - side) / 2),
      y: Math.floor((image.height - side) / 2),
      width: side,
      height: side,
    };
  }
  const percent = text.startsWith('pct:');
  const parts = (percent ? text.slice(4) : text).split(',');
  if (parts.length !== 4 || !parts.every((part) => (percent ? DECIMAL : WHOLE).test(part))) {
    return bad('region', 'is full, square, x,y,w,h in whole px, or pct:x,y,w,h');
  }
  const [x = 0, y = 0, width = 0, height = 0] = parts.map(Number);
  if (width === 0 || height === 0) return bad('region', 'has no width or no height');
  const inPixels = percent
    ? { x: image.width * x, y: image.height * y, right: image.width * (x + width), bottom: image.height * (y + height) }
    : { x: x * 100, y: y * 100, right: (x + width) * 100, bottom: (y + height) * 100 };
  const left = Math.round(inPixels.x / 100);
  const top = Math.round(inPixels.y / 100);
  if (left >= image.width || top >= image.height) return bad('region', 'lies outside the image');
  // What reaches beyond the image is cut at its edge; a part of a pixel is a pixel.
  const right = Math.min(image.width, Math.max(left + 1, Math.round(inPixels.right / 100)));
  const bottom = Math.min(image.height, Math.max(top + 1, Math.round(inPixels.bottom / 100)));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Section 4.2. */
function sizeOf(region: ImageSize, text: string): ImageSize | IiifRefusal {
  const upscaling = text.startsWith('^');
  const form = upscaling ? text.slice(1) : text;
  if (form === 'max') return largest(region, upscaling);
  const size = wantedSize(region, form, upscaling);
  if ('kind' in size) return size;
  if (size.width < 1 || size.height < 1) return bad('size', 'would be less than a pixel');
  if (!upscaling && (size.width > region.width || size.height > region.height)) {
    return bad('size', `is larger than the region of ${region.width} × ${region.height} px; write ^ to enlarge`);
  }
  if (!fits(size)) {
    return bad('size', `exceeds ${IIIF_MAX_AREA} px in all or ${IIIF_MAX_SIDE} px a side`);
  }
  return size;
}

function wantedSize(region: ImageSize, form: string, upscaling: boolean): ImageSize | IiifRefusal {
  if (form.startsWith('pct:')) {
    const share = form.slice(4);
    if (!DECIMAL.test(share)) return bad('size', 'is not a percentage');
    const scale = Number(share) / 100;
    if (scale > 1 && !upscaling) return bad('size', 'is more than 100 %; write ^ to enlarge');
    return scaled(region, scale);
  }
  const confined = form.startsWith('!');
  const parts = (confined ? form.slice(1) : form).split(',');
  const [width = '', height = ''] = parts;
  const readable = (part: string): boolean => WHOLE.test(part) || (part === '' && !confined);
  if (parts.length !== 2 || !parts.every(readable) || (width === '' && height === '')) {
    return bad('size', 'is max, w,  or ,h  or w,h  or !w,h  in whole px, or pct:n, each with ^ in front to enlarge');
  }
  if (confined) {
    // Never larger than the limits, and without ^ never larger than the region (section 4.2: !w,h).
    const most = largest(region, upscaling);
    const scale = Math.min(Number(width) / region.width, Number(height) / region.height);
    return scale * region.width > most.width || scale * region.height > most.height ? most : scaled(region, scale);
  }
  if (height === '') return { width: Number(width), height: side((region.height * Number(width)) / region.width) };
  if (width === '') return { width: side((region.width * Number(height)) / region.height), height: Number(height) };
  return { width: Number(width), height: Number(height) };
}

/** As large as the region, or as the limits allow; with ^ as large as the limits allow. */
function largest(region: ImageSize, upscaling: boolean): ImageSize {
  const { width, height } = region;
  if (!upscaling && fits(region)) return { width, height };
  const scale = Math.min(Math.sqrt(IIIF_MAX_AREA / (width * height)), IIIF_MAX_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

function fits({ width, height }: ImageSize): boolean {
  return width * height <= IIIF_MAX_AREA && width <= IIIF_MAX_SIDE && height <= IIIF_MAX_SIDE;
}

function scaled({ width, height }: ImageSize, scale: number): ImageSize {
  if (scale <= 0) return { width: 0, height: 0 };
  return { width: side(width * scale), height: side(height * scale) };
}

/** A side that the other one determines: never less than a pixel. */
function side(value: number): number {
  return value > 0 ? Math.max(1, Math.round(value)) : 0;
}

/** Section 4.3. */
function rotationOf(text: string): Pick<IiifPlan, 'mirrored' | 'rotation'> | IiifRefusal {
  const mirrored = text.startsWith('!');
  const degrees = mirrored ? text.slice(1) : text;
  if (!DECIMAL.test(degrees) || Number(degrees) > 360) {
    return bad('rotation', 'is a number of degrees from 0 to 360, with ! in front to mirror');
  }
  const rotation = Number(degrees) % 360;
  if (rotation !== 0 && rotation !== 90 && rotation !== 180 && rotation !== 270) {
    return unsupported('rotation', 'is not a multiple of 90 degrees');
  }
  return { mirrored, rotation };
}

/** Sections 4.4 and 4.5. */
function fileOf(text: string): Pick<IiifPlan, 'quality' | 'format'> | IiifRefusal {
  const point = text.lastIndexOf('.');
  if (point < 0) return bad('format', 'is missing behind the quality');
  const [quality, format] = [text.slice(0, point), text.slice(point + 1)];
  const known = IIIF_QUALITIES.find((one) => one === quality);
  if (known === undefined) return bad('quality', `is one of ${IIIF_QUALITIES.join(', ')}`);
  const made = IIIF_FORMATS.find((one) => one === format);
  if (made === undefined) {
    const reason = `is one of ${IIIF_FORMATS.join(', ')}`;
    return OTHER_FORMATS.includes(format) ? unsupported('format', reason) : bad('format', reason);
  }
  return { quality: known === 'default' ? 'color' : known, format: made };
}

/** Section 4.7: `max` for the largest without enlarging, `^max` for the largest there is, else both sides. */
function canonicalSize(region: ImageSize, size: ImageSize): string {
  const same = (one: ImageSize): boolean => one.width === size.width && one.height === size.height;
  if (same(largest(region, false))) return 'max';
  if (same(largest(region, true))) return '^max';
  const enlarged = size.width > region.width || size.height > region.height;
  return `${enlarged ? '^' : ''}${size.width},${size.height}`;
}
