/**
 * OME-TIFF (OME Model and File Formats, 2016-06): a TIFF whose first ImageDescription is OME-XML. Each plane of channel,
 * focal plane and time has its directory; its smaller levels are the directory's SubIFDs. Levels of a pyramid that some
 * writers store as further pages belong to no plane and are found by their size.
 */

import { planesOf } from '#server/slides/ome-planes.ts';
import { parseXml } from '#server/slides/slide-xml.ts';
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
  type TiffLayout,
} from '#server/slides/tiff.ts';
import type { StatedMpp } from '#shared/imaging/pyramid.ts';
import { child, childrenOf, type XmlElement } from '#shared/xml/xml-element.ts';

export const omeTiff: TiffFormat = {
  name: 'ome-tiff',
  detect(tiff) {
    return /<(?:\w+:)?OME[\s>]/.test(tiff.directories[0].description.slice(0, 4096))
      ? true
      : 'the image description is not OME-XML';
  },
  layout(tiff) {
    const root = parseXml(tiff.directories[0].description, 'OME-XML');
    const image = mainImage(root);
    const pixels = child(image, 'Pixels');
    const mpp = physicalSize(pixels);
    const stack = pixels === null ? null : planesOf(tiff, pixels, levelsOf);
    const base = stack === null ? tiff.directories[0] : (stack.images(0, 0)[0] ?? tiff.directories[0]);
    const levels = levelsOf(tiff, base);
    return {
      vendor: null,
      levels: gridLevels(levels),
      associated: associated(tiff, base),
      mpps: stated(mpp, resolutionCalibration(base)),
      objective: objectiveOf(root, image),
      scanner: child(child(root, 'Instrument'), 'Microscope')?.attributes.get('Model') ?? null,
      ...(stack === null ? {} : { stack }),
    };
  },
};

/** Writers put label and macro image beside the slide: the largest image is the slide. */
function mainImage(root: XmlElement): XmlElement | null {
  const area = (image: XmlElement): number => {
    const pixels = child(image, 'Pixels');
    return Number(pixels?.attributes.get('SizeX') ?? 0) * Number(pixels?.attributes.get('SizeY') ?? 0);
  };
  let found: XmlElement | null = null;
  for (const image of childrenOf(root, 'Image')) if (found === null || area(image) > area(found)) found = image;
  return found;
}

function levelsOf(tiff: TiffFile, base: TiffDirectory): TiffDirectory[] {
  const own = base.subDirectories.filter((one) => fits(base, one));
  const candidates =
    own.length > 0 || isTiled(base) === false ? own : tiff.directories.filter((one) => fits(base, one));
  const sorted = [...candidates].sort((one, other) => other.width - one.width);
  return [base, ...sorted.filter((one, index) => one.width !== sorted[index - 1]?.width)];
}

function fits(base: TiffDirectory, one: TiffDirectory): boolean {
  return one.samplesPerPixel === base.samplesPerPixel && isReducedLevel(base, one);
}

/** Pages that are named so and are no level. */
function associated(tiff: TiffFile, base: TiffDirectory): TiffLayout['associated'] {
  const found: { name: 'label' | 'macro'; directory: TiffDirectory }[] = [];
  for (const directory of tiff.directories) {
    const name = /^\s*(label|macro)\b/i.exec(directory.description)?.[1]?.toLowerCase();
    if (directory !== base && (name === 'label' || name === 'macro')) found.push({ name, directory });
  }
  return found;
}

function objectiveOf(root: XmlElement, image: XmlElement | null): TiffLayout['objective'] {
  const wanted = child(image, 'ObjectiveSettings')?.attributes.get('ID');
  const objectives = childrenOf(root, 'Instrument').flatMap((one) => childrenOf(one, 'Objective'));
  const objective = objectives.find((one) => one.attributes.get('ID') === wanted) ?? objectives[0];
  const power = positiveNumber(objective?.attributes.get('NominalMagnification'));
  return power === null ? null : { power, source: 'ome-xml' };
}

function physicalSize(pixels: XmlElement | null): StatedMpp | null {
  const x = micrometres(pixels, 'X');
  const y = micrometres(pixels, 'Y');
  return x !== null && y !== null ? { x, y, source: 'ome-xml' } : null;
}

/** The OME schema makes µm the default unit; cm, mm and nm occur, everything else stays uncalibrated. */
const UNITS: Readonly<Record<string, number>> = { µm: 1, μm: 1, um: 1, cm: 10_000, mm: 1000, nm: 0.001 };

function micrometres(pixels: XmlElement | null, axis: 'X' | 'Y'): number | null {
  const size = Number(pixels?.attributes.get(`PhysicalSize${axis}`) ?? Number.NaN);
  const factor = UNITS[pixels?.attributes.get(`PhysicalSize${axis}Unit`) ?? 'µm'];
  if (factor === undefined) return null;
  return isPlausibleMpp(size * factor) ? size * factor : null;
}
