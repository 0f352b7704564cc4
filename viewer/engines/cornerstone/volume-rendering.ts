import {
  type BaseVolumeViewport,
  cache,
  Enums,
  eventTarget,
  init,
  RenderingEngine,
  type Types,
  volumeLoader,
} from '@cornerstonejs/core';
import type { EvenGrid } from '#shared/imaging/even-volume.ts';
import { orientationLetters, type PatientVector } from '#shared/imaging/image-plane.ts';
import { along } from '#shared/imaging/volume-sampling.ts';
import { FrameFailure } from './frame-failure.ts';
import {
  movedBy,
  type RenderingCamera,
  rightOf,
  type StandardView,
  turnedBy,
  VIEW_DIRECTIONS,
} from './rendering-camera.ts';
import { listenToHands } from './rendering-hands.ts';
import { isProjection, type RenderingPreset } from './rendering-presets.ts';

/** What is at the edges of the screen, in letters of the patient, and how the volume is shown. */
export interface RenderingStatus {
  readonly preset: RenderingPreset;
  readonly letters: Readonly<Record<'top' | 'bottom' | 'left' | 'right', string>>;
  /** The side of the patient that is seen. */
  readonly seenFrom: string;
}

export interface VolumeRendering {
  setPreset(preset: RenderingPreset): void;
  lookFrom(view: StandardView): void;
  /** Degrees to the right and downwards. */
  turn(right: number, down: number): void;
  /** CSS pixels to the right and downwards. */
  move(right: number, down: number): void;
  zoom(factor: number): void;
  /** The first view and the first preset. */
  reset(): void;
  /** How it is looked at, for a rendering that takes its place. */
  look(): RenderingLook;
  dispose(): void;
}

export interface RenderingLook {
  readonly camera: RenderingCamera;
  readonly preset: RenderingPreset;
}

/** An even volume in values that the presets expect. */
export interface RenderedVolume {
  readonly grid: EvenGrid;
  readonly values: Int16Array<ArrayBuffer>;
  readonly presets: readonly [RenderingPreset, ...RenderingPreset[]];
  readonly modality: string;
  readonly frameOfReferenceUid: string;
  /** True when the processor renders: coarser, to keep up with the hand. */
  readonly emulated: boolean;
}

const DEGREES_PER_PIXEL = 0.4;
/**
 * Rays that are cast at most, and their steps as shares of the smallest side of a voxel: coarser while the hand moves;
 * fewer rays and longer steps where the processor stands in for a graphics card. Steps longer than a voxel leave specks.
 */
const QUALITY = {
  card: { rays: 4_000_000, resting: 0.5, moving: 1.5 },
  emulated: { rays: 36_000, resting: 1, moving: 3 },
} as const;
const SHARPEN_AFTER_MS = 180;
const ZOOM_RANGE = { closest: 12, furthest: 0.25 };
let made = 0;

/**
 * Renders a volume in `host` by Cornerstone's 3D viewport, seen from the front. Its graphics context and its voxels belong
 * to this rendering alone and end with it. `onLost` is told when the graphics card takes the context away.
 * @throws FrameFailure where the graphics card refuses the volume
 */
