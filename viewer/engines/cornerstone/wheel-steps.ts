/** A mouse notch is one step whatever the browser calls it; a touchpad's trickle adds up to steps. */
const NOTCH = 50;
const TRICKLE_PER_STEP = 30;
const PIXELS_PER_LINE = 40;

/** A function from wheel events to whole steps through a stack; it keeps the rest for the next event. */
export function createWheelSteps(): (delta: number, deltaMode: number) => number {
  let rest = 0;
  return (delta, deltaMode) => {
    const pixels = deltaMode === 0 ? delta : deltaMode === 1 ? delta * PIXELS_PER_LINE : Math.sign(delta) * NOTCH;
    if (Math.abs(pixels) >= NOTCH) {
      rest = 0;
      return Math.sign(pixels) * Math.max(1, Math.round(Math.abs(pixels) / 120));
    }
    if (rest * pixels < 0) rest = 0;
    rest += pixels;
    const steps = Math.trunc(rest / TRICKLE_PER_STEP);
    rest -= steps * TRICKLE_PER_STEP;
    return steps;
  };
}
