import type { Point } from '#shared/annotation/geometry.ts';
import { drawingChoice, drawsOnProcessor, graphicsOfDevice } from './canvas-drawing.ts';
import { type FrameFailure, failureOf } from './frame-failure.ts';
import type { FrameImage } from './frame-image.ts';
import { cachedFrame, firstLook, forgetFrame, type LoadableFrame, loadFrame } from './frame-loader.ts';
import { tellGraphicsRestored } from './graphics-loss.ts';
import { LENS_FACTOR, LENS_RADIUS } from './lens.ts';
import { createPixelPicture, type PixelLook } from './pixel-picture.ts';
import { magnifiedMatrix, type Placement, type Size, screenMatrix } from './placement.ts';

export interface Look extends PixelLook {
  readonly placement: Placement;
  /** Laid over the image, corner on corner. */
  readonly fused: CanvasImageSource | null;
}

export interface PainterListener {
  /** The look for an image that is about to be painted. */
  lookOf(index: number, image: FrameImage): Look;
  /** What lies over that image, in its size; null for nothing. Never over a first look. */
  overlayOf(index: number): CanvasImageSource | null;
  /** The canvas now shows `painted()`. */
  onPainted(): void;
  /** The wanted image cannot be shown: `failure()` says why. */
  onFailed(): void;
}

/** Paints one image of a stack and knows the difference between the wanted one and the one on the canvas. */
export interface StackPainter {
  /** Starts a stack at `index`. */
  start(frames: readonly LoadableFrame[], index: number): void;
  /** Asks for another image; the last wish wins, and what was asked for before is loaded no further. */
  want(index: number): void;
  /** Asks for the wanted image anew after a failure. */
  retry(): void;
  wanted(): number;
  /** Index of the image on the canvas, or null. */
  painted(): number | null;
  /** The image on the canvas with all its pixels, or null; also null while there is only a first look. */
  image(): FrameImage | null;
  /** What is on the canvas is coarser than what is stored, and the rest is on its way. */
  isPreview(): boolean;
  /** Why the wanted image cannot be shown, or null. */
  failure(): FrameFailure | null;
  /** Paints the present image with a look, with the next frame of the screen. */
  paint(look: Look): void;
  /** Shows what lies around a place (CSS pixels) enlarged, in a circle over it; null takes the lens away. */
  magnify(at: Point | null): void;
  screen(): Size;
  /** Draws by the processor or the graphics card, as the reader has chosen since. */
  chooseCanvas(): void;
  /** Takes over the size of the element; `paint` must follow. */
  resize(): void;
  dispose(): void;
}

/** Where both paths begin: black, as around every image. */
const BACKGROUND = '#000';

const LENS_RIM = '#d7dce3';

