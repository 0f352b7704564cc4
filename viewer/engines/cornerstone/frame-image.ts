import type { OverlayBits } from '#shared/dicom/overlays.ts';
import { type GreyScale, modalityTransform } from './grey-table.ts';
import type { SampleArray } from './native-frame.ts';

/** A decoded frame: what is painted and what is measured are the same numbers. */
export interface FrameImage {
  readonly columns: number;
  readonly rows: number;
  readonly isColor: boolean;
  /** Stored values of a monochrome frame, row by row; red, green and blue of each pixel of a colour frame. */
  readonly samples: SampleArray;
  /** Planes that lay in bits of the pixel words. */
  readonly overlays: readonly OverlayBits[];
}

/** Modality values by image, once somebody has asked for all of them. */
const modalityValues = new WeakMap<FrameImage, ArrayLike<number>>();

/** Modality values (PS3.3 C.11.1) of a monochrome image (HU for CT, entries of a Modality LUT), row by row. */
export function modalityValuesOf(image: FrameImage, scale: GreyScale): ArrayLike<number> {
  const known = modalityValues.get(image);
  if (known !== undefined) return known;
  const { samples } = image;
  if (scale.display.modalityLut === null && scale.rescaleSlope === 1 && scale.rescaleIntercept === 0) return samples;
  const convert = modalityTransform(scale);
  const values = new Float64Array(samples.length);
  for (let i = 0; i < values.length; i += 1) values[i] = convert(samples[i] ?? 0);
  modalityValues.set(image, values);
  return values;
}
