import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { AnnotatedImage, FigureInput, PixelReader } from '#server/domain/picture-ports.ts';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { AppError } from '#shared/errors.ts';
import { FIRST_PLANES, type PlaneSelection } from '#shared/imaging/plane-selection.ts';
import { makeKeyImage } from './key-image.ts';

const signal = new AbortController().signal;
const asked: unknown[] = [];

/** A grey frame of 100 × 80 px and a slide of one colour. */
const shownPlanes: PlaneSelection[] = [];
const pixels: PixelReader = {
  frameValues: () => Promise.reject(new Error('pictures need no values')),
  framePicture: async (_uid, _frame, window) => {
    asked.push(window);
    return { width: 100, height: 80, channels: 1, data: new Uint8Array(8000).fill(90) };
  },
  slideRegion: async (_id, { width, height }, _width, planes) => {
    shownPlanes.push(planes);
    const data = new Uint8Array(width * height * 3).fill(230);
    return { width, height, channels: 3, data };
  },
};

const image: AnnotatedImage = {
  pet: null,
  width: 100,
  height: 80,
  calibration: { kind: 'mm-per-pixel', rowMm: 1, columnMm: 1, source: 'PixelSpacing' },
  meaning: { unit: "[hnsf'U]", provenance: 'modality-rescale' },
  frameOfReferenceUid: null,
  edges: { left: 'R', right: 'L', top: 'A', bottom: 'P' },
  objectivePower: null,
};

function figure(change: Partial<FigureInput> = {}, annotation: object = {}): FigureInput {
  const drawn = {
    target: { kind: 'frame', sopInstanceUid: '1.2.3', frameNumber: 1 },
    geometry: { kind: 'line', from: [20, 40], to: [80, 40] },
    view: {
      kind: 'frame',
      visible: { x: 0, y: 0, width: 100, height: 80 },
      windowCenter: 40,
      windowWidth: 400,
      inverted: true,
    },
    label: '',
    ...annotation,
  };
  return { annotation: drawn as unknown as Annotation, number: 1, image, colour: '#ff0000', ...change };
}

async function pixelAt(png: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}

describe('a key image', () => {
  it('shows the frame in the window of the view with the mark burned in, in the colour of its author', async () => {
    const { png, jpeg } = await makeKeyImage(pixels, figure(), signal);
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 1200, height: 960, channels: 3 });
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 1200, height: 960 });
    expect(asked.at(-1)).toEqual({ center: 40, width: 400, inverted: true });
    // The line runs from (240, 480) to (960, 480); far from it the frame is as it was.
    expect(await pixelAt(png, 600, 480)).toEqual([255, 0, 0]);
    expect(await pixelAt(png, 600, 300)).toEqual([90, 90, 90]);
    expect((await pixelAt(png, 150, 480))[0]).toBe((await pixelAt(png, 150, 480))[1]);
  });

  it('makes the same bytes again, so that a repeated job changes nothing', async () => {
    const first = await makeKeyImage(pixels, figure(), signal);
    expect(await makeKeyImage(pixels, figure(), signal)).toEqual(first);
  });

  it('rule 2: draws a scale bar only where the image has a scale', async () => {
    const none = { ...image, calibration: { kind: 'none', reason: 'the file has no spacing' }, edges: null } as const;
    const bare = await makeKeyImage(pixels, figure({ image: none }), signal);
    const scaled = await makeKeyImage(pixels, figure({ image: { ...image, edges: null } }), signal);
    const barAt = [40, 960 - 26] as const;
    expect(await pixelAt(bare.png, ...barAt)).toEqual([90, 90, 90]);
    expect(await pixelAt(scaled.png, ...barAt)).toEqual([255, 255, 255]);
  });

  it('shows pixels that are no squares in the shape they have in the patient', async () => {
    const calibration = { kind: 'mm-per-pixel', rowMm: 1.3, columnMm: 1, source: 'PixelSpacing' } as const;
    const { png } = await makeKeyImage(pixels, figure({ image: { ...image, calibration } }), signal);
    const { width = 0, height = 0 } = await sharp(png).metadata();
    expect(height / width).toBeCloseTo(1.04, 2);
  });

  it('rule 1: shows a slide in the focal plane and channels in which the mark was drawn', async () => {
    const slide: AnnotatedImage = { ...image, width: 900, height: 700, meaning: null, edges: null, objectivePower: 20 };
    const visible = { x: 100, y: 100, width: 600, height: 500 };
    const planes = { focalPlane: 2, channels: [{ index: 1, colour: '#00ff00', window: null }] };
    const geometry = { kind: 'point', at: [300, 300] };
    const target = { kind: 'slide', slideId: 's' };
    shownPlanes.length = 0;
    for (const view of [
      { kind: 'slide', visible, rotation: 0, planes },
      { kind: 'slide', visible, rotation: 0 },
    ]) {
      await makeKeyImage(pixels, figure({ image: slide }, { target, view, geometry }), signal);
    }
    expect(shownPlanes).toEqual([planes, FIRST_PLANES]);
  });

  it('draws every kind of shape on a slide', async () => {
    const slide: AnnotatedImage = { ...image, width: 900, height: 700, meaning: null, edges: null, objectivePower: 20 };
    const view = { kind: 'slide', visible: { x: 100, y: 100, width: 600, height: 500 }, rotation: 0 };
    for (const geometry of [
      { kind: 'point', at: [300, 300] },
      { kind: 'text', at: [300, 300] },
      { kind: 'arrow', tail: [200, 200], tip: [300, 300] },
      { kind: 'rectangle', min: [200, 200], max: [400, 300] },
      { kind: 'ellipse', center: [300, 300], radiusX: 90, radiusY: 60 },
      {
        kind: 'polygon',
        points: [
          [200, 200],
          [400, 220],
          [300, 350],
        ],
      },
    ]) {
      const target = { kind: 'slide', slideId: 's' };
      const { png } = await makeKeyImage(pixels, figure({ image: slide }, { target, view, geometry }), signal);
      const { channels } = await sharp(png).stats();
      // Red on light grey: the blue and green channels have dark places where the mark is.
      expect(channels[2]?.min, geometry.kind).toBeLessThan(30);
    }
  });

  it('passes on what the image refuses', async () => {
    const refusing: PixelReader = {
      ...pixels,
      framePicture: () => Promise.reject(new AppError('FRAME_UNDECODABLE', { frame: 1, reason: 'it is damaged' })),
    };
    await expect(makeKeyImage(refusing, figure(), signal)).rejects.toThrow('it is damaged');
  });
});
