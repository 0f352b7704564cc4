/** Colours of presentation states as `#rrggbb` of sRGB (PS3.3 C.10.5, C.10.7, C.10.7.1.1). */
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonNumber, jsonNumbers } from './json-reading.ts';

/** A colour given as CIELab; null where there is none. */
export function labColour(item: DicomJsonDataset | undefined, tag: string): string | null {
  const [l, a, b] = jsonNumbers(item, tag);
  return l === undefined || a === undefined || b === undefined ? null : labToHex(l, a, b);
}

/** Graphic Layer Recommended Display CIELab before grey and the retired RGB Value (PS3.3 C.10.7). */
export function layerColour(layer: DicomJsonDataset): string | null {
  const lab = labColour(layer, '00700401');
  if (lab !== null) return lab;
  const [red, green, blue] = jsonNumbers(layer, '00700067');
  if (red !== undefined && green !== undefined && blue !== undefined) {
    return hex([red, green, blue].map((value) => value / 0xffff));
  }
  const grey = jsonNumber(layer, '00700066');
  return grey === null ? null : greyColour(grey);
}

/** A P-Value of 16 bits. */
export function greyColour(value: number): string {
  return hex([value / 0xffff, value / 0xffff, value / 0xffff]);
}

/** PCS-Values: L* over 0…65535, a* and b* from -128 to 127 over the same, white D50 (PS3.3 C.10.7.1.1). */
function labToHex(l: number, a: number, b: number): string {
  const fy = ((l / 0xffff) * 100 + 16) / 116;
  const fx = fy + ((a / 0xffff) * 255 - 128) / 500;
  const fz = fy - ((b / 0xffff) * 255 - 128) / 200;
  const cube = (f: number) => (f ** 3 > 216 / 24389 ? f ** 3 : (116 * f - 16) / (24389 / 27));
  const [x, y, z] = [0.9642 * cube(fx), cube(fy), 0.8249 * cube(fz)];
  // XYZ of D50 to linear sRGB, Bradford adaptation included.
  return hex(
    [
      3.1338561 * x - 1.6168667 * y - 0.4906146 * z,
      -0.9787684 * x + 1.9161415 * y + 0.033454 * z,
      0.0719453 * x - 0.2289914 * y + 1.4052427 * z,
    ].map((linear) => (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055)),
  );
}

function hex(parts: readonly number[]): string {
  const bytes = parts.map((part) => Math.round(255 * Math.min(1, Math.max(0, part))));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** `#rrggbb` as the PCS-Values that `labColour` reads (PS3.3 C.10.7.1.1). */
export function labOfColour(colour: string): [l: number, a: number, b: number] {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  // Linear sRGB to XYZ of D50, Bradford adaptation included.
  const root = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const fx = root((0.4360747 * red + 0.3850649 * green + 0.1430804 * blue) / 0.9642);
  const fy = root(0.2225045 * red + 0.7168786 * green + 0.0606169 * blue);
  const fz = root((0.0139322 * red + 0.0971045 * green + 0.7141733 * blue) / 0.8249);
  const word = (share: number) => Math.round(0xffff * Math.min(1, Math.max(0, share)));
  return [word((116 * fy - 16) / 100), word((500 * (fx - fy) + 128) / 255), word((200 * (fy - fz) + 128) / 255)];
}
