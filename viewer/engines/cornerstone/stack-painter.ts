import { Enums, eventTarget, RenderingEngine, type StackViewport, type Types } from '@cornerstonejs/core';
import type { VoiWindow } from '#shared/imaging/window.ts';
import { type FrameFailure, failureOf } from './frame-failure.ts';
import { dropFromCache } from './frame-loader.ts';
import { describedFrame } from './frame-metadata.ts';
import type { Placement, Size } from './placement.ts';
import type { Rendering } from './rendering.ts';
import { projectPlacement, projectWindow } from './viewport-projection.ts';

export interface Look {
  readonly placement: Placement;
  readonly window: VoiWindow;
  readonly inverted: boolean;
}

export interface PainterListener {
  /** The look for an image that is about to be painted. */
  lookOf(index: number, image: Types.IImage): Look;
  /** The canvas now shows `painted()`. */
  onPainted(): void;
  /** The wanted image cannot be shown: `failure()` says why. */
  onFailed(): void;
}

/** Paints one image of a stack and knows the difference between the wanted one and the one on the canvas. */
export interface StackPainter {
  /** Starts a stack at `index`. */
  start(imageIds: readonly string[], index: number): void;
  /** Asks for another image; the last wish wins. */
  want(index: number): void;
  /** Asks for the wanted image anew after a failure. */
  retry(): void;
  wanted(): number;
  /** Index of the image on the canvas, or null. */
  painted(): number | null;
  /** The image on the canvas, or null. */
  image(): Types.IImage | null;
  /** Why the wanted image cannot be shown, or null. */
  failure(): FrameFailure | null;
  /** Paints the present image with a look. */
  paint(look: Look): void;
  screen(): Size;
  /** Takes over the size of the element; `paint` must follow. */
  resize(): void;
  dispose(): void;
}

const VIEWPORT_ID = 'frame';
let engines = 0;

export function createStackPainter(
  element: HTMLDivElement,
  rendering: Rendering,
  listener: PainterListener,
): StackPainter {
  let imageIds: readonly string[] = [];
  let wanted = 0;
  let paintedId: string | null = null;
  let paintedImage: Types.IImage | null = null;
  let failure: FrameFailure | null = null;
  let disposed = false;
  let engine = mount();

  function mount(): RenderingEngine {
    engines += 1;
    const created = new RenderingEngine(`frames-${engines}`);
    created.enableElement({ viewportId: VIEWPORT_ID, element, type: Enums.ViewportType.STACK });
    return created;
  }

  const viewport = (): StackViewport => engine.getViewport(VIEWPORT_ID) as StackViewport;
  const screen = (): Size => ({ width: Math.max(1, element.clientWidth), height: Math.max(1, element.clientHeight) });
  const fail = (imageId: string | undefined, error: unknown): void => {
    if (disposed || imageId === undefined || imageId !== imageIds[wanted] || imageId === paintedId) return;
    failure = failureOf(error);
    listener.onFailed();
  };
  const project = (image: Types.IImage, look: Look): void => {
    const description = describedFrame(image.imageId);
    if (description === undefined) return;
    projectWindow(viewport(), look.window, look.inverted, description);
    projectPlacement(viewport(), look.placement, description, screen(), rendering.onProcessor);
  };
  const setStack = (): void => {
    failure = null;
    const asked = wanted;
    viewport()
      .setStack([...imageIds], asked)
      .catch((error: unknown) => fail(imageIds[asked], error));
  };

  const onNewImage = (): void => {
    // The processor path takes the image over only after this event, still before it paints.
    queueMicrotask(() => {
      const image = disposed ? undefined : viewport().getCornerstoneImage();
      if (image === undefined) return;
      const index = imageIds.indexOf(image.imageId);
      const sizeChanged =
        paintedImage !== null && (paintedImage.rows !== image.rows || paintedImage.columns !== image.columns);
      if (sizeChanged) viewport().resetCamera();
      if (index >= 0) project(image, listener.lookOf(index, image));
    });
  };
  const onRendered = (): void => {
    if (disposed) return;
    const image = viewport().getCornerstoneImage();
    if (image === undefined || !imageIds.includes(image.imageId)) return;
    paintedId = image.imageId;
    paintedImage = image;
    if (paintedId === imageIds[wanted]) failure = null;
    listener.onPainted();
  };
  const onLoadFailed = (event: Event): void => {
    const detail: unknown = (event as CustomEvent<unknown>).detail;
    if (typeof detail !== 'object' || detail === null || !('imageId' in detail) || !('error' in detail)) return;
    if (typeof detail.imageId === 'string') fail(detail.imageId, detail.error);
  };
  const onContextLost = (): void => {
    if (disposed || rendering.onProcessor) return;
    // A lost context never paints again; a new engine does.
    engine.destroy();
    paintedId = null;
    paintedImage = null;
    engine = mount();
    if (imageIds.length > 0) setStack();
  };

  element.addEventListener(Enums.Events.STACK_NEW_IMAGE, onNewImage);
  element.addEventListener(Enums.Events.IMAGE_RENDERED, onRendered);
  eventTarget.addEventListener(Enums.Events.IMAGE_LOAD_FAILED, onLoadFailed);
  eventTarget.addEventListener(Enums.Events.IMAGE_LOAD_ERROR, onLoadFailed);
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, onContextLost);

  return {
    start(ids, index) {
      imageIds = ids;
      wanted = index;
      paintedId = null;
      paintedImage = null;
      setStack();
    },
    want(index) {
      if (index === wanted) return;
      wanted = index;
      failure = null;
      if (paintedId === null) {
        setStack();
        return;
      }
      // Its promise may never settle when yet another index is asked for: nobody waits for it.
      viewport()
        .setImageIdIndex(index)
        .catch((error: unknown) => fail(imageIds[index], error));
    },
    retry() {
      const imageId = imageIds[wanted];
      if (imageId === undefined) return;
      if (imageId !== paintedId) dropFromCache(imageId);
      setStack();
    },
    wanted: () => wanted,
    painted() {
      const index = paintedId === null ? -1 : imageIds.indexOf(paintedId);
      return index < 0 ? null : index;
    },
    image: () => paintedImage,
    failure: () => failure,
    paint(look) {
      if (paintedImage === null) return;
      const current = viewport().getCornerstoneImage();
      if (current !== undefined) project(current, look);
      viewport().render();
    },
    screen,
    resize() {
      engine.resize(true, false);
      if (!rendering.onProcessor) return;
      // The processor path sizes its canvas in CSS pixels, but counts in device pixels everywhere else.
      const canvas = viewport().getCanvas();
      canvas.width = Math.round(element.clientWidth * window.devicePixelRatio);
      canvas.height = Math.round(element.clientHeight * window.devicePixelRatio);
    },
    dispose() {
      disposed = true;
      element.removeEventListener(Enums.Events.STACK_NEW_IMAGE, onNewImage);
      element.removeEventListener(Enums.Events.IMAGE_RENDERED, onRendered);
      eventTarget.removeEventListener(Enums.Events.IMAGE_LOAD_FAILED, onLoadFailed);
      eventTarget.removeEventListener(Enums.Events.IMAGE_LOAD_ERROR, onLoadFailed);
      eventTarget.removeEventListener(Enums.Events.WEBGL_CONTEXT_LOST, onContextLost);
      engine.destroy();
    },
  };
}
