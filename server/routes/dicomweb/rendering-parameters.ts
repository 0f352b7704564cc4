import * as z from 'zod';
import type { AnnotationWish } from '#server/domain/picture-annotation.ts';
import type { PictureWish } from '#server/domain/render-pictures.ts';
import type { IccProfileWish, RenderingWish } from '#server/domain/rendering-ports.ts';
import { AppError } from '#shared/errors.ts';
import { isUsableWindow, type VoiFunction } from '#shared/imaging/window.ts';

/** The query parameters of rendered resources (PS3.18 section 8.3.5.1). */

/** Longest side of a picture that can be asked for, in px. */
export const MAX_SIDE = 8192;
const THUMBNAIL_SIDE = 128;
const QUALITY = 90;
const DECIMAL = /^[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})(e[+-]?\d{1,2})?$/i;

const text = (description: string) => z.string().max(1000).optional().describe(description);

export const renderedQuery = z.object({
  accept: text('media ranges that count before the Accept header (PS3.18 section 8.3.3.1)'),
  annotation: text('patient, technique or both, with a comma: burned into the picture (8.3.5.1.1)'),
  quality: text('1 to 100, for JPEG and WebP; 90 unless said (8.3.5.1.2)'),
  viewport: text('vw,vh[,sx,sy,sw,sh]: the region of the image, and the box it is made to fit (8.3.5.1.3)'),
  window: text('center,width,function with linear, linear-exact or sigmoid; for grey images (8.3.5.1.4)'),
  iccprofile: text('no (unless said), yes, srgb, displayp3, adobergb or rommrgb (8.3.5.1.5)'),
});

export const thumbnailQuery = renderedQuery.pick({ accept: true, viewport: true });

/** Everything asked for but the format, which Accept says. */
export type Asking = Omit<PictureWish, 'format'>;

/** What is asked for when nothing is said. */
export const PLAIN: Asking = {
  window: null,
  region: null,
  flip: { horizontal: false, vertical: false },
  box: null,
  quality: QUALITY,
  iccProfile: 'no',
  annotation: { patient: false, technique: false },
};

/** @throws AppError REQUEST_INVALID naming the parameter and what is wrong with it, never its value */
export function parseRendering(query: z.infer<typeof renderedQuery>): Asking {
  return {
    ...PLAIN,
    ...(query.viewport === undefined ? {} : parseViewport(query.viewport)),
    ...(query.window === undefined ? {} : { window: parseWindow(query.window) }),
    ...(query.quality === undefined ? {} : { quality: parseQuality(query.quality, 'quality') }),
    ...(query.iccprofile === undefined ? {} : { iccProfile: parseIccProfile(query.iccprofile) }),
    ...(query.annotation === undefined ? {} : { annotation: parseAnnotation(query.annotation, 'annotation') }),
  };
}

/** A thumbnail takes a size and nothing else (PS3.18 section 8.3.5.1.3); it never grows beyond its image. */
export function parseThumbnail({ viewport }: z.infer<typeof thumbnailQuery>): Asking {
  if (viewport === undefined) {
    return { ...PLAIN, box: { width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, enlarge: false } };
  }
  const parts = viewport.split(',');
  if (parts.length !== 2) invalid('viewport', 'must be "width,height" for a thumbnail');
  const [width, height] = [sideOf(parts[0]), sideOf(parts[1])];
  return { ...PLAIN, box: { width, height, enlarge: false } };
}

function parseViewport(value: string): Pick<RenderingWish, 'box' | 'region' | 'flip'> {
  const parts = value.split(',');
  if (parts.length < 2 || parts.length > 6) invalid('viewport', 'must be "vw,vh" or "vw,vh,sx,sy,sw,sh"');
  const box = { width: sideOf(parts[0]), height: sideOf(parts[1]), enlarge: true };
  const [sx, sy, sw, sh] = [2, 3, 4, 5].map((at) => {
    const part = parts[at] ?? '';
    return part === '' ? null : decimal(part, 'viewport', 'has a source value that is no decimal number');
  });
  const region = {
    ...{ unit: 'px' as const, x: Math.abs(sx ?? 0), y: Math.abs(sy ?? 0) },
    width: sw === null || sw === undefined ? null : Math.abs(sw),
    height: sh === null || sh === undefined ? null : Math.abs(sh),
  };
  // A negative size turns the picture round.
  const flip = { horizontal: (sw ?? 0) < 0, vertical: (sh ?? 0) < 0 };
  return { box, flip, region: parts.length === 2 ? null : region };
}

function sideOf(value: string | undefined): number {
  const side = /^\d{1,5}$/.test(value ?? '') ? Number(value) : 0;
  if (side < 1 || side > MAX_SIDE) invalid('viewport', `must have whole numbers from 1 to ${MAX_SIDE} as vw and vh`);
  return side;
}

const FUNCTIONS: Readonly<Record<string, VoiFunction>> = {
  linear: 'LINEAR',
  'linear-exact': 'LINEAR_EXACT',
  sigmoid: 'SIGMOID',
};

function parseWindow(value: string): RenderingWish['window'] {
  const [center = '', width = '', name = '', ...more] = value.split(',');
  const voiFunction = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (more.length > 0 || voiFunction === undefined) {
    invalid('window', 'must be "center,width,function" with the function linear, linear-exact or sigmoid');
  }
  return windowOf(center, width, voiFunction, 'window');
}

/** PS3.3 C.11.2.1.2: the width is at least 1 for linear and above 0 for the other functions. */
export function windowOf(
  center: string,
  width: string,
  voiFunction: VoiFunction,
  parameter: string,
): NonNullable<RenderingWish['window']> {
  const reason = 'has a center or width that is no decimal number';
  const window = { center: decimal(center, parameter, reason), width: decimal(width, parameter, reason), voiFunction };
  if (!isUsableWindow(window)) {
    invalid(parameter, 'must have a width of at least 1 for linear and above 0 for linear-exact and sigmoid');
  }
  return window;
}

export function parseQuality(value: string, parameter: string): number {
  const quality = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (quality < 1 || quality > 100) invalid(parameter, 'must be a whole number from 1 to 100');
  return quality;
}

const PROFILES: readonly IccProfileWish[] = ['no', 'yes', 'srgb', 'displayp3', 'adobergb', 'rommrgb'];

function parseIccProfile(value: string): IccProfileWish {
  const found = PROFILES.find((profile) => profile === value);
  if (found === undefined) invalid('iccprofile', `must be one of ${PROFILES.join(', ')}`);
  return found;
}

export function parseAnnotation(value: string, parameter: string): AnnotationWish {
  const keywords = value.split(',');
  if (!keywords.every((keyword) => keyword === 'patient' || keyword === 'technique')) {
    invalid(parameter, 'must be patient, technique, or both with a comma between');
  }
  return { patient: keywords.includes('patient'), technique: keywords.includes('technique') };
}

export function decimal(value: string, parameter: string, reason: string): number {
  if (!DECIMAL.test(value)) invalid(parameter, reason);
  return Number(value);
}

export function invalid(parameter: string, reason: string): never {
  throw new AppError('REQUEST_INVALID', { where: `querystring.${parameter}`, reason });
}
