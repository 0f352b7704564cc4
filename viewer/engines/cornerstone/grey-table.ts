import { greyLevel, type Voi, voiTransform } from '#shared/imaging/grey-scale.ts';
import { lookUp, type Rescale } from '#shared/imaging/lookup-table.ts';
import type { DisplayAttributes } from './display-attributes.ts';

/**
 * The one place where stored values become grey values (PS3.3 C.11): modality transformation, VOI and the turn of
 * Presentation LUT Shape or MONOCHROME1, before anything is painted. A painter needs nothing but the table.
 */

/** What a grey value depends on besides the stored value and the reader's wishes. */
export type GreyScale = Rescale & { readonly display: Pick<DisplayAttributes, 'modalityLut' | 'turned'> };

/** Modality value of a stored one: by the Modality LUT where there is one, else by the rescale (PS3.3 C.11.1). */
export function modalityTransform({ display, rescaleSlope, rescaleIntercept }: GreyScale): (stored: number) => number {
  const { modalityLut } = display;
  return modalityLut === null
    ? (stored) => stored * rescaleSlope + rescaleIntercept
    : (stored) => lookUp(modalityLut, stored);
}

/** Grey, 0 black to 255 white, of a stored value. `inverted` is the reader's wish, on top of what the file asks for. */
export function greyOf(scale: GreyScale, voi: Voi, inverted: boolean): (stored: number) => number {
  const modality = modalityTransform(scale);
  const intensity = voiTransform(usable(voi));
  const turned = inverted !== scale.display.turned;
  return (stored) => greyLevel(intensity(modality(stored)), turned);
}

/** Widths below one, of parametric maps, have no meaning in the linear function of the standard. */
function usable(voi: Voi): Voi {
  if (!('window' in voi)) return voi;
  const { window } = voi;
  const isNarrow = window.width < 1 && (window.voiFunction ?? 'LINEAR') === 'LINEAR';
  return isNarrow ? { window: { ...window, voiFunction: 'LINEAR_EXACT' } } : voi;
}

/** Opaque RGBA pixels (little endian words) for every value of a sample that has this many bits, by its bit pattern. */
export type GreyTable = Uint32Array<ArrayBuffer>;

/** @param bits 8 or 16, the size of a sample in memory; signed samples are indexed by their bit pattern */
export function greyTable(
  bits: 8 | 16,
  signed: boolean,
  grey: (stored: number) => number,
  colors: Uint32Array,
): GreyTable {
  const size = 2 ** bits;
  const table = new Uint32Array(size);
  for (let word = 0; word < size; word += 1) {
    table[word] = colors[grey(signed && word >= size / 2 ? word - size : word)] ?? 0;
  }
  return table;
}

/** The 256 greys as opaque RGBA pixels, or the colours of a map in their place (red, green, blue of each). */
export function shades(map: Uint8Array | null): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, grey) => {
    const [red, green, blue] =
      map === null ? [grey, grey, grey] : [map[grey * 3] ?? 0, map[grey * 3 + 1] ?? 0, map[grey * 3 + 2] ?? 0];
    return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
  });
}
