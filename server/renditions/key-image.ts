import {
  type BurnedPicture,
  burnPicture,
  type PictureLabel,
  type SourcePicture,
} from '#server/codecs/burned-picture.ts';
import type { AnnotatedImage, FigureInput, PixelReader } from '#server/domain/picture-ports.ts';
import type { Target } from '#shared/annotation/annotation.ts';
import { millimetresPerPixel } from '#shared/imaging/calibration.ts';
import { FIRST_PLANES } from '#shared/imaging/plane-selection.ts';
import type { PixelRectangle } from '#shared/imaging/pyramid.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import { keyImageCrop } from './key-image-crop.ts';
import { annotationShapes, numberPlace, type PicturePlacement } from './key-image-shapes.ts';
import { scaleBar } from './scale-bar.ts';

/** Longer side of a key image: sharp on a printed column, small enough for a page of many. */
const LONGER_SIDE_PX = 1200;
const LABEL_PX = 34;
const EDGE_PX = 22;
const WHITE = '#ffffff';

/**
 * The picture of an annotation: the image as the expert windowed it, in stored orientation, with the mark, the number
 * of the figure, a scale bar where the image has a scale, and orientation letters, window or magnification.
 * No words of the annotation or of the patient's data are drawn. Throws what `PixelReader` throws.
 */
export async function makeKeyImage(
  pixels: PixelReader,
  { annotation, number, image, colour }: FigureInput,
  signal: AbortSignal,
): Promise<BurnedPicture> {
  const { geometry, target, view } = annotation;
  const perPixel = millimetresPerPixel(image.calibration) ?? { x: 1, y: 1 };
  const pixelAspect = perPixel.x / perPixel.y;
  const region = keyImageCrop(view.visible, geometry, image, pixelAspect);
  const { width, height } = pictureSize(region, pixelAspect);
  const { picture, crop } = await readRegion(pixels, target, view, region, width, signal);
  const placement: PicturePlacement = {
    x: region.x,
    y: region.y,
    scaleX: width / region.width,
    scaleY: height / region.height,
  };

  const bar = scaleBar(image.calibration, placement.scaleX, width / 4);
  const [numberX, numberY] = numberPlace(geometry, placement);
  const labels: PictureLabel[] = [
    { text: String(number), anchor: [0, 1], x: numberX, y: numberY, sizePx: LABEL_PX + 6, colour },
    ...edgeLabels(image, width, height),
    ...cornerLabel(image, view, placement, width, height),
  ];
  let shapes = annotationShapes(geometry, placement, colour);
  if (bar !== null) {
    shapes += barShapes(bar.lengthPx, height);
    labels.push({
      text: bar.text,
      anchor: [0, 1],
      x: EDGE_PX,
      y: height - EDGE_PX - 16,
      sizePx: LABEL_PX,
      colour: WHITE,
    });
  }
  return burnPicture({ picture, crop, width, height, shapes, labels });
}

function pictureSize(region: PixelRectangle, pixelAspect: number) {
  const shape = (region.width * pixelAspect) / region.height;
  return {
    width: Math.max(64, Math.round(shape >= 1 ? LONGER_SIDE_PX : LONGER_SIDE_PX * shape)),
    height: Math.max(64, Math.round(shape >= 1 ? LONGER_SIDE_PX / shape : LONGER_SIDE_PX)),
  };
}

async function readRegion(
  pixels: PixelReader,
  target: Target,
  view: ViewState,
  region: PixelRectangle,
  width: number,
  signal: AbortSignal,
): Promise<{ picture: SourcePicture; crop: PixelRectangle }> {
  if (target.kind === 'slide') {
    const planes = (view.kind === 'slide' ? view.planes : undefined) ?? FIRST_PLANES;
    const picture = await pixels.slideRegion(target.slideId, region, width, planes, signal);
    return { picture, crop: { x: 0, y: 0, width: picture.width, height: picture.height } };
  }
  const window =
    view.kind === 'frame'
      ? {
          ...{ center: view.windowCenter, width: view.windowWidth, inverted: view.inverted },
          ...(view.voiFunction === undefined ? {} : { voiFunction: view.voiFunction }),
          ...(view.voiLut === 0 ? { useVoiLut: true } : {}),
        }
      : null;
  const picture = await pixels.framePicture(target.sopInstanceUid, target.frameNumber, window, signal);
  return { picture, crop: region };
}

function edgeLabels({ edges }: AnnotatedImage, width: number, height: number): PictureLabel[] {
  if (edges === null) return [];
  const at = (text: string, anchor: readonly [number, number], x: number, y: number): PictureLabel[] =>
    text === '' ? [] : [{ text, anchor, x, y, sizePx: LABEL_PX, colour: WHITE }];
  return [
    ...at(edges.left, [0, 0.5], EDGE_PX, height / 2),
    ...at(edges.right, [1, 0.5], width - EDGE_PX, height / 2),
    ...at(edges.top, [0.5, 0], width / 2, EDGE_PX),
    ...at(edges.bottom, [0.5, 1], width / 2, height - EDGE_PX),
  ];
}

/** The window of a grey image, or the magnification at which the slide is shown here. */
function cornerLabel(
  { objectivePower, meaning }: AnnotatedImage,
  view: ViewState,
  placement: PicturePlacement,
  width: number,
  height: number,
): PictureLabel[] {
  const place = { anchor: [1, 1], x: width - EDGE_PX, y: height - EDGE_PX, sizePx: LABEL_PX, colour: WHITE } as const;
  if (view.kind === 'frame') {
    if (meaning === null) return [];
    const inverted = view.inverted ? ' inverted' : '';
    return [{ ...place, text: `W ${digits(view.windowWidth)} L ${digits(view.windowCenter)}${inverted}` }];
  }
  if (objectivePower === null) return [];
  return [{ ...place, text: `${Number((objectivePower * placement.scaleX).toPrecision(2))}×` }];
}

function digits(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** The bar with its ends, white over dark. */
function barShapes(lengthPx: number, height: number): string {
  const y = height - EDGE_PX - 4;
  const [from, to] = [EDGE_PX, EDGE_PX + lengthPx].map((x) => x.toFixed(1));
  const path = `<path d="M${from} ${y - 9}V${y}H${to}V${y - 9}"/>`;
  const stroke = (width: number, paint: string) =>
    `<g fill="none" stroke="${paint}" stroke-width="${width}" stroke-linejoin="round" stroke-linecap="round">${path}</g>`;
  return stroke(8, 'rgb(8,12,16)') + stroke(3, WHITE);
}
