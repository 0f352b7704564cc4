import { orientationLetters, type PatientVector } from '#shared/imaging/image-plane.ts';
import {
  along,
  cross,
  distanceMm,
  dot,
  middleOf,
  type PicturePlane,
  pictureOfPoint,
  pointOfPicture,
  type SlabMode,
  samplePicture,
  type Voxel,
  valueOfVoxel,
  voxelAt,
} from '#shared/imaging/volume-sampling.ts';
import type { VolumeView } from '#shared/imaging/volume-view.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { FusionChoice, FusionStatus } from '#viewer/engines/image-engine.ts';
import type { FusionLayer } from './fusion-layer.ts';
import { tellGraphicsRestored } from './graphics-loss.ts';
import { greyOf, shades } from './grey-table.ts';
import { type LoadedVolume, windowOfVolume } from './loaded-volume.ts';
import { type MprLine, paintMprGuides } from './mpr-guides.ts';
import {
  isOblique,
  normalOf,
  type PictureAxes,
  STANDARD_AXES,
  turnedAbout,
  VOLUME_PLANES,
  type VolumePlane,
} from './volume-axes.ts';
import { type WindowChoice, windowChoices, windowOverSlices } from './window-choices.ts';

export type MprTool = 'crosshair' | 'turn' | 'measure' | 'window';

/** What is under the crosshair, and how it is looked at. */
export interface MprStatus {
  readonly point: PatientVector;
  readonly voxel: Voxel | null;
  /** The stored value of that voxel in modality units. */
  readonly value: number | null;
  readonly window: VoiWindow;
  readonly inverted: boolean;
  readonly slabMm: number;
  readonly slabMode: SlabMode;
  readonly oblique: boolean;
  /** What is laid over the planes, and its value under the crosshair. */
  readonly fusion: FusionStatus | null;
  readonly fusedValue: string | null;
  /** Length of the line that was drawn last, in the patient. */
  readonly lengthMm: number | null;
  readonly view: VolumeView;
}

export interface MprEngine {
  setTool(tool: MprTool): void;
  setSlab(mm: number, mode: SlabMode): void;
  setWindow(window: VoiWindow): void;
  /** Lays a series over the planes; null takes it away. Whether it may be is for the caller to find out. */
  setFusion(layer: FusionLayer | null): void;
  chooseFusion(choice: FusionChoice): void;
  /** Presets of the modality and windows of the file; tables are for slices. */
  windowChoices(): readonly WindowChoice[];
  chooseWindow(choice: WindowChoice): void;
  invert(): void;
  /** Puts the crosshair on a patient point; the planes follow. */
  goTo(point: PatientVector): void;
  /** The three planes of the patient through the middle of the volume. */
  reset(): void;
  dispose(): void;
}

/** Pictures are sampled at most this fine; the canvas enlarges them. While a hand moves it is coarser, to follow it. */
const FINEST = 640;
const MOVING = 288;
const SHARPEN_AFTER_MS = 140;
const GREYS = shades(null);
const BLACK = 0xff000000;

/**
 * Three linked planes through a volume, each in its element. All of them pass through the crosshair; everything is held
 * in patient millimetres.
 */
