import { applyWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';

/**
 * The one place where stored values become grey values (PS3.3 C.11): modality transformation, VOI and the turn of
 * MONOCHROME1, before anything is painted. A painter needs nothing but the table.
 */

/** What a grey value depends on besides the stored value. */
export type GreyScale = Pick<FrameDescription, 'rescaleSlope' | 'rescaleIntercept' | 'photometricInterpretation'>;

/** Grey, 0 black to 255 white, of a stored value. `inverted` is the reader's wish; MONOCHROME1 is inverted besides. */
export function greyOf(scale: GreyScale, window: VoiWindow, inverted: boolean): (stored: number) => number {
  const { rescaleSlope, rescaleIntercept } = scale;
  const turned = inverted !== (scale.photometricInterpretation === 'MONOCHROME1');
  // Widths below one, of parametric maps, have no meaning in the linear function of the standard.
  const voi: VoiWindow =
    window.width < 1 && (window.voiFunction ?? 'LINEAR') === 'LINEAR'
      ? { ...window, voiFunction: 'LINEAR_EXACT' }
      : window;
  return (stored) => {
    const grey = Math.round(applyWindow(stored * rescaleSlope + rescaleIntercept, voi) * 255);
    return turned ? 255 - grey : grey;
  };
}

/** Opaque RGBA pixels (little endian words) for every value of a sample that has this many bits, by its bit pattern. */
export type GreyTable = Uint32Array<ArrayBuffer>;

/** @param bits 8 or 16, the size of a sample in memory; signed samples are indexed by their bit pattern */
export function greyTable(bits: 8 | 16, signed: boolean, grey: (stored: number) => number): GreyTable {
  const size = 2 ** bits;
  const table = new Uint32Array(size);
  for (let word = 0; word < size; word += 1) {
    table[word] = opaque(grey(signed && word >= size / 2 ? word - size : word));
  }
  return table;
}

/** A grey as an opaque RGBA pixel. */
export function opaque(grey: number): number {
  return (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
}
