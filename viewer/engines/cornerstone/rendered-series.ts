import { evenGrid, evenValues } from '#shared/imaging/even-volume.ts';
import { FrameFailure } from './frame-failure.ts';
import { budgetBytes } from './frame-loader.ts';
import type { GraphicsCard } from './graphics-card.ts';
import type { LoadedVolume } from './loaded-volume.ts';
import { presetScale, presetsOf } from './rendering-presets.ts';
import type { RenderedVolume } from './volume-rendering.ts';

/** A voxel takes two bytes here and up to four on the card, and the slices stay in memory beside it. */
const BUDGET_PER_VOXEL = 16;
const MOST_VOXELS = 96 * 1024 ** 2;
/** So many a processor still turns. */
const MOST_FOR_PROCESSOR = 4 * 1024 ** 2;
/** Below what any tissue or tracer has. */
const AIR = -1024;
/** The page can paint at least so often. */
const PAUSE_EVERY_MS = 30;

/** The volume that the graphics card takes, as fine as it and the memory allow. @throws the reason of `signal` */
export async function renderedSeries(
  volume: LoadedVolume,
  card: GraphicsCard,
  signal: AbortSignal,
): Promise<RenderedVolume> {
  const { modality, frameOfReferenceUid } = volume.description;
  const voxels = Math.min(card.isEmulated ? MOST_FOR_PROCESSOR : MOST_VOXELS, budgetBytes / BUDGET_PER_VOXEL);
  const grid = evenGrid(volume.geometry, { voxels, perAxis: card.perAxis });
  if (Math.min(...grid.dimensions) < 2) throw new FrameFailure('This volume is too thin to be rendered.');
  let since = performance.now();
  const pause = async (): Promise<void> => {
    signal.throwIfAborted();
    if (performance.now() - since < PAUSE_EVERY_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    since = performance.now();
  };
  const values = await evenValues(volume, grid, presetScale(modality, volume.slices), AIR, pause);
  return {
    ...{ grid, values, modality, presets: presetsOf(modality), emulated: card.isEmulated },
    frameOfReferenceUid: frameOfReferenceUid ?? '',
  };
}
