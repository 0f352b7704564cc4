import { type Types, utilities } from '@cornerstonejs/core';
import type { FrameDescription } from './frame-description.ts';
import { colorPixels, monochromeSamples, type SampleArray } from './native-frame.ts';
import { worldPlaneOf } from './world-plane.ts';

type Pixels = Uint8Array | Uint16Array | Int16Array | Float32Array;

export interface NativeImage {
  readonly image: Types.IImage;
  /** Modality values where the painted pixels are too coarse to measure on, else null. */
  readonly exactValues: ArrayLike<number> | null;
}

interface Painted {
  readonly pixels: Pixels;
  /** From pixels to modality values. */
  readonly slope: number;
  readonly intercept: number;
  readonly exactValues?: ArrayLike<number>;
}

const WIDEST_TABLE = 65_535;

/**
 * A Cornerstone image from an uncompressed frame. The processor paints stored values through a table and applies the
 * rescale itself; the graphics card must be given modality values.
 */
export function nativeImage(
  imageId: string,
  bytes: Uint8Array,
  description: FrameDescription,
  onProcessor: boolean,
): NativeImage {
  const { isColor } = description;
  const painted: Painted = isColor
    ? { pixels: withAlpha(colorPixels(bytes, description), onProcessor), slope: 1, intercept: 0 }
    : monochrome(monochromeSamples(bytes, description), description, onProcessor);
  const { pixels, slope, intercept } = painted;
  const { rows, columns } = description;
  const { columnSpacing, rowSpacing } = worldPlaneOf(description);
  const components = isColor ? (onProcessor ? 4 : 3) : 1;
  const { min, max } = extremesOf(pixels);
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    scalarData: pixels as Uint8Array,
    width: columns,
    height: rows,
    numberOfComponents: components,
  });
  const image = {
    imageId,
    dataType: pixels.constructor.name,
    color: isColor,
    calibration: {},
    columns,
    width: columns,
    rows,
    height: rows,
    columnPixelSpacing: columnSpacing,
    rowPixelSpacing: rowSpacing,
    slope,
    intercept,
    // Modality values are ready for the graphics card; the processor applies slope and intercept.
    preScale: { enabled: true, scaled: !onProcessor },
    invert: description.photometricInterpretation === 'MONOCHROME1',
    minPixelValue: min,
    maxPixelValue: max,
    windowCenter: 128,
    windowWidth: 256,
    voiLUTFunction: undefined,
    sizeInBytes: pixels.byteLength,
    rgba: isColor && onProcessor,
    numberOfComponents: components,
    imageFrame: { photometricInterpretation: isColor ? 'RGB' : description.photometricInterpretation },
    voxelManager,
    getPixelData: () => pixels,
    getCanvas: undefined,
  };
  return { image: image as unknown as Types.IImage, exactValues: painted.exactValues ?? null };
}

/** Modality values (PS3.3 C.11.1.1.2) of a frame as the graphics card or the processor is given it. */
function monochrome(samples: SampleArray, description: FrameDescription, onProcessor: boolean): Painted {
  const { rescaleSlope: slope, rescaleIntercept: intercept } = description;
  const { min, max } = extremesOf(samples);
  const isWide = samples instanceof Uint32Array || samples instanceof Int32Array;
  const rescaled = (sample: number): number => sample * slope + intercept;
  if (onProcessor) {
    if (samples instanceof Int8Array) return { pixels: Int16Array.from(samples), slope, intercept };
    if (!isWide) return { pixels: samples, slope, intercept };
    // A table of four thousand million entries is no table: what is seen has 16 bits, what is measured has all.
    const step = Math.max(1, (max - min) / WIDEST_TABLE);
    return {
      pixels: Uint16Array.from(samples, (sample) => Math.round((sample - min) / step)),
      slope: slope * step,
      intercept: intercept + min * slope,
      exactValues: Float64Array.from(samples, rescaled),
    };
  }
  const isWhole = Number.isInteger(slope) && Number.isInteger(intercept);
  const [low, high] = [min * slope + intercept, max * slope + intercept].toSorted((a, b) => a - b);
  const fits = (least: number, most: number): boolean => isWhole && (low ?? 0) >= least && (high ?? 0) <= most;
  const isNarrow = !isWide && !(samples instanceof Int8Array);
  if (isNarrow && slope === 1 && intercept === 0) return { pixels: samples, slope: 1, intercept: 0 };
  if (fits(-32_768, 32_767)) return { pixels: Int16Array.from(samples, rescaled), slope: 1, intercept: 0 };
  if (fits(0, 65_535)) return { pixels: Uint16Array.from(samples, rescaled), slope: 1, intercept: 0 };
  return { pixels: Float32Array.from(samples, rescaled), slope: 1, intercept: 0 };
}

/** The processor paints into a canvas, which has four bytes a pixel. */
function withAlpha(pixels: Uint8Array, wanted: boolean): Uint8Array {
  if (!wanted) return pixels;
  const out = new Uint8Array((pixels.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    out[to] = pixels[from] ?? 0;
    out[to + 1] = pixels[from + 1] ?? 0;
    out[to + 2] = pixels[from + 2] ?? 0;
  }
  return out;
}

function extremesOf(values: ArrayLike<number>): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
