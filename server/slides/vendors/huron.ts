/**
 * Huron TissueScope: a tiled TIFF pyramid whose Make names Huron. Label, macro image and thumbnail are pages in strips
 * that their description names.
 */

import {
  gridLevels,
  isReducedLevel,
  isTiled,
  positiveNumber,
  resolutionCalibration,
  stated,
  type TiffDirectory,
  type TiffFormat,
} from '#server/slides/tiff.ts';

const ROLES = { thumbnail: 'thumbnail', label: 'label', macro: 'macro' } as const;

export const huron: TiffFormat = {
  name: 'huron-tiff',
  detect(tiff) {
    const [base] = tiff.directories;
    if (!base.make.startsWith('Huron')) return 'the make tag does not name Huron';
    return isTiled(base) ? true : 'the first page of a Huron slide must be tiled';
  },
  layout(tiff) {
    const [base] = tiff.directories;
    const levels: TiffDirectory[] = [base];
    const associated = [];
    for (const directory of tiff.directories.slice(1)) {
      if (isReducedLevel(base, directory) && directory.width < (levels.at(-1)?.width ?? 0)) levels.push(directory);
      const word = directory.description.trim().toLowerCase();
      const name = ROLES[word as keyof typeof ROLES];
      if (!isTiled(directory) && name !== undefined) associated.push({ name, directory });
    }
    const power = positiveNumber(/(?:Magnification|Source Lens)\s*=\s*([\d.,]+)/i.exec(base.description)?.[1]);
    return {
      vendor: 'Huron',
      levels: gridLevels(levels),
      associated,
      mpps: stated(resolutionCalibration(base)),
      objective: power === null ? null : { power, source: 'scanner-metadata' },
      scanner: base.model === '' ? null : base.model,
    };
  },
};