export function createMprEngine(
  hosts: Readonly<Record<VolumePlane, HTMLElement>>,
  volume: LoadedVolume,
  onStatus: (status: MprStatus) => void,
  /** How it was looked at before. */
  before: VolumeView | null = null,
): MprEngine {
  const { geometry, description } = volume;
  const start = middleOf(geometry);
  const span = Math.max(
    geometry.columns * geometry.columnSpacingMm,
    geometry.rows * geometry.rowSpacingMm,
    (geometry.positionsMm.at(-1) ?? 0) - (geometry.positionsMm[0] ?? 0),
  );
  const ending = new AbortController();
  const canvases = new Map<VolumePlane, CanvasRenderingContext2D>();
  let axes: Readonly<Record<VolumePlane, PictureAxes>> = before?.axes ?? STANDARD_AXES;
  let point: PatientVector = before?.point ?? start;
  let zoom = before?.zoom ?? 1;
  let inverted = before?.inverted ?? false;
  let window: VoiWindow =
    before === null ? windowOfVolume(volume) : { center: before.windowCenter, width: before.windowWidth };
  let fusion: FusionLayer | null = null;
  let slab: { mm: number; mode: SlabMode } = { mm: before?.slabMm ?? 0, mode: before?.slabMode ?? 'mean' };
  let tool: MprTool = 'crosshair';
  let line: MprLine | null = null;
  let moving = false;
  let scheduled = 0;
  let settling: ReturnType<typeof setTimeout> | undefined;

  /** The picture of a plane, centred on the middle of the volume and passing through the crosshair. */
  function pictureOf(plane: VolumePlane): PicturePlane {
    const { clientWidth, clientHeight } = hosts[plane];
    const [across, down] = [Math.max(1, clientWidth), Math.max(1, clientHeight)];
    const shrink = Math.max(1, Math.max(across, down) / (moving ? MOVING : FINEST));
    const normal = normalOf(axes[plane]);
    const depth = dot([point[0] - start[0], point[1] - start[1], point[2] - start[2]], normal);
    return {
      ...axes[plane],
      center: along(start, normal, depth),
      width: Math.max(1, Math.round(across / shrink)),
      height: Math.max(1, Math.round(down / shrink)),
      mmPerPixel: (span / Math.min(across, down) / zoom) * shrink,
      slabMm: slab.mm,
      slabMode: slab.mode,
    };
  }
  function draw(plane: VolumePlane): void {
    const context = canvases.get(plane);
    if (context === undefined) return;
    const picture = pictureOf(plane);
    const values = samplePicture(volume, picture);
    const image = new ImageData(picture.width, picture.height);
    const words = new Uint32Array(image.data.buffer);
    const { turned } = description.display;
    const modality = { rescaleSlope: 1, rescaleIntercept: 0, display: { modalityLut: null, turned } };
    const grey = greyOf(modality, { window }, inverted);
    for (let i = 0; i < words.length; i += 1) {
      const value = values[i] ?? Number.NaN;
      words[i] = Number.isNaN(value) ? BLACK : (GREYS[grey(value)] ?? BLACK);
    }
    const { canvas } = context;
    const { clientWidth, clientHeight } = hosts[plane];
    canvas.width = Math.round(clientWidth * devicePixelRatio);
    canvas.height = Math.round(clientHeight * devicePixelRatio);
    const small = new OffscreenCanvas(picture.width, picture.height);
    small.getContext('2d')?.putImageData(image, 0, 0);
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    if (fusion !== null) context.drawImage(fusion.picture(picture), 0, 0, canvas.width, canvas.height);
    const { right, down } = axes[plane];
    paintMprGuides(context, plane, picture, axes, point, line, {
      right: orientationLetters(right),
      left: orientationLetters([-right[0], -right[1], -right[2]]),
      bottom: orientationLetters(down),
      top: orientationLetters([-down[0], -down[1], -down[2]]),
    });
  }
  function refresh(): void {
    if (scheduled !== 0) return;
    scheduled = requestAnimationFrame(() => {
      scheduled = 0;
      for (const plane of VOLUME_PLANES) draw(plane);
      const voxel = voxelAt(volume, point);
      onStatus({
        ...{ point, voxel, value: voxel === null ? null : valueOfVoxel(volume, voxel), window, inverted },
        view: {
          ...{ point, axes, zoom, slabMm: slab.mm, slabMode: slab.mode, inverted },
          ...{ windowCenter: window.center, windowWidth: window.width },
        },
        ...{ slabMm: slab.mm, slabMode: slab.mode, oblique: VOLUME_PLANES.some((plane) => isOblique(axes[plane])) },
        fusion: fusion?.status() ?? null,
        fusedValue: fusion?.valueAt(point) ?? null,
        lengthMm: line === null ? null : distanceMm(line.from, line.to),
      });
    });
  }
  /** Coarse pictures now, fine ones when the hand rests. */
  function follow(): void {
    moving = true;
    clearTimeout(settling);
    settling = setTimeout(() => {
      moving = false;
      refresh();
    }, SHARPEN_AFTER_MS);
    refresh();
  }
  function pointUnder(plane: VolumePlane, event: MouseEvent): PatientVector {
    const picture = pictureOf(plane);
    const box = hosts[plane].getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * picture.width - 0.5;
    const y = ((event.clientY - box.top) / box.height) * picture.height - 0.5;
    return pointOfPicture(picture, x, y);
  }
  function angleOf(plane: VolumePlane, at: PatientVector): number {
    const picture = pictureOf(plane);
    const [here, middle] = [pictureOfPoint(picture, at), pictureOfPoint(picture, point)];
    return (Math.atan2(here.y - middle.y, here.x - middle.x) * 180) / Math.PI;
  }
  function listen(plane: VolumePlane): void {
    const host = hosts[plane];
    const { signal } = ending;
    let before: { at: PatientVector; x: number; y: number } | null = null;
    let action: MprTool = tool;
    const take = (event: PointerEvent): void => {
      const at = pointUnder(plane, event);
      if (action === 'crosshair') point = at;
      else if (action === 'measure' && line !== null) line = { ...line, to: at };
      else if (action === 'turn' && before !== null) {
        axes = turnedAbout(axes, plane, angleOf(plane, at) - angleOf(plane, before.at));
      } else if (action === 'window' && before !== null) {
        const unit = window.width / 300;
        window = {
          ...window,
          center: window.center + (event.clientY - before.y) * unit,
          width: Math.max(1, window.width + (event.clientX - before.x) * unit),
        };
      }
      before = { at, x: event.clientX, y: event.clientY };
      follow();
    };
    host.addEventListener(
      'pointerdown',
      (event) => {
        action = event.button === 2 ? 'window' : event.shiftKey ? 'turn' : tool;
        host.setPointerCapture(event.pointerId);
        before = { at: pointUnder(plane, event), x: event.clientX, y: event.clientY };
        if (action === 'measure') line = { plane, from: before.at, to: before.at };
        take(event);
      },
      { signal },
    );
    host.addEventListener('pointermove', (event) => before !== null && take(event), { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      host.addEventListener(end, () => (before = null), { signal });
    }
    host.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    host.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) zoom = Math.min(16, Math.max(0.5, zoom * Math.exp(-event.deltaY * 0.004)));
        else step(plane, Math.sign(event.deltaY));
        follow();
      },
      { passive: false, signal },
    );
  }
  /** One slice, or one pixel where the plane cuts across the slices. */
  function step(plane: VolumePlane, steps: number): void {
    const normal = normalOf(axes[plane]);
    const share = Math.abs(dot(normal, geometry.normal));
    const mm = share > 0.7 ? geometry.meanGapMm : Math.min(geometry.columnSpacingMm, geometry.rowSpacingMm);
    point = along(point, normal, mm * steps * (dot(normal, cross([1, 0, 0], [0, 1, 0])) < 0 ? -1 : 1));
  }
  for (const plane of VOLUME_PLANES) {
    const canvas = document.createElement('canvas');
    canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;touch-action:none';
    canvas.dataset.plane = plane;
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    if (context === null) throw new Error('This browser gives no canvas to draw on.');
    canvas.addEventListener('contextrestored', () => {
      refresh();
      tellGraphicsRestored();
    });
    hosts[plane].prepend(canvas);
    canvases.set(plane, context);
    listen(plane);
  }
  const observer = new ResizeObserver(refresh);
  for (const plane of VOLUME_PLANES) observer.observe(hosts[plane]);
  refresh();

  return {
    setTool(next) {
      tool = next;
    },
    setSlab(mm, mode) {
      slab = { mm: Math.max(0, mm), mode };
      refresh();
    },
    setWindow(next) {
      window = next;
      refresh();
    },
    setFusion(layer) {
      fusion = layer;
      refresh();
    },
    chooseFusion(choice) {
      fusion?.choose(choice);
      refresh();
    },
    windowChoices: () =>
      windowChoices(description, windowOfVolume(volume)).filter(({ voi }) => voi === null || 'window' in voi),
    chooseWindow({ voi }) {
      const middle = volume.slices[Math.floor(volume.slices.length / 2)] ?? [];
      if (voi === null) window = windowOverSlices([middle], null);
      else if ('window' in voi) window = voi.window;
      refresh();
    },
    invert() {
      inverted = !inverted;
      refresh();
    },
    goTo(next) {
      point = next;
      refresh();
    },
    reset() {
      axes = STANDARD_AXES;
      point = start;
      zoom = 1;
      line = null;
      slab = { mm: 0, mode: 'mean' };
      window = windowOfVolume(volume);
      inverted = false;
      refresh();
    },
    dispose() {
      ending.abort();
      observer.disconnect();
      cancelAnimationFrame(scheduled);
      clearTimeout(settling);
      for (const context of canvases.values()) context.canvas.remove();
    },
  };
}
