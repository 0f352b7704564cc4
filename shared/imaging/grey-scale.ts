/** The grey scale of one-sample images after the modality transformation (PS3.3 C.11.2, C.11.6); server and viewer use it. */
import { type LookupTable, lookUp } from './lookup-table.ts';
import { applyWindow, type VoiWindow } from './window.ts';

/** What is of interest: a window, or a table of VOI LUT Sequence. */
export type Voi = { readonly window: VoiWindow } | { readonly table: LookupTable };

/** From modality values to intensity, 0 (dark) to 1 (bright); the top entry a table's bits allow is white. */
export function voiTransform(voi: Voi): (value: number) => number {
  if ('window' in voi) {
    const { window } = voi;
    return (value) => applyWindow(value, window);
  }
  const { table } = voi;
  const top = 2 ** table.entryBits - 1;
  return (value) => Math.min(1, lookUp(table, value) / top);
}

/** 8 bits of grey, 0 black to 255 white. What is no number is black. */
export function greyLevel(intensity: number, turned: boolean): number {
  if (!Number.isFinite(intensity)) return 0;
  const grey = Math.round(intensity * 255);
  return turned ? 255 - grey : grey;
}

/** Presentation LUT Shape decides where it is stated (PS3.3 C.11.6), else MONOCHROME1 does (C.7.6.3.1.2). */
export function isTurned(
  photometricInterpretation: string,
  presentationLutShape: 'IDENTITY' | 'INVERSE' | null,
): boolean {
  return presentationLutShape === null
    ? photometricInterpretation === 'MONOCHROME1'
    : presentationLutShape === 'INVERSE';
}

/** The window that spans the values a table maps, for a reader who goes on from there by hand. */
export function windowOfTable({ firstValue, entryCount }: LookupTable): VoiWindow {
  return { center: firstValue + entryCount / 2, width: Math.max(1, entryCount) };
}
