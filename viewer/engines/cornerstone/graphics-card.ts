import { graphicsOfDevice } from './canvas-drawing.ts';

/** What there is to render volumes with. */
export interface GraphicsCard {
  /** Voxels along one axis of a volume. */
  readonly perAxis: number;
  /** True when the processor stands in for a card: it works, slowly. */
  readonly isEmulated: boolean;
}

/** Asks a context that is given back at once; null where the browser has no WebGL 2. */
export function graphicsCard(): GraphicsCard | null {
  const graphics = graphicsOfDevice();
  const context = document.createElement('canvas').getContext('webgl2');
  if (graphics === 'none' || context === null) return null;
  const perAxis = Number(context.getParameter(context.MAX_3D_TEXTURE_SIZE));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return { perAxis, isEmulated: graphics === 'emulated' };
}
