import { type ImageDescription, rescaleOfFrame, windowsOfFrame } from './image-description.ts';

/**
 * What rendering one frame, counted from 1, needs of the description: its own rescale, windows and plane stand at the top
 * level, and the lists of all frames are gone. Such a value is small enough to be sent along with each frame.
 */
export function imageOfFrame(image: ImageDescription, frameNumber: number): ImageDescription {
  const { rescaleSlope, rescaleIntercept } = rescaleOfFrame(image, frameNumber);
  return {
    ...image,
    ...image.framePlanes?.[frameNumber - 1],
    rescaleSlope,
    rescaleIntercept,
    windows: windowsOfFrame(image, frameNumber),
    framePlanes: null,
    frameRescales: null,
    frameWindows: null,
  };
}
