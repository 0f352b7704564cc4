import { describe, expect, test } from 'vitest';
import type { ImageDescription } from '#shared/dicom/image-description.ts';
import type { Graphic } from '#shared/dicom/presentation-marks.ts';
import type { DisplayedArea, FramePresentation } from '#shared/dicom/presentation-state.ts';
import { closeShutter, type DisplayShutter } from '#shared/imaging/display-shutter.ts';
import { drawMarks } from './presentation-graphics.ts';
import { presentedImage } from './presented-image.ts';
import { layOut } from './presented-picture.ts';
import { planPresented } from './presented-plan.ts';
import { type RenderedFrame, renderFrame } from './render-frame.ts';

const IMAGE = { columns: 3, rows: 2, pixelAspect: 1 };
const AREA: DisplayedArea = { left: 0, top: 0, right: 3, bottom: 2, magnification: null, pixelAspect: null };
const WISH = { box: null, format: 'png' } as const;
const NOTHING: FramePresentation = {
  ...{ rescale: { rescaleSlope: 1, rescaleIntercept: 0 }, modalityLut: null, voi: null, presentationLut: null },
  ...{ inverted: false, rotation: 0, flipped: false, area: null, shutter: null, overlayGroups: [], marks: [] },
};
/** 1 2 3 above 4 5 6. */
const numbered = (): RenderedFrame => ({ width: 3, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
const rows = ({ width, height, channels, data }: RenderedFrame) =>
  Array.from({ length: height }, (_, row) => [...data.subarray(row * width * channels, (row + 1) * width * channels)]);
const grey = (width: number, height: number): RenderedFrame => ({
  ...{ width, height, channels: 1, data: new Uint8Array(width * height).fill(100) },
});

describe('PS3.3 C.10.6: turned clockwise, then flipped', () => {
  test.each([
    [
      0,
      false,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      90,
      false,
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
    [
      180,
      false,
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      270,
      false,
      [
        [3, 6],
        [2, 5],
        [1, 4],
      ],
    ],
    [
      0,
      true,
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
    [
      90,
      true,
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      180,
      true,
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ],
    [
      270,
      true,
      [
        [6, 3],
        [5, 2],
        [4, 1],
      ],
    ],
  ] as const)('%i°, flipped %s', async (rotation, flipped, expected) => {
    const plan = planPresented(IMAGE, { area: null, rotation, flipped }, WISH);
    expect(rows(await layOut(numbered(), plan))).toEqual(expected);
  });
});

describe('PS3.3 C.10.4: the displayed area', () => {
  const laid = (area: Partial<DisplayedArea>, rotation: 0 | 90 = 0, box: [number, number] | null = null) => {
    const wanted = box === null ? null : { width: box[0], height: box[1], enlarge: true };
    return planPresented(IMAGE, { area: { ...AREA, ...area }, rotation, flipped: false }, { ...WISH, box: wanted });
  };
  test('a part, a part turned, and more than the image', async () => {
    expect(rows(await layOut(numbered(), laid({ left: 1 })))).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(rows(await layOut(numbered(), laid({ left: 1 }, 90)))).toEqual([
      [5, 2],
      [6, 3],
    ]);
    expect(rows(await layOut(numbered(), laid({ left: -1, top: 1, bottom: 3 })))).toEqual([
      [0, 4, 5, 6],
      [0, 0, 0, 0],
    ]);
    expect(rows(await layOut(numbered(), laid({ left: 9, right: 10 })))).toEqual([[0], [0]]);
  });

  test('fits the box in the shape that pixels have, turned with the image', () => {
    expect(laid({}, 0, [60, 60])).toMatchObject({ width: 60, height: 40 });
    expect(laid({}, 90, [60, 60])).toMatchObject({ width: 40, height: 60 });
    expect(laid({ pixelAspect: 2 }, 0, [60, 60])).toMatchObject({ width: 60, height: 20 });
    expect(laid({ pixelAspect: 2 }, 90, [60, 60])).toMatchObject({ width: 20, height: 60 });
  });

  test('PS3.18 section 9.5.2.3: MAGNIFY is cut to the box around its centre', async () => {
    const plan = laid({ magnification: 2 }, 0, [2, 4]);
    expect(plan).toMatchObject({ width: 2, height: 4, shown: { x: -2, y: 0, width: 6, height: 4 } });
    const out = rows(await layOut(numbered(), plan));
    expect([out.length, out[0]?.length]).toEqual([4, 2]);
    expect(laid({ magnification: 2 })).toMatchObject({ width: 6, height: 4 });
  });

  test.each([
    ['without a box', { right: 1_000_000, bottom: 1_000 }, null],
    ['magnified', { magnification: 10_000 }, [10, 10] as [number, number]],
  ])('a picture too large is refused: %s', (_how, area, box) => {
    expect(() => laid(area, 0, box)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});

describe('PS3.3 C.7.6.11: shutters, pixels of the outline left open', () => {
  const open = (shutter: Partial<DisplayShutter>, pixelAspect = 1) => {
    const frame = grey(6, 5);
    closeShutter(frame, { rectangle: null, circle: null, polygon: null, colour: '#000000', ...shutter }, pixelAspect);
    return rows(frame).map((row) => row.map((value) => (value === 100 ? '#' : '.')).join(''));
  };
  const rectangle = { left: 2, right: 4, top: 2, bottom: 3 };
  test.each([
    ['rectangle', { rectangle }, 1, ['......', '.###..', '.###..', '......', '......']],
    ['circle', { circle: { column: 3, row: 3, radius: 1 } }, 1, ['......', '..#...', '.###..', '..#...', '......']],
    // Pixels twice as wide as high: as many rows again are as far.
    [
      'circle of wide pixels',
      { circle: { column: 3, row: 3, radius: 1 } },
      2,
      ['..#...', '..#...', '.###..', '..#...', '..#...'],
    ],
    [
      'polygon',
      {
        polygon: [
          [1, 1],
          [5, 1],
          [1, 5],
        ],
      },
      1,
      ['#####.', '####..', '###...', '##....', '#.....'],
    ],
    [
      'what both leave open',
      { rectangle, circle: { column: 4, row: 3, radius: 1 } },
      1,
      ['......', '...#..', '..##..', '......', '......'],
    ],
  ] as const)('%s', (_what, shutter, pixelAspect, expected) => {
    expect(open(shutter, pixelAspect)).toEqual(expected);
  });

  test('in the colour the state names', () => {
    const frame: RenderedFrame = { width: 2, height: 1, channels: 3, data: new Uint8Array(6).fill(9) };
    const shutter = { rectangle: { left: 1, right: 1, top: 1, bottom: 1 }, circle: null, polygon: null };
    closeShutter(frame, { ...shutter, colour: '#102030' }, 1);
    expect([...frame.data]).toEqual([9, 9, 9, 16, 32, 48]);
  });
});

describe('PS3.4 N.2: the transformations of the state replace those of the image', () => {
  const image = {
    ...{ rows: 1, columns: 3, bitsAllocated: 8, bitsStored: 8, highBit: 7, signed: false, samplesPerPixel: 1 },
    ...{ photometricInterpretation: 'MONOCHROME1', rescaleSlope: 2, rescaleIntercept: -50, frameRescales: null },
    ...{ windows: [{ center: 1, width: 2, explanation: null }], voiLut: null, modalityLut: null, palette: null },
    ...{ pixelPaddingValue: null, numberOfFrames: 1 },
  } as unknown as ImageDescription;
  const shown = (changes: Partial<FramePresentation>) => {
    const pixels = Uint8Array.of(0, 100, 255);
    const frame = {
      rows: 1,
      columns: 3,
      samplesPerPixel: 1,
      photometricInterpretation: 'MONOCHROME1',
      pixels,
    } as const;
    return [...renderFrame(frame, presentedImage(image, { ...NOTHING, ...changes }), 1, null).data];
  };
  test('identity: neither the window, nor the rescale, nor MONOCHROME1 of the image', () => {
    expect(shown({})).toEqual([0, 100, 255]);
    expect(shown({ inverted: true })).toEqual([255, 155, 0]);
  });
  test('window after rescale, then the Presentation LUT', () => {
    const window = { center: 100, width: 100, voiFunction: 'LINEAR_EXACT' } as const;
    const rescale = { rescaleSlope: 1, rescaleIntercept: 10 };
    expect(shown({ rescale, voi: { window } })).toEqual([0, Math.round(0.6 * 255), 255]);
    const presentationLut = { firstValue: 0, entryCount: 3, entries: [255, 7, 0], entryBits: 8 };
    expect(shown({ rescale, voi: { window }, presentationLut })).toEqual([255, 7, 0]);
  });
});

describe('PS3.3 C.10.5: graphics', () => {
  const base: Graphic = {
    ...{ type: 'POLYLINE', unit: 'PIXEL', filled: false, colour: null, fillColour: null, thickness: 1, dashed: false },
    points: [],
  };
  const drawn = async (
    graphic: Partial<Graphic>,
    changes: Partial<FramePresentation> = {},
    colour: string | null = null,
  ) => {
    const plan = planPresented({ columns: 60, rows: 40, pixelAspect: 1 }, { ...NOTHING, ...changes }, WISH);
    const marks = [{ layer: '', colour, texts: [], graphics: [{ ...base, ...graphic }] }];
    const picture = await drawMarks(await layOut(grey(60, 40), plan), marks, plan);
    return (x: number, y: number) => picture.data[(y * picture.width + x) * picture.channels] ?? -1;
  };
  const square = {
    points: [
      [10, 10],
      [20, 10],
      [20, 20],
      [10, 20],
      [10, 10],
    ],
    filled: true,
  } as const;

  test.each([
    ['in px of the image', square, {}, [15, 15], [25, 15]],
    ['turned with it', square, { rotation: 90 }, [25, 15], [15, 25]],
    ['flipped with it', square, { flipped: true }, [45, 15], [15, 15]],
    ['in the displayed area', square, { area: { ...AREA, left: 5, right: 60, bottom: 40 } }, [10, 15], [20, 15]],
    [
      'DISPLAY is of what is shown',
      {
        ...square,
        unit: 'DISPLAY',
        points: [
          [0, 0],
          [0.5, 0],
          [0.5, 1],
          [0, 1],
          [0, 0],
        ],
      },
      { rotation: 90 },
      [10, 30],
      [35, 30],
    ],
    [
      'circle',
      {
        type: 'CIRCLE',
        points: [
          [20, 20],
          [30, 20],
        ],
        filled: true,
      },
      {},
      [20, 27],
      [28, 28],
    ],
    [
      'ellipse',
      {
        type: 'ELLIPSE',
        points: [
          [10, 20],
          [50, 20],
          [30, 15],
          [30, 25],
        ],
        filled: true,
      },
      {},
      [45, 20],
      [30, 28],
    ],
    [
      'interpolated',
      {
        type: 'INTERPOLATED',
        points: [
          [10, 10],
          [30, 10],
          [30, 30],
          [10, 30],
          [10, 10],
        ],
        filled: true,
      },
      {},
      [20, 20],
      [45, 35],
    ],
  ] as const)('%s', async (_what, graphic, changes, inside, outside) => {
    const at = await drawn(graphic as Partial<Graphic>, changes as Partial<FramePresentation>);
    expect([at(inside[0], inside[1]), at(outside[0], outside[1])]).toEqual([255, 100]);
  });

  test('a point leaves the pixel it means in sight', async () => {
    const at = await drawn({ type: 'POINT', points: [[20.5, 20.5]] });
    expect(at(20, 20)).toBe(100);
    expect(at(22, 20)).toBeGreaterThan(150);
  });

  test('far outside nothing is drawn and nothing fails', async () => {
    const at = await drawn({
      points: [
        [-1e30, 5],
        [1e30, -1e30],
      ],
    });
    expect(at(30, 35)).toBe(100);
  });

  test('grey stays grey, a coloured mark makes the picture one of colour; words stand in the picture as they are', async () => {
    const plan = planPresented({ columns: 200, rows: 100, pixelAspect: 1 }, NOTHING, WISH);
    const anchor = { unit: 'PIXEL', point: [190, 95], visible: false } as const;
    const text = { text: '<b>&amp;</b>', box: null, justification: 'LEFT', anchor, colour: null } as const;
    const marks = [{ layer: '', colour: null, graphics: [], texts: [text] }];
    const plain = await drawMarks(grey(200, 100), marks, plan);
    expect(plain.channels).toBe(1);
    expect(plain.data.some((value) => value === 0)).toBe(true);
    expect(plain.data.some((value) => value > 200)).toBe(true);
    const red = await drawMarks(grey(200, 100), [{ layer: '', colour: '#ff0000', graphics: [], texts: [text] }], plan);
    expect(red.channels).toBe(3);
  });
});
