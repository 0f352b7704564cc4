/** Whether all tissue that lies on the glass was scanned: the scan is looked for in the picture of the whole glass. */

import { AreaAverage } from '#server/codecs/area-average.ts';
import type { RasterImage } from '#server/codecs/raster.ts';
import type { QualityCard } from '#shared/imaging/quality-card.ts';
import { componentsOf, countOf, type Mask } from './mask.ts';
import { tissueLimit, tissueMask } from './tissue.ts';

/** ISO 8037-1: a slide is 76 × 26 mm. */
const GLASS_MM = 76;
const LEAST_ASPECT = 2.3;
const MOST_ASPECT = 3.4;
const STEP_MM = 0.15;
/** A smaller scan has no outline that could be told from another. */
const LEAST_SCAN_MM = 3;
const LEAST_COVER = 0.02;
const MOST_COVER = 0.9;
const LEAST_DICE = 0.7;
/** Around the scan, for what registration misses by. */
const MARGIN_MM = 0.6;
const MOST_POINTS = 1500;
/** Of the glass, at the end that lies further from the scan: there is the label. */
const LABEL_END_MM = 28;
/** Edges of the glass and of the cover slip are long and thin. */
const EDGE_MM = 15;
const EDGE_FILL = 0.1;

export interface ScannedTissue {
  readonly mask: Mask;
  readonly widthMm: number;
  readonly heightMm: number;
}

type Answer = QualityCard['macro'];

/**
 * Compares by outline: both pictures are brought to one scale by the length of the glass, and the scan is laid where most
 * of its tissue meets tissue of the glass, upright or turned by 180°.
 */
export function compareWithMacro(macro: RasterImage, scan: ScannedTissue): Answer {
  const aspect = macro.width / macro.height;
  if (aspect < LEAST_ASPECT || aspect > MOST_ASPECT) return no('the picture does not show a whole glass lying');
  if (Math.min(scan.widthMm, scan.heightMm) < LEAST_SCAN_MM) return no('the scanned area is too small to be found');
  const cover = countOf(scan.mask) / scan.mask.data.length;
  if (cover < LEAST_COVER || cover > MOST_COVER) return no('the scanned tissue has no outline to be found by');
  const glass = glassTissue(macro);
  if (countOf(glass) === 0) return no('no tissue is seen on the glass');
  const template = shrunkMask(scan.mask, scan.widthMm / STEP_MM, scan.heightMm / STEP_MM);
  if (template.width > glass.width || template.height > glass.height) return no('the scan is larger than the glass');
  const found = [false, true].map((turned) => bestPlace(glass, turned ? turnedRound(template) : template));
  const best = found.reduce((one, other) => (other.dice > one.dice ? other : one));
  if (best.dice < LEAST_DICE) return no('the scanned tissue could not be found on the glass');
  const margin = Math.round(MARGIN_MM / STEP_MM);
  const sums = summed(glass);
  const label = Math.round(LABEL_END_MM / STEP_MM);
  const isLabelLeft = best.x + template.width / 2 > glass.width / 2;
  const [from, to] = isLabelLeft
    ? [Math.min(label, best.x), glass.width]
    : [0, Math.max(glass.width - label, best.x + template.width)];
  const total = sumOf(sums, glass, from, 0, to, glass.height);
  const inside = sumOf(
    sums,
    glass,
    Math.max(from, best.x - margin),
    Math.max(0, best.y - margin),
    Math.min(to, best.x + template.width + margin),
    Math.min(glass.height, best.y + template.height + margin),
  );
  return {
    measured: true,
    missingFraction: (total - inside) / total,
    registration: `by outline, ${Math.round(best.dice * 100)} % overlap`,
  };
}

function no(reason: string): Answer {
  return { measured: false, reason };
}

/** The tissue of the picture of the glass at STEP_MM a pixel, without what reaches its border and long thin edges. */
export function glassTissue(macro: RasterImage): Mask {
  const width = Math.round(GLASS_MM / STEP_MM);
  const height = Math.max(1, Math.round((width * macro.height) / macro.width));
  const small = shrunk(macro, Math.min(width, macro.width), Math.min(height, macro.height));
  const mask = tissueMask(small, tissueLimit(small), STEP_MM * 1000);
  const data = Uint8Array.from(mask.data);
  const edge = EDGE_MM / STEP_MM;
  for (const { pixels, box, touchesBorder } of componentsOf(mask, 1)) {
    const isEdge = Math.max(box.width, box.height) > edge && pixels.length < EDGE_FILL * box.width * box.height;
    if (!touchesBorder && !isEdge) continue;
    for (const pixel of pixels) data[pixel] = 0;
  }
  return { ...mask, data };
}

function shrunk(picture: RasterImage, width: number, height: number): RasterImage {
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  const average = new AreaAverage(whole, picture, { width, height });
  average.add(picture, 0, 0);
  return average.finish();
}

function shrunkMask(mask: Mask, width: number, height: number): Mask {
  const data = new Uint8Array(mask.data.length * 3);
  for (const [at, value] of mask.data.entries()) data.fill(value * 255, at * 3, at * 3 + 3);
  const small = shrunk(
    { width: mask.width, height: mask.height, data },
    Math.max(1, Math.round(width)),
    Math.max(1, Math.round(height)),
  );
  const result = new Uint8Array(small.width * small.height);
  for (let at = 0; at < result.length; at++) result[at] = (small.data[at * 3] ?? 0) >= 128 ? 1 : 0;
  return { width: small.width, height: small.height, data: result };
}

function turnedRound(mask: Mask): Mask {
  return { ...mask, data: Uint8Array.from(mask.data).reverse() };
}

/** Where twice the overlap over the sum of both (Dice) is largest. */
function bestPlace(glass: Mask, template: Mask): { readonly x: number; readonly y: number; readonly dice: number } {
  const places: number[] = [];
  for (const [at, value] of template.data.entries()) if (value === 1) places.push(at);
  const stride = Math.max(1, Math.ceil(places.length / MOST_POINTS));
  const points = places.filter((_, index) => index % stride === 0);
  const offsets = points.map((at) => Math.floor(at / template.width) * glass.width + (at % template.width));
  const sums = summed(glass);
  let best = { x: 0, y: 0, dice: 0 };
  for (let y = 0; y + template.height <= glass.height; y++) {
    for (let x = 0; x + template.width <= glass.width; x++) {
      const window = sumOf(sums, glass, x, y, x + template.width, y + template.height);
      if (window === 0) continue;
      let overlap = 0;
      const start = y * glass.width + x;
      for (const offset of offsets) overlap += glass.data[start + offset] ?? 0;
      const dice = (2 * (overlap / points.length) * places.length) / (places.length + window);
      if (dice > best.dice) best = { x, y, dice };
    }
  }
  return best;
}

/** Sums of all pixels above and to the left, with a row and a column of zeros in front. */
function summed({ width, height, data }: Mask): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  return sums;
}

function sumOf(sums: Float64Array, { width }: Mask, left: number, top: number, right: number, bottom: number): number {
  const at = (x: number, y: number): number => sums[y * (width + 1) + x] ?? 0;
  return at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
}
