/**
 * Any tiled TIFF pyramid without a row of its own: reduced levels as further pages (as libvips and many converters
 * write) or as SubIFDs of the full-resolution page (as OME-TIFF does).
 *
 * Files of scanners whose layout needs knowledge we do not have are refused: overlapping or padded tiles would be shown
 * in the wrong place. So are stacks of focal planes or channels, of which one would be shown as if it were all.
 */

import {
  type Calibration,
  isPlausibleMpp,
  isReducedLevel,
  isTiled,
  resolutionCalibration,
  type TiffDirectory,
  type TiffFile,
  type TiffFormat,
} from '#server/slides/tiff.ts';

export const genericTiff: TiffFormat = {
  name: 'tiled-tiff',
  detect(tiff) {
    const base = largestTiled(tiff);
    if (base === null) return 'no page is tiled';
    const scanner = foreignScanner(tiff);
    if (scanner !== null) return `files of ${scanner} are not supported`;
    const alike = tiff.directories.filter(
      (one) => isTiled(one) && one.width === base.width && one.height === base.height,
    );
    return alike.length === 1 ? true : `it has ${alike.length} pages of full size (focal planes or channels)`;
  },
  layout(tiff) {
    const base = largestTiled(tiff) ?? tiff.directories[0];
    const ome = omeFacts(tiff.directories[0].description);
    return {
      vendor: null,
      levels: [base, ...reducedLevels(tiff, base)],
      associated: [],
      mpp: ome.mpp ?? resolutionCalibration(base),
      objective: ome.power === null ? null : { power: ome.power, source: 'ome-xml' },
    };
  },
};

/** Bit 2 of NewSubfileType marks a transparency mask (TIFF 6.0 section 8), which is no picture. */
function isPicture(directory: TiffDirectory): boolean {
  return isTiled(directory) && (directory.subfileType & 4) === 0;
}

function largestTiled(tiff: TiffFile): TiffDirectory | null {
  let largest: TiffDirectory | null = null;
  for (const directory of tiff.directories) {
    if (isPicture(directory) && directory.width * directory.height > (largest?.width ?? 0) * (largest?.height ?? 0)) {
      largest = directory;
    }
  }
  return largest;
}

function reducedLevels(tiff: TiffFile, base: TiffDirectory): TiffDirectory[] {
  const candidates = [...tiff.directories, ...base.subDirectories]
    .filter((one) => isPicture(one) && isReducedLevel(base, one))
    .sort((one, other) => other.width - one.width);
  return candidates.filter((one, index) => one.width !== candidates[index - 1]?.width);
}

function foreignScanner(tiff: TiffFile): string | null {
  for (const { description, software, make, xmp } of tiff.directories) {
    if (description.startsWith('Aperio')) return 'Aperio without a tiled first page';
    if (xmp.includes('iScan') || description.includes('iScan')) return 'Ventana (BIF)';
    if (description.includes('leica-microsystems.com/scn')) return 'Leica (SCN)';
    if (software.startsWith('Philips')) return 'Philips';
    if (make.startsWith('Hamamatsu')) return 'Hamamatsu (NDPI)';
    if (software.startsWith('MedScan')) return 'Trestle';
  }
  return null;
}

/** Pixel size and magnification out of an OME-XML description; `Pixels` and `Objective` of the first image count. */
function omeFacts(description: string): { mpp: Calibration | null; power: number | null } {
  if (!/<(?:\w+:)?OME[\s>]/.test(description.slice(0, 4096))) return { mpp: null, power: null };
  const pixels = /<(?:\w+:)?Pixels\s[^>]*>/.exec(description)?.[0] ?? '';
  const x = micrometres(pixels, 'X');
  const y = micrometres(pixels, 'Y');
  const objective = /<(?:\w+:)?Objective\s[^>]*>/.exec(description)?.[0] ?? '';
  const power = Number(attribute(objective, 'NominalMagnification') ?? Number.NaN);
  return {
    mpp: x !== null && y !== null ? { x, y, source: 'ome-xml' } : null,
    power: power > 0 && Number.isFinite(power) ? power : null,
  };
}

function micrometres(pixels: string, axis: 'X' | 'Y'): number | null {
  const size = Number(attribute(pixels, `PhysicalSize${axis}`) ?? Number.NaN);
  // The OME schema makes µm the default unit; mm and nm occur, everything else stays uncalibrated.
  const unit = attribute(pixels, `PhysicalSize${axis}Unit`) ?? 'µm';
  const factor = { µm: 1, μm: 1, '&#181;m': 1, mm: 1000, nm: 0.001 }[unit];
  if (factor === undefined) return null;
  const value = size * factor;
  return isPlausibleMpp(value) ? value : null;
}

function attribute(element: string, name: string): string | null {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(element)?.[1] ?? null;
}
