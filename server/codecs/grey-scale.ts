/** From stored values to 8 bits of grey (PS3.3 C.11): through a table with one entry for each value a frame has. */
import { type ImageDescription, windowsOfFrame } from '#shared/dicom/image-description.ts';
import { greyLevel, isTurned, type Voi, voiTransform } from '#shared/imaging/grey-scale.ts';
import { autoWindow, isUsableWindow, type VoiWindow } from '#shared/imaging/window.ts';
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
  const table = window?.useVoiLut === true ? image.voiLut : null;
  const voi = table === null ? voiOfFrame(image, frameNumber, window) : { table };
  const transform = voiTransform(voi ?? automaticVoi(findWindow(pixels, image, modality)));
  const stated = isTurned(image.photometricInterpretation, image.presentationLutShape ?? null);
  const inverted = stated !== (window?.inverted ?? false);
  const level = (stored: number) => greyLevel(transform(modality(stored)), inverted);
  if (words === null) return renderEach(pixels, level);
  const storedOf = storedValueOf(words, pixels);
  const levelOf = (word: number) => level(storedOf(word));
  const isSteady = image.modalityLut === null && (voi === null || 'window' in voi) && isFiniteFrom(modality);
  return isSteady ? renderSteady(words, levelOf) : renderByTable(words, levelOf);
}

function renderEach(pixels: SampleArray, level: (stored: number) => number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < out.length; i++) {
    const stored = pixels[i] ?? 0;
    out[i] = Number.isFinite(stored) ? level(stored) : 0;
  }
  return out;
}

/** Neither the rescale nor its values are out of the range of numbers. */
function isFiniteFrom(modality: (stored: number) => number): boolean {
  return [-(2 ** 16), 0, 1, 2 ** 16].every((stored) => Number.isFinite(modality(stored)));
}

/** Grey levels by stored word where all of them are worked out before the pixels. */
const STEADY_LEVELS = new Uint8Array(2 ** 16);

/**
 * Levels that only rise or only fall with the stored value, as those of every window do: between two values of one level
 * all have that level, so that only the steps from level to level are looked for.
 */
function renderSteady(words: Words, levelOf: (word: number) => number): Uint8Array {
  const table = STEADY_LEVELS;
  const fill = (first: number, atFirst: number, last: number, atLast: number): void => {
    if (atFirst === atLast || last - first === 1) {
      table.fill(atFirst, first, last);
      table[last] = atLast;
      return;
    }
    const middle = (first + last) >>> 1;
    const atMiddle = levelOf(middle);
    fill(first, atFirst, middle, atMiddle);
    fill(middle, atMiddle, last, atLast);
  };
  const half = tableSize(words) / 2;
  // Of signed values the upper half of the words are the lower ones.
  for (const first of [0, half]) fill(first, levelOf(first), first + half - 1, levelOf(first + half - 1));
  const out = new Uint8Array(words.length);
  const done = words instanceof Uint16Array ? paintPairs(words, table, out) : 0;
  for (let i = done; i < out.length; i++) out[i] = table[words[i] ?? 0] ?? 0;
  return out;
}

/** As `renderPairs`, of a table that has every level. */
function paintPairs(words: Uint16Array, table: Uint8Array, out: Uint8Array): number {
  const pairs = pairsOf(words);
  const greys = new Uint16Array(out.buffer, out.byteOffset, pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] ?? 0;
    greys[i] = (table[pair & 0xffff] ?? 0) | ((table[pair >>> 16] ?? 0) << 8);
  }
  return pairs.length * 2;
}

function pairsOf(words: Uint16Array): Uint32Array {
  const aligned = words.byteOffset % 4 === 0 ? words : words.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, words.length >> 1);
}

/** Grey levels by stored word, cleared for each frame: making it anew costs as much as filling it. */
const LEVELS = new Int16Array(2 ** 16);

/** Few distinct values, many pixels: each value is worked out once. */
function renderByTable(words: Words, levelOf: (word: number) => number): Uint8Array {
  const table = LEVELS.fill(-1, 0, tableSize(words));
  const greyOf = (word: number): number => {
    const known = table[word] ?? -1;
    if (known >= 0) return known;
    const grey = levelOf(word);
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
  const pairs = pairsOf(words);
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

/** The window asked for, a window of the frame or the VOI LUT; null without any. */
function voiOfFrame(image: ImageDescription, frameNumber: number, window: VoiWindow | null): Voi | null {
  const stated = [window, ...windowsOfFrame(image, frameNumber)].find((one) => one !== null && isUsableWindow(one));
  if (stated) return { window: stated };
  return image.voiLut === null ? null : { table: image.voiLut };
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
function automaticVoi(auto: VoiWindow | null): Voi {
  return { window: auto ?? { center: Number.MAX_VALUE, width: 1 } };
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
