const STEPS = [1, 2, 5];
const SHORTEST_PX = 55;

export interface ScaleBar {
  readonly widthPx: number;
  /** "5 cm", "20 mm". */
  readonly text: string;
}

/** The shortest bar of at least 55 px whose length is 1, 2 or 5 times a power of ten; `mmPerPixel` is of the screen. */
export function scaleBarFor(mmPerPixel: number): ScaleBar {
  const least = SHORTEST_PX * mmPerPixel;
  let power = 10 ** Math.floor(Math.log10(least));
  let step = STEPS.find((candidate) => candidate * power >= least);
  if (step === undefined) {
    power *= 10;
    step = 1;
  }
  const millimetres = step * power;
  const text =
    millimetres >= 10 ? `${Number((millimetres / 10).toPrecision(2))} cm` : `${Number(millimetres.toPrecision(2))} mm`;
  return { widthPx: millimetres / mmPerPixel, text };
}
