/**
 * Any TIFF pyramid without a row of its own: reduced levels as further pages (as libvips and many converters write) or
 * as SubIFDs of the full-resolution page, in tiles or in strips.
 *
 * Files of scanners whose layout needs knowledge that a row above failed to find are refused: overlapping or padded
 * tiles would be shown in the wrong place. So are stacks of planes that nothing describes, of which one would be shown
 * as if it were all.
 */

import {
  gridLevels,
  isReducedLevel,
  isTiled,
  resolutionCalibration,
  stated,
  type TiffDirectory,
  type TiffFile,
  type TiffFormat,
} from '#server/slides/tiff.ts';

export const genericTiff: TiffFormat = {
  name: 'tiff-pyramid',
  detect(tiff) {
    const base = largest(tiff);
    if (base === null) return 'no page is a picture';
    const scanner = foreignScanner(tiff);
    if (scanner !== null) return `it is a file of ${scanner} but lacks what its scanner writes`;
    const alike = tiff.directories.filter(
      (one) => isPicture(one) && one.width === base.width && one.height === base.height,
    );
    if (alike.length > 1) return `it has ${alike.length} pages of full size (focal planes or channels)`;
    return isTiled(base) || reducedLevels(tiff, base).length > 0
      ? true
      : 'it is stored in strips and has no smaller levels';
  },
  layout(tiff) {
    const base = largest(tiff) ?? tiff.directories[0];
    return {
      vendor: null,
      levels: gridLevels([base, ...reducedLevels(tiff, base)]),
      associated: [],
      mpps: stated(resolutionCalibration(base)),
      objective: null,
    };
  },
};

/** Bit 2 of NewSubfileType marks a transparency mask (TIFF 6.0 section 8), which is no picture. */
function isPicture(directory: TiffDirectory): boolean {
  return directory.data !== null && (directory.subfileType & 4) === 0;
}

/** Tiled pages go first: a large page in strips beside them is a thumbnail or an overview. */
function largest(tiff: TiffFile): TiffDirectory | null {
  const pictures = tiff.directories.filter(isPicture);
  const tiled = pictures.filter(isTiled);
  let found: TiffDirectory | null = null;
  for (const one of tiled.length > 0 ? tiled : pictures) {
    if (one.width * one.height > (found?.width ?? 0) * (found?.height ?? 0)) found = one;
  }
  return found;
}

function reducedLevels(tiff: TiffFile, base: TiffDirectory): TiffDirectory[] {
  const candidates = [...tiff.directories, ...base.subDirectories]
    .filter((one) => isPicture(one) && isReducedLevel(base, one))
    .sort((one, other) => other.width - one.width);
  return candidates.filter((one, index) => one.width !== candidates[index - 1]?.width);
}

function foreignScanner(tiff: TiffFile): string | null {
  for (const { description, software, make, xmp } of tiff.directories) {
    if (description.startsWith('Aperio')) return 'Aperio';
    if (xmp.includes('<iScan') || xmp.includes('<EncodeInfo')) return 'Ventana';
    if (description.includes('leica-microsystems.com/scn')) return 'Leica';
    if (software.startsWith('Philips')) return 'Philips';
    if (make.startsWith('Hamamatsu')) return 'Hamamatsu';
    if (software.startsWith('MedScan')) return 'Trestle';
  }
  return null;
}
