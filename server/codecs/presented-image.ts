/** An image as a presentation state wants it understood (PS3.4 section N.2.1: grayscale transformations). */
import type { ImageDescription } from '#shared/dicom/image-description.ts';
import type { FramePresentation } from '#shared/dicom/presentation-state.ts';
import { type LookupTable, lookUp } from '#shared/imaging/lookup-table.ts';
import { applyWindow, type VoiWindow } from '#shared/imaging/window.ts';
import { UndecodableFrame } from './stored-pixels.ts';

const MOST_ENTRIES = 65_536;

/**
 * The description with the transformations of the state in place of its own. What the state does not mention is the
 * identity, whatever the image says, and MONOCHROME1 says nothing any more (N.2.1.4).
 * @throws UndecodableFrame for a Presentation LUT over values that are no integers of 16 bits
 */
export function presentedImage(image: ImageDescription, presentation: FramePresentation): ImageDescription {
  const { rescale, modalityLut, inverted } = presentation;
  const range = modalityRange(image, presentation);
  const voi = presentation.voi ?? { window: windowOfAll(range) };
  const { presentationLut } = presentation;
  const table = presentationLut === null ? ('table' in voi ? voi.table : null) : composed(voi, presentationLut, range);
  const window = presentationLut === null && 'window' in voi ? [{ ...voi.window, explanation: null }] : [];
  return {
    ...image,
    ...{ ...rescale, rescaleStated: true, frameRescales: null, modalityLut },
    ...{ windows: window, frameWindows: null, voiLut: table },
    presentationLutShape: inverted ? 'INVERSE' : 'IDENTITY',
  };
}

/** Least and largest value the modality transformation can give for the bits that are stored. */
function modalityRange(
  { bitsStored, signed }: ImageDescription,
  { rescale, modalityLut }: FramePresentation,
): readonly [number, number] {
  if (modalityLut !== null) return [0, 2 ** modalityLut.entryBits - 1];
  const stored = signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
  const ends = stored.map((value) => value * rescale.rescaleSlope + rescale.rescaleIntercept);
  return [Math.min(...ends), Math.max(...ends)];
}

/** The identity: all values there can be, over all levels there are. */
function windowOfAll([low, high]: readonly [number, number]): VoiWindow {
  return { center: (low + high) / 2, width: high - low, voiFunction: 'LINEAR_EXACT' };
}

/** VOI and Presentation LUT as one table: the output range of the first is the input range of the second (C.11.6). */
function composed(
  voi: NonNullable<FramePresentation['voi']>,
  presentationLut: LookupTable,
  [low, high]: readonly [number, number],
): LookupTable {
  const firstValue = Math.floor(low);
  const entryCount = Math.ceil(high) - firstValue + 1;
  if (entryCount > MOST_ENTRIES) throw new UndecodableFrame('its values are too many for a presentation table');
  const level = (value: number): number => {
    if ('window' in voi) return applyWindow(value, voi.window);
    return lookUp(voi.table, value) / (2 ** voi.table.entryBits - 1);
  };
  const last = presentationLut.entryCount - 1;
  const entries = Array.from({ length: entryCount }, (_, at) => {
    const input = Math.round(Math.min(1, level(firstValue + at)) * last);
    return presentationLut.entries[input] ?? 0;
  });
  return { firstValue, entryCount, entries, entryBits: presentationLut.entryBits };
}
