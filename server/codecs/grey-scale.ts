/** From stored values to 8 bits of grey (PS3.3 C.11): through a table with one entry for each value a frame has. */
import { type ImageDescription, windowsOfFrame } from '#shared/dicom/image-description.ts';
import { greyLevel, isTurned, voiTransform } from '#shared/imaging/grey-scale.ts';
import { applyWindow, autoWindow, isUsableWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { SampleArray } from './stored-pixels.ts';

/**
 * Grey levels of a one-sample frame, 0 black to 255 white: `modality` (stored to modality value), VOI, and the turn that
 * MONOCHROME1 or the Presentation LUT Shape ask for. What is no number is black.
 */
export function renderGrey(
  pixels: SampleArray,
  image: ImageDescription,
  frameNumber: number,
  modality: (stored: number) => number,
  window: (VoiWindow & { readonly inverted: boolean; readonly useVoiLut?: boolean }) | null,
): Uint8Array {
  const words = wordsOf(pixels);
  const asked = window?.useVoiLut === true && image.voiLut !== null ? voiTransform({ table: image.voiLut }) : null;
  const voi = asked ?? statedVoi(image, frameNumber, window) ?? automaticVoi(findWindow(pixels, image, modality));
  const stated = isTurned(image.photometricInterpretation, image.presentationLutShape ?? null);
  const inverted = stated !== (window?.inverted ?? false);
  const level = (stored: number) => greyLevel(voi(modality(stored)), inverted);
  return words === null ? renderEach(pixels, level) : renderByTable(words, pixels, level);
}

function renderEach(pixels: SampleArray, level: (stored: number) => number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < out.length; i++) {
    const stored = pixels[i] ?? 0;
    out[i] = Number.isFinite(stored) ? level(stored) : 0;
  }
  return out;
}

/** Grey levels by stored word, cleared for each frame: making it anew costs as much as filling it. */
const LEVELS = new Int16Array(2 ** 16);

/** Few distinct values, many pixels: each value is worked out once. */
function renderByTable(words: Words, pixels: SampleArray, level: (stored: number) => number): Uint8Array {
  const storedOf = storedValueOf(words, pixels);
  const table = LEVELS.fill(-1, 0, tableSize(words));
  const greyOf = (word: number): number => {
    const known = table[word] ?? -1;
    if (known >= 0) return known;
    const grey = level(storedOf(word));
    table[word] = grey;
    return grey;
  };
  const out = new Uint8Array(words.length);
  const done = words instanceof Uint16Array ? renderPairs(words, table, greyOf, out) : 0;
  for (let i = done; i < out.length; i++) out[i] = greyOf(words[i] ?? 0);
  return out;
}

/** Two pixels at a time, which takes half as long. Returns how many are done: all but an odd last one. */
function renderPairs(words: Uint16Array, table: Int16Array, greyOf: (word: number) => number, out: Uint8Array): number {
  const aligned = words.byteOffset % 4 === 0 ? words : words.slice();
  const pairs = new Uint32Array(aligned.buffer, aligned.byteOffset, words.length >> 1);
  const greys = new Uint16Array(out.buffer, out.byteOffset, pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] ?? 0;
    let first = table[pair & 0xffff] ?? -1;
    let second = table[pair >>> 16] ?? -1;
    if ((first | second) < 0) {
      first = greyOf(pair & 0xffff);
      second = greyOf(pair >>> 16);
    }
    greys[i] = first | (second << 8);
  }
  return pairs.length * 2;
}

type Words = Uint8Array | Uint16Array;

/** The values of a frame, and how often each occurs where they were counted. */
interface Values {
  readonly values: ArrayLike<number>;
  readonly counts?: ArrayLike<number>;
}

function countValues(words: Words, pixels: SampleArray): Values {
  const storedOf = storedValueOf(words, pixels);
  const histogram = new Uint32Array(tableSize(words));
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0;
    histogram[word] = (histogram[word] ?? 0) + 1;
  }
  const values: number[] = [];
  const counts: number[] = [];
  for (let word = 0; word < histogram.length; word++) {
    const count = histogram[word] ?? 0;
    if (count === 0) continue;
    values.push(storedOf(word));
    counts.push(count);
  }
  return { values, counts };
}

function tableSize(words: Words): number {
  return 2 ** (8 * words.BYTES_PER_ELEMENT);
}

function storedValueOf(words: Words, pixels: SampleArray): (word: number) => number {
  if (!(pixels instanceof Int8Array || pixels instanceof Int16Array)) return (word) => word;
  const size = tableSize(words);
  return (word) => (word >= size / 2 ? word - size : word);
}

/** The bits of samples of at most 16 of them, as indices of a table; null for wider ones and for floats. */
function wordsOf(pixels: SampleArray): Words | null {
  const { buffer, byteOffset, length } = pixels;
  if (pixels instanceof Uint8Array || pixels instanceof Int8Array) return new Uint8Array(buffer, byteOffset, length);
  if (pixels instanceof Uint16Array || pixels instanceof Int16Array) return new Uint16Array(buffer, byteOffset, length);
  return null;
}

/** The VOI transformation to 0…1 by the window asked for, a window of the frame or the VOI LUT; null without any. */
function statedVoi(
  image: ImageDescription,
  frameNumber: number,
  window: VoiWindow | null,
): ((value: number) => number) | null {
  const stated = [window, ...windowsOfFrame(image, frameNumber)].find((one) => one !== null && isUsableWindow(one));
  if (stated) return voiTransform({ window: stated });
  return image.voiLut === null ? null : voiTransform({ table: image.voiLut });
}

/** The window from percentiles without the padding; null when there is nothing but that. */
export function findWindow(
  pixels: SampleArray,
  image: ImageDescription,
  modality: (stored: number) => number,
): VoiWindow | null {
  const words = wordsOf(pixels);
  const { values, counts }: Values = words === null ? { values: pixels } : countValues(words, pixels);
  const isPadding = paddingTest(image);
  const usable = Array.from(values, (stored) => (isPadding(stored) ? Number.NaN : modality(stored)));
  return autoWindow(usable, counts === undefined ? {} : { counts });
}

/** Nothing but padding: everything is black. */
function automaticVoi(auto: VoiWindow | null): (value: number) => number {
  return auto ? (value) => applyWindow(value, auto) : () => 0;
}

/** Pixel Padding Value, or the range from it to Pixel Padding Range Limit, whichever is larger (PS3.3 C.7.5.1.1.2). */
function paddingTest(image: ImageDescription): (stored: number) => boolean {
  const first = image.pixelPaddingValue;
  if (first === null) return () => false;
  const second = image.pixelPaddingRangeLimit ?? first;
  const low = Math.min(first, second);
  const high = Math.max(first, second);
  return (stored) => stored >= low && stored <= high;
}
