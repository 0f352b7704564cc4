import { type VolumeGeometry, volumeGeometry } from '#shared/imaging/volume-geometry.ts';
import type { Volume } from '#shared/imaging/volume-sampling.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import { FrameFailure } from './frame-failure.ts';
import { modalityValuesOf } from './frame-image.ts';
import { budgetBytes, loadFrame } from './frame-loader.ts';
import type { FrameStack } from './frame-stack.ts';
import { windowOverSlices } from './window-choices.ts';

/** A series as a volume: its slices where they lie, in modality values. */
export interface LoadedVolume extends Volume {
  readonly description: FrameDescription;
}

/** The window of the file, else that which the pixels of the middle slice ask for. */
export function windowOfVolume({ description, slices }: LoadedVolume): VoiWindow {
  return description.windows[0] ?? windowOverSlices([slices[Math.floor(slices.length / 2)] ?? []], null);
}

/** Of the memory for pixels; the rest stays with the slices themselves. */
const BUDGET_SHARE = 0.75;

/** Whether a series is a volume at all, before any pixel is loaded. @throws FrameFailure with the reason if not */
export function geometryOfStack(stack: FrameStack): VolumeGeometry {
  const [first] = stack.frames;
  if (first === undefined) throw new FrameFailure('This series holds no image.');
  if (stack.frames.some(({ description }) => description.isColor)) {
    throw new FrameFailure('Colour images make no volume.');
  }
  const geometry = volumeGeometry(stack.frames.map(({ description }) => description));
  if ('refusal' in geometry) throw new FrameFailure(`No planes can be made of this series. ${geometry.refusal}`);
  const bytes = geometry.columns * geometry.rows * geometry.origins.length * 2;
  if (bytes > budgetBytes * BUDGET_SHARE) {
    const [needed, there] = [bytes, budgetBytes * BUDGET_SHARE].map((one) => Math.round(one / 1024 ** 2));
    throw new FrameFailure(`This volume needs ${needed} MB of memory; this device allows ${there} MB.`);
  }
  return geometry;
}

/**
 * Loads every slice. One that cannot be had leaves no volume: a plane must not pass through what is not there.
 * @throws FrameFailure with the reason, or the reason of `signal`
 */
export async function loadVolume(
  stack: FrameStack,
  geometry: VolumeGeometry,
  onProgress: (loaded: number) => void,
  signal: AbortSignal,
): Promise<LoadedVolume> {
  const description = stack.frames[0]?.description;
  if (description === undefined) throw new FrameFailure('This series holds no image.');
  let loaded = 0;
  const slices = await Promise.all(
    geometry.order.map(async (index) => {
      const frame = stack.frames[index];
      if (frame === undefined) throw new FrameFailure('This series has changed.');
      const image = await loadFrame(frame, 'visible', signal);
      loaded += 1;
      onProgress(loaded);
      // Slices of PET each have a slope of their own: planes go through modality values. 16-bit values stay exact.
      const values = modalityValuesOf(image, frame.description);
      return values === image.samples ? values : Float32Array.from(values);
    }),
  );
  return { geometry, slices, description };
}