export function createStackPainter(element: HTMLDivElement, listener: PainterListener): StackPainter {
  let frames: readonly LoadableFrame[] = [];
  let wanted = 0;
  let painted: { readonly index: number; readonly image: FrameImage; readonly preview: boolean } | null = null;
  let failure: FrameFailure | null = null;
  let wish = new AbortController();
  let look: Look | null = null;
  let lens: Point | null = null;
  let scheduled = 0;
  const picture = createPixelPicture();
  let onProcessor = drawsOnProcessor(drawingChoice(), null);
  let context = mount();

  function mount(): CanvasRenderingContext2D {
    const canvas = document.createElement('canvas');
    canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%';
    const made = canvas.getContext('2d', { alpha: false, willReadFrequently: onProcessor });
    if (made === null) throw new Error('This browser gives no canvas to draw on.');
    canvas.addEventListener('contextrestored', () => {
      draw();
      tellGraphicsRestored();
    });
    element.prepend(canvas);
    return made;
  }
  function chooseCanvas(): void {
    const choice = drawingChoice();
    const next = drawsOnProcessor(choice, choice === 'automatic' ? graphicsOfDevice() : null);
    if (next === onProcessor) return;
    onProcessor = next;
    context.canvas.remove();
    context = mount();
    fitCanvas();
    draw();
  }
  // Asking for the graphics takes a moment, which the first image does not wait for.
  const asking = window.setTimeout(chooseCanvas, 1500);

  function screen(): Size {
    return { width: Math.max(1, element.clientWidth), height: Math.max(1, element.clientHeight) };
  }
  function fitCanvas(): void {
    const { width, height } = screen();
    const { canvas } = context;
    const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    if (canvas.width === across && canvas.height === down) return;
    canvas.width = across;
    canvas.height = down;
  }
  function draw(): void {
    const { canvas } = context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = BACKGROUND;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const description = painted === null ? undefined : frames[painted.index]?.description;
    if (painted === null || description === undefined || look === null) return;
    const matrix = screenMatrix(look.placement, description, screen(), devicePixelRatio);
    drawImage(painted, look, description, matrix, look.placement.zoom * devicePixelRatio);
    if (lens === null) return;
    const [x, y, radius] = [lens[0] * devicePixelRatio, lens[1] * devicePixelRatio, LENS_RADIUS * devicePixelRatio];
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.clip();
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    const enlarged = magnifiedMatrix(matrix, lens, LENS_FACTOR, devicePixelRatio);
    drawImage(painted, look, description, enlarged, look.placement.zoom * devicePixelRatio * LENS_FACTOR);
    context.restore();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.strokeStyle = LENS_RIM;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.stroke();
  }
  /** `scale`: device pixels of an image pixel. */
  function drawImage(
    painted: { readonly index: number; readonly image: FrameImage; readonly preview: boolean },
    look: Look,
    description: LoadableFrame['description'],
    matrix: ReturnType<typeof screenMatrix>,
    scale: number,
  ): void {
    context.imageSmoothingEnabled = true;
    // Smaller than it is stored, an image needs more than its nearest pixels.
    context.imageSmoothingQuality = scale < 0.5 ? 'medium' : 'low';
    context.setTransform(...matrix);
    // Planes over the image have its size, not that of a first look.
    const drawn = picture.of(painted.image, description, painted.preview ? { ...look, overlays: [] } : look);
    context.drawImage(drawn, 0, 0, description.columns, description.rows);
    if (look.fused !== null) context.drawImage(look.fused, 0, 0, description.columns, description.rows);
    const over = painted.preview ? null : listener.overlayOf(painted.index);
    if (over === null) return;
    // A pixel of a segment is a pixel of the image, at any size.
    context.imageSmoothingEnabled = false;
    context.drawImage(over, 0, 0, description.columns, description.rows);
  }
  function schedule(): void {
    if (scheduled !== 0) return;
    scheduled = requestAnimationFrame(() => {
      scheduled = 0;
      draw();
    });
  }
  function show(index: number, image: FrameImage, preview: boolean): void {
    look = listener.lookOf(index, image);
    painted = { index, image, preview };
    failure = null;
    cancelAnimationFrame(scheduled);
    scheduled = 0;
    draw();
    listener.onPainted();
  }
  /** Paints the wanted image at once when it is in memory, else as soon as it is. */
  function seek(): void {
    wish.abort(new DOMException('Another image is wanted', 'AbortError'));
    wish = new AbortController();
    const { signal } = wish;
    const asked = wanted;
    const frame = frames[asked];
    if (frame === undefined) return;
    const image = cachedFrame(frame.url);
    if (image !== undefined) {
      show(asked, image, false);
      return;
    }
    let whole = false;
    firstLook(frame, signal)
      .then((coarse) => {
        if (coarse !== null && !signal.aborted && !whole) show(asked, coarse, true);
      })
      .catch(() => undefined);
    loadFrame(frame, 'interaction', signal)
      .then((loaded) => {
        whole = true;
        if (!signal.aborted) show(asked, loaded, false);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        // A first look without the rest is not the image that was asked for.
        painted = null;
        failure = failureOf(error);
        listener.onFailed();
      });
  }
  fitCanvas();

  return {
    start(stack, index) {
      frames = stack;
      wanted = index;
      painted = null;
      failure = null;
      draw();
      seek();
    },
    want(index) {
      if (index === wanted) return;
      wanted = index;
      failure = null;
      seek();
    },
    retry() {
      const frame = frames[wanted];
      if (frame === undefined) return;
      failure = null;
      if (painted?.index !== wanted) forgetFrame(frame.url);
      seek();
    },
    wanted: () => wanted,
    painted: () => painted?.index ?? null,
    image: () => (painted === null || painted.preview ? null : painted.image),
    isPreview: () => painted?.preview ?? false,
    failure: () => failure,
    paint(next) {
      look = next;
      schedule();
    },
    magnify(at) {
      lens = at;
      schedule();
    },
    screen,
    chooseCanvas,
    resize: fitCanvas,
    dispose() {
      wish.abort(new DOMException('The viewport was closed', 'AbortError'));
      window.clearTimeout(asking);
      cancelAnimationFrame(scheduled);
      context.canvas.remove();
    },
  };
}
