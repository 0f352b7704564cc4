/** Colours for grey values: the well-known palettes of PS3.6 Annex B, and two more that readers expect. */

export const COLOR_MAPS = ['hot-iron', 'pet', 'hot-metal-blue', 'pet-20-step', 'rainbow', 'spring', 'winter'] as const;
export type ColorMapName = (typeof COLOR_MAPS)[number];

export const COLOR_MAP_NAMES: Readonly<Record<ColorMapName, string>> = {
  'hot-iron': 'Hot iron',
  pet: 'PET',
  'hot-metal-blue': 'Hot metal blue',
  'pet-20-step': 'PET 20 steps',
  rainbow: 'Rainbow',
  spring: 'Spring',
  winter: 'Winter',
};

/** Places (0 to 255) and values between which a colour goes in a straight line. */
type Curve = readonly (readonly [place: number, value: number])[];

const CURVES: Readonly<Record<Exclude<ColorMapName, 'pet-20-step'>, readonly [red: Curve, green: Curve, blue: Curve]>> =
  {
    'hot-iron': [
      [
        [0, 0],
        [127, 254],
        [128, 255],
        [255, 255],
      ],
      [
        [0, 0],
        [128, 0],
        [254, 252],
        [255, 255],
      ],
      [
        [0, 0],
        [191, 0],
        [254, 252],
        [255, 255],
      ],
    ],
    pet: [
      [
        [0, 0],
        [63, 0],
        [67, 7],
        [192, 255],
        [255, 255],
      ],
      [
        [0, 0],
        [62, 125],
        [63, 128],
        [127, 1],
        [128, 0],
        [254, 252],
        [255, 255],
      ],
      [
        [0, 0],
        [4, 7],
        [128, 255],
        [132, 240],
        [192, 0],
        [254, 250],
        [255, 255],
      ],
    ],
    'hot-metal-blue': [
      [
        [0, 0],
        [85, 0],
        [102, 50],
        [119, 90],
        [153, 190],
        [170, 255],
        [255, 255],
      ],
      [
        [0, 0],
        [119, 0],
        [246, 239],
        [254, 253],
        [255, 255],
      ],
      [
        [0, 0],
        [102, 200],
        [119, 150],
        [136, 50],
        [153, 0],
        [170, 0],
        [240, 206],
        [255, 255],
      ],
    ],
    rainbow: [
      [
        [0, 0],
        [128, 0],
        [192, 255],
        [255, 255],
      ],
      [
        [0, 0],
        [64, 255],
        [192, 255],
        [255, 0],
      ],
      [
        [0, 255],
        [64, 255],
        [128, 0],
        [255, 0],
      ],
    ],
    spring: [
      [
        [0, 255],
        [255, 255],
      ],
      [
        [0, 0],
        [255, 255],
      ],
      [
        [0, 255],
        [255, 0],
      ],
    ],
    winter: [
      [
        [0, 0],
        [255, 0],
      ],
      [
        [0, 0],
        [255, 255],
      ],
      [
        [0, 255],
        [255, 128],
      ],
    ],
  };

/** PET 20 Step (PS3.6 B.1.4): the first grey of each step with its colour. */
const STEPS: readonly (readonly [first: number, red: number, green: number, blue: number])[] = [
  ...([
    [0, 0, 0, 0],
    [13, 96, 0, 80],
    [26, 48, 48, 80],
    [39, 48, 48, 112],
    [51, 80, 80, 128],
  ] as const),
  ...([
    [64, 96, 96, 176],
    [77, 112, 112, 192],
    [90, 128, 128, 224],
    [102, 48, 96, 48],
    [115, 48, 144, 48],
  ] as const),
  ...([
    [128, 80, 192, 80],
    [141, 64, 224, 64],
    [153, 224, 224, 80],
    [166, 208, 208, 96],
    [179, 208, 176, 64],
  ] as const),
  ...([
    [192, 208, 144, 0],
    [204, 192, 96, 0],
    [217, 176, 48, 0],
    [230, 255, 0, 0],
    [243, 255, 255, 255],
  ] as const),
];

/** Red, green and blue, one after the other, for each of the 256 greys. */
export function colorMap(name: ColorMapName): Uint8Array {
  const colors = new Uint8Array(256 * 3);
  for (let grey = 0; grey < 256; grey += 1) {
    if (name === 'pet-20-step') {
      const [, ...step] = STEPS.findLast(([first]) => first <= grey) ?? [0, 0, 0, 0];
      colors.set(step, grey * 3);
    } else {
      colors.set(
        CURVES[name].map((curve) => valueAt(curve, grey)),
        grey * 3,
      );
    }
  }
  return colors;
}

function valueAt(curve: Curve, place: number): number {
  const next = curve.findIndex(([at]) => at >= place);
  const [to = 0, high = 0] = curve[next] ?? [];
  const [from = 0, low = 0] = curve[Math.max(0, next - 1)] ?? [];
  return to === from ? high : Math.round(low + ((high - low) * (place - from)) / (to - from));
}
