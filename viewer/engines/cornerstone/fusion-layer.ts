import { unitText } from '#shared/annotation/measurement.ts';
import { type ColorMapName, colorMap } from '#shared/imaging/color-maps.ts';
import type { PatientVector } from '#shared/imaging/image-plane.ts';
import { along, type PicturePlane, samplePicture, valueOfVoxel, voxelAt } from '#shared/imaging/volume-sampling.ts';
import { applyWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { FusionChoice, FusionStatus } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import { type LoadedVolume, windowOfVolume } from './loaded-volume.ts';
import { petValuesOf, readAs, suvWindows } from './pet-values.ts';

/** Values in the lowest part of the window let the image beneath show through; above it the opacity is the chosen one. */
const CLEAR_SHARE = 0.25;
/** A picture is sampled at most this fine; the canvas enlarges it. */
const FINEST = 640;

/** Another series laid over what is shown, where both lie in the same frame of reference. */
export interface FusionLayer {
  /** The picture for a plane of the patient: its colours, clear where the volume does not reach. */
  picture(plane: PicturePlane): CanvasImageSource;
  /** The same over an image, in the shape of the image; null where that lies in no or in another frame of reference. */
  over(description: FrameDescription): CanvasImageSource | null;
  /** The voxel stored nearest to a patient point, in words; null outside. */
  valueAt(point: PatientVector): string | null;
  choose(choice: FusionChoice): void;
  status(): FusionStatus;
}

/** Why `over` cannot be laid over `beneath`, in a sentence; null when it can. */
export function fusionRefusal(
  beneath: Pick<FrameDescription, 'plane' | 'frameOfReferenceUid'>,
  over: Pick<FrameDescription, 'plane' | 'frameOfReferenceUid'>,
): string | null {
  for (const [one, name] of [
    [beneath, 'The series in the viewport'],
    [over, 'The series to be laid over it'],
  ] as const) {
    if (one.plane === null) return `${name} does not say where its images lie in the patient.`;
    if (one.frameOfReferenceUid === null) return `${name} states no frame of reference.`;
  }
  return beneath.frameOfReferenceUid === over.frameOfReferenceUid
    ? null
    : 'The two series have different frames of reference: nothing says how one lies in the other.';
}

/** PET in hot iron over SUV 0 to 7 where there is SUV; anything else as its file or its pixels ask for. */
export function createFusionLayer(volume: LoadedVolume, name: string): FusionLayer {
  const description = readAs(volume.description, null);
  const pet = petValuesOf(volume.description, null);
  const windows = suvWindows(description, pet);
  let colors: ColorMapName = 'hot-iron';
  let opacity = 0.6;
  let window: VoiWindow = windows[2] ?? windowOfVolume(volume);
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  let drawn = '';

  function picture(plane: PicturePlane): CanvasImageSource {
    const key = JSON.stringify([plane, colors, opacity, window]);
    if (key === drawn || context === null) return canvas;
    const values = samplePicture(volume, plane);
    canvas.width = plane.width;
    canvas.height = plane.height;
    const image = new ImageData(plane.width, plane.height);
    fuse(values, image.data, colorMap(colors), (value) => applyWindow(value, window), opacity);
    context.putImageData(image, 0, 0);
    drawn = key;
    return canvas;
  }
  return {
    picture,
    over(beneath) {
      return fusionRefusal(beneath, description) === null ? picture(planeOf(beneath)) : null;
    },
    valueAt(point) {
      const voxel = voxelAt(volume, point);
      const value = voxel === null ? null : valueOfVoxel(volume, voxel);
      if (value === null) return null;
      const { unit, factor = 1 } = description.meaning ?? { unit: '1' as const };
      const read = value * factor;
      const text = read.toFixed(Number.isInteger(read) ? 0 : Math.abs(read) < 10 ? 3 : 1).replace('-', '−');
      return `${text} ${unitText(unit)}`.trim();
    },
    choose(choice) {
      colors = choice.colors ?? colors;
      opacity = choice.opacity ?? opacity;
      window = choice.window ?? window;
    },
    status: () => ({
      ...{ name, colors, opacity, window },
      factor: pet?.factor ?? 1,
      unit: unitText(description.meaning?.unit ?? '1'),
      windows: [...windows, ...description.windows.map((one) => ({ ...one, name: one.explanation ?? 'As stored' }))],
    }),
  };
}

/** Writes colours with their opacity: none where there is no value, and up to `opacity` over the lowest part of the window. */
export function fuse(
  values: Float32Array,
  rgba: Uint8ClampedArray,
  map: Uint8Array,
  intensity: (value: number) => number,
  opacity: number,
): void {
  for (let i = 0, at = 0; i < values.length; i += 1, at += 4) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const share = intensity(value);
    const color = Math.round(share * 255) * 3;
    rgba[at] = map[color] ?? 0;
    rgba[at + 1] = map[color + 1] ?? 0;
    rgba[at + 2] = map[color + 2] ?? 0;
    rgba[at + 3] = Math.round(255 * opacity * Math.min(1, share / CLEAR_SHARE));
  }
}

/** The plane of an image as a picture of its own size; pixels are square, whatever those of the image are. */
export function planeOf({ plane, columns, rows }: Pick<FrameDescription, 'plane' | 'columns' | 'rows'>): PicturePlane {
  if (plane === null) throw new Error('An image without a plane has no place in the patient.');
  const { origin, rowCosines, columnCosines, columnSpacingMm, rowSpacingMm } = plane;
  const across = ((columns - 1) / 2) * columnSpacingMm;
  const down = ((rows - 1) / 2) * rowSpacingMm;
  const finest = Math.max(columns * columnSpacingMm, rows * rowSpacingMm) / FINEST;
  const mmPerPixel = Math.max(Math.min(columnSpacingMm, rowSpacingMm), finest);
  return {
    center: along(along(origin, rowCosines, across), columnCosines, down),
    right: rowCosines,
    down: columnCosines,
    width: Math.max(1, Math.round((columns * columnSpacingMm) / mmPerPixel)),
    height: Math.max(1, Math.round((rows * rowSpacingMm) / mmPerPixel)),
    ...{ mmPerPixel, slabMm: 0, slabMode: 'mean' },
  };
}