export async function renderVolume(
  host: HTMLElement,
  volume: RenderedVolume,
  onStatus: (status: RenderingStatus) => void,
  onLost: () => void,
  before: RenderingLook | null = null,
): Promise<VolumeRendering> {
  // One context for each rendering instead of seven; nothing else of Cornerstone draws.
  init({ rendering: { webGlContextCount: 1 }, debug: {} } as Parameters<typeof init>[0]);
  made += 1;
  // Without a colon: Cornerstone would ask a loader for the window of anything that looks like an address.
  const id = `rendering-${made}`;
  const { grid } = volume;
  const quality = QUALITY[volume.emulated ? 'emulated' : 'card'];
  const element = document.createElement('div');
  host.prepend(element);
  fillHost();
  const ending = new AbortController();
  const engine = new RenderingEngine(id);
  let target: { getCanvas(): HTMLCanvasElement | undefined } | null = null;
  let imageIds: readonly string[] = [];
  let settling: ReturnType<typeof setTimeout> | undefined;

  /** Fewer rays than the screen has pixels: a smaller element, enlarged. */
  function fillHost(): void {
    const pixels = host.clientWidth * host.clientHeight * devicePixelRatio ** 2;
    const enlarged = Math.max(1, Math.sqrt(pixels / quality.rays));
    const side = `${100 / enlarged}%`;
    const place = 'position:absolute;top:0;left:0;transform-origin:0 0;pointer-events:none';
    element.style.cssText = `${place};width:${side};height:${side};transform:scale(${enlarged})`;
  }
  const lost = (event: Event): void => {
    if ((event as CustomEvent<{ renderingEngineId: string }>).detail.renderingEngineId === id) onLost();
  };
  function release(): void {
    ending.abort();
    clearTimeout(settling);
    eventTarget.removeEventListener(Enums.Events.WEBGL_CONTEXT_LOST, lost);
    const canvas = target?.getCanvas();
    const context = canvas?.getContext('webgl2');
    engine.destroy();
    // Nobody gives the context back, and browsers allow sixteen; that it goes is no news then.
    canvas?.addEventListener('webglcontextlost', (event) => event.stopImmediatePropagation(), { capture: true });
    context?.getExtension('WEBGL_lose_context')?.loseContext();
    if (cache.getVolume(id) !== undefined) cache.removeVolumeLoadObject(id);
    for (const imageId of imageIds) {
      if (cache.getImageLoadObject(imageId) !== undefined) cache.removeImageLoadObject(imageId, { force: true });
    }
    element.remove();
  }
  async function show(): Promise<BaseVolumeViewport> {
    engine.enableElement({
      ...{ viewportId: id, element, type: Enums.ViewportType.VOLUME_3D },
      defaultOptions: { parallelProjection: true, background: [0, 0, 0] },
    });
    target = engine.getOffscreenMultiRenderWindow(id).getOpenGLRenderWindow();
    const local = volumeLoader.createLocalVolume(id, {
      scalarData: volume.values,
      metadata: metadataOf(volume),
      dimensions: [...grid.dimensions],
      spacing: [...grid.spacingMm],
      origin: [...grid.origin],
      direction: [...grid.rowCosines, ...grid.columnCosines, ...grid.normal],
    });
    imageIds = local.imageIds;
    const shown = engine.getViewport(id) as BaseVolumeViewport;
    await shown.setVolumes([{ volumeId: id }]);
    return shown;
  }
  let viewport: BaseVolumeViewport;
  try {
    viewport = await show();
  } catch (error) {
    release();
    throw new FrameFailure(
      `The graphics card does not take this volume. ${error instanceof Error ? error.message : ''}`,
    );
  }

  const mapper = (viewport.getDefaultActor().actor as Types.VolumeActor).getMapper();
  const [firstPreset] = volume.presets;
  const first: RenderingCamera = { ...VIEW_DIRECTIONS.A, middle: middleOfGrid(grid), halfHeightMm: 1 };
  let fitted = fittingHalfHeight();
  let camera = before?.camera ?? { ...first, halfHeightMm: fitted };
  let preset: RenderingPreset = before?.preset ?? firstPreset;
  let sampledAs: 'resting' | 'moving' | null = null;

  function fittingHalfHeight(): number {
    const [x, y, z] = grid.dimensions.map((count, axis) => count * (grid.spacingMm[axis] ?? 1)) as [
      number,
      number,
      number,
    ];
    // A little more than the longest side, whatever way it is turned.
    const half = Math.max(x, y, z) * 0.56;
    const { clientWidth, clientHeight } = host;
    return half * Math.max(1, clientHeight / Math.max(1, clientWidth));
  }
  function sampleAs(next: 'resting' | 'moving'): void {
    if (sampledAs === next) return;
    sampledAs = next;
    // Cornerstone counts in halves of the mean side.
    const [x, y, z] = grid.spacingMm;
    viewport.setProperties({ sampleDistanceMultiplier: (quality[next] * Math.min(x, y, z)) / ((x + y + z) / 6) });
  }
  function apply(): void {
    const { toEye, up, middle, halfHeightMm } = camera;
    const away = Math.max(...grid.dimensions.map((count, axis) => count * (grid.spacingMm[axis] ?? 1))) * 3;
    viewport.setCamera({
      focalPoint: [...middle],
      position: [...along(middle, toEye, away)],
      viewUp: [...up],
      viewPlaneNormal: [...toEye],
      parallelScale: halfHeightMm,
      parallelProjection: true,
    });
    viewport.render();
    tell();
  }
  function tell(): void {
    const { toEye, up } = camera;
    const right = rightOf(camera);
    onStatus({
      preset,
      seenFrom: orientationLetters(toEye),
      letters: {
        ...{ top: orientationLetters(up), bottom: orientationLetters(opposite(up)) },
        ...{ right: orientationLetters(right), left: orientationLetters(opposite(right)) },
      },
    });
  }
  /** Coarse now, fine when the hand rests. */
  function follow(next: RenderingCamera): void {
    camera = next;
    clearTimeout(settling);
    settling = setTimeout(() => {
      sampleAs('resting');
    }, SHARPEN_AFTER_MS);
    sampleAs('moving');
    apply();
  }
  function zoom(factor: number): void {
    const [nearest, furthest] = [fitted / ZOOM_RANGE.closest, fitted / ZOOM_RANGE.furthest];
    follow({ ...camera, halfHeightMm: Math.min(furthest, Math.max(nearest, camera.halfHeightMm / factor)) });
  }
  function move(right: number, down: number): void {
    const mmPerPixel = (2 * camera.halfHeightMm) / Math.max(1, host.clientHeight);
    follow(movedBy(camera, right * mmPerPixel, down * mmPerPixel));
  }
  function setPreset(next: RenderingPreset): void {
    preset = next;
    viewport.setProperties({ preset: next });
    // The presets colour a projection; that the brightest voxel of a ray is projected they leave to the viewport.
    if (isProjection(next)) mapper?.setBlendModeToMaximumIntensity();
    else mapper?.setBlendModeToComposite();
    viewport.render();
    tell();
  }

  listenToHands(
    host,
    {
      turnBy: (dx, dy) => follow(turnedBy(camera, dx * DEGREES_PER_PIXEL, dy * DEGREES_PER_PIXEL)),
      moveBy: move,
      zoomBy: zoom,
    },
    ending.signal,
  );
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, lost);
  const observer = new ResizeObserver(() => {
    fillHost();
    engine.resize(true, false);
    const before = fitted;
    fitted = fittingHalfHeight();
    camera = { ...camera, halfHeightMm: (camera.halfHeightMm * fitted) / before };
    apply();
  });
  observer.observe(host);
  ending.signal.addEventListener('abort', () => observer.disconnect());
  sampleAs('resting');
  setPreset(preset);
  apply();

  return {
    setPreset,
    lookFrom(view) {
      camera = { ...camera, ...VIEW_DIRECTIONS[view] };
      apply();
    },
    turn: (right, down) => follow(turnedBy(camera, right, down)),
    move,
    zoom,
    reset() {
      camera = { ...first, halfHeightMm: fitted };
      setPreset(firstPreset);
      apply();
    },
    look: () => ({ camera, preset }),
    dispose: release,
  };
}

