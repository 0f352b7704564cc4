/**
 * Aperio SVS (Leica Biosystems): a tiled TIFF whose first page names Aperio in its ImageDescription.
 *
 * Page order: full resolution; a thumbnail in strips, which is no level though it is smaller; the reduced levels in
 * tiles; label and macro image in strips. These two are named in the second line of their description or, on newer
 * scanners that leave it out, by NewSubfileType 1 and 9.
 */

import {
  gridLevels,
  isPlausibleMpp,
  isReducedLevel,
  isTiled,
  positiveNumber,
  resolutionCalibration,
  stated,
  type TiffDirectory,
  type TiffFile,
  type TiffFormat,
} from '#server/slides/tiff.ts';
import type { AssociatedImageName, StatedMpp } from '#shared/imaging/pyramid.ts';

interface Associated {
  readonly name: AssociatedImageName;
  readonly directory: TiffDirectory;
}

export const aperio: TiffFormat = {
  name: 'aperio-svs',
  detect(tiff) {
    const [base] = tiff.directories;
    if (!base.description.startsWith('Aperio')) return 'the image description does not name Aperio';
    return isTiled(base) ? true : 'the first page of an Aperio slide must be tiled';
  },
  layout(tiff) {
    const [base] = tiff.directories;
    const fields = descriptionFields(base.description);
    const power = positiveNumber(fields.get('AppMag'));
    return {
      vendor: 'Aperio',
      levels: gridLevels([base, ...reducedLevels(tiff)]),
      associated: associatedImages(tiff),
      mpps: stated(describedMpp(fields), resolutionCalibration(base)),
      scanner: scannerOf(base.description),
      objective: power === null ? null : { power, source: 'aperio-description' },
    };
  },
};

/** Newer scanners write their model into the first line; older ones name the software alone. */
function scannerOf(description: string): string | null {
  return /^Aperio (?:Leica Biosystems )?((?:GT|AT|CS|VERSA)\s?\w+)/.exec(description)?.[1] ?? null;
}

/** The `Key = value` fields that follow the first `|` of an Aperio description. */
function descriptionFields(description: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of description.split('|').slice(1)) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  return fields;
}

function describedMpp(fields: ReadonlyMap<string, string>): StatedMpp | null {
  const mpp = positiveNumber(fields.get('MPP'));
  return mpp === null || !isPlausibleMpp(mpp) ? null : { x: mpp, y: mpp, source: 'aperio-description' };
}

function reducedLevels(tiff: TiffFile): TiffDirectory[] {
  const [base] = tiff.directories;
  const levels: TiffDirectory[] = [];
  for (const directory of tiff.directories.slice(1)) {
    const last = levels.at(-1) ?? base;
    if (describedRole(directory) === null && isReducedLevel(base, directory) && directory.width < last.width) {
      levels.push(directory);
    }
  }
  return levels;
}

function associatedImages(tiff: TiffFile): Associated[] {
  const images: Associated[] = [];
  for (const [index, directory] of tiff.directories.entries()) {
    if (index === 0 || isTiled(directory)) continue;
    const role = describedRole(directory) ?? subfileRole(directory) ?? (index === 1 ? 'thumbnail' : null);
    if (role !== null && !images.some((image) => image.name === role)) images.push({ name: role, directory });
  }
  return images;
}

function describedRole(directory: TiffDirectory): 'label' | 'macro' | null {
  const line = directory.description.split(/\r?\n/)[1]?.trimStart() ?? '';
  if (line.startsWith('label')) return 'label';
  return line.startsWith('macro') ? 'macro' : null;
}

function subfileRole(directory: TiffDirectory): 'label' | 'macro' | null {
  if (directory.subfileType === 1) return 'label';
  return directory.subfileType === 9 ? 'macro' : null;
}
