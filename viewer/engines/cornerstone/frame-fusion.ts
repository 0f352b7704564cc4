import type { FusionChoice, FusionStatus } from '#viewer/engines/image-engine.ts';
import { FrameFailure } from './frame-failure.ts';
import type { FrameLook } from './frame-look.ts';
import type { FrameStack } from './frame-stack.ts';
import { createFusionLayer, type FusionLayer, fusionRefusal } from './fusion-layer.ts';
import { geometryOfStack, loadVolume } from './loaded-volume.ts';

/** What a page may ask of laying another series over the one that is shown. */
export interface FusionControls {
  /**
   * Loads a series and lays it over the shown one; resolves when it is seen.
   * @throws FrameFailure with the reason why that cannot be
   */
  fuse(
    over: FrameStack,
    name: string,
    onProgress: (loaded: number, of: number) => void,
    signal: AbortSignal,
  ): Promise<void>;
  unfuse(): void;
  chooseFusion(choice: FusionChoice): void;
  /** Null while nothing is laid over. */
  fusion(): FusionStatus | null;
}

/** Loads a series as a layer, once it is known that it lies where `beneath` lies. @throws FrameFailure */
export async function loadFusionLayer(
  beneath: FrameStack,
  over: FrameStack,
  name: string,
  onProgress: (loaded: number, of: number) => void,
  signal: AbortSignal,
): Promise<FusionLayer> {
  const [lower, upper] = [beneath.frames[0]?.description, over.frames[0]?.description];
  if (lower === undefined || upper === undefined) throw new FrameFailure('One of the series holds no image.');
  const refusal = fusionRefusal(lower, upper);
  if (refusal !== null) throw new FrameFailure(refusal);
  const geometry = geometryOfStack(over);
  const volume = await loadVolume(over, geometry, (loaded) => onProgress(loaded, geometry.origins.length), signal);
  return createFusionLayer(volume, name);
}

export function fusionControls(look: FrameLook, stack: () => FrameStack | null, repaint: () => void): FusionControls {
  return {
    async fuse(over, name, onProgress, signal) {
      const beneath = stack();
      if (beneath === null) throw new FrameFailure('No series is open in this viewport.');
      const layer = await loadFusionLayer(beneath, over, name, onProgress, signal);
      if (signal.aborted || stack() !== beneath) return;
      look.fusion = layer;
      repaint();
    },
    unfuse() {
      look.fusion = null;
      repaint();
    },
    chooseFusion(choice) {
      look.fusion?.choose(choice);
      repaint();
    },
    fusion: () => look.fusion?.status() ?? null,
  };
}
