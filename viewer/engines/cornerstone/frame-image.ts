import type { FrameDescription } from './frame-description.ts';
import type { SampleArray } from './native-frame.ts';

/** A decoded frame: what is painted and what is measured are the same numbers. */
export interface FrameImage {
  readonly columns: number;
  readonly rows: number;
  readonly isColor: boolean;
  /** Stored values of a monochrome frame, row by row; red, green and blue of each pixel of a colour frame. */
  readonly samples: SampleArray;
}

/** Modality values by image, once somebody has asked for all of them. */
const modalityValues = new WeakMap<FrameImage, ArrayLike<number>>();

type Rescaled = Pick<FrameDescription, 'rescaleSlope' | 'rescaleIntercept'>;

/** Modality values (PS3.3 C.11.1.1.2) of a monochrome image (HU for CT), row by row. */
export function modalityValuesOf(image: FrameImage, { rescaleSlope, rescaleIntercept }: Rescaled): ArrayLike<number> {
  const known = modalityValues.get(image);
  if (known !== undefined) return known;
  const { samples } = image;
  if (rescaleSlope === 1 && rescaleIntercept === 0) return samples;
  const values = Float64Array.from(samples, (sample) => sample * rescaleSlope + rescaleIntercept);
  modalityValues.set(image, values);
  return values;
}