/** What Cornerstone wants to know of a volume besides its voxels. */
function metadataOf({ grid, modality, frameOfReferenceUid }: RenderedVolume): Types.Metadata {
  return {
    ...{ BitsAllocated: 16, BitsStored: 16, HighBit: 15, SamplesPerPixel: 1, PixelRepresentation: 1 },
    ...{ PhotometricInterpretation: 'MONOCHROME2', Modality: modality, SeriesInstanceUID: '' },
    FrameOfReferenceUID: frameOfReferenceUid,
    ImageOrientationPatient: [...grid.rowCosines, ...grid.columnCosines],
    PixelSpacing: [grid.spacingMm[1], grid.spacingMm[0]],
    ...{ Columns: grid.dimensions[0], Rows: grid.dimensions[1], voiLut: [], VOILUTFunction: 'LINEAR' },
  };
}

function middleOfGrid({ origin, dimensions, spacingMm, rowCosines, columnCosines, normal }: EvenGrid): PatientVector {
  const half = (axis: 0 | 1 | 2): number => ((dimensions[axis] - 1) * spacingMm[axis]) / 2;
  return along(along(along(origin, rowCosines, half(0)), columnCosines, half(1)), normal, half(2));
}

function opposite([x, y, z]: PatientVector): PatientVector {
  return [-x, -y, -z];
}
