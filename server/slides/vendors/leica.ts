/**
 * Leica SCN: a BigTIFF whose first ImageDescription is XML of the scn namespace. A collection (the glass) holds images,
 * each with its place on the glass in nanometres and its levels as numbers of directories. The image that covers the whole
 * glass is the macro image; the others are the areas that were scanned.
 *
 * A single area is the slide itself, so that its tiles go out as stored; `origin` tells where it lies on the glass. Several
 * areas are laid out on the whole glass.
 */

import { parseXml } from '#server/slides/slide-xml.ts';
import {
  gridLevels,
  isPlausibleMpp,
  isTiled,
  type MosaicLevel,
  positiveNumber,
  resolutionCalibration,
  stated,
  type TiffDirectory,
  type TiffFile,
  type TiffFormat,
  type TiffLattice,
} from '#server/slides/tiff.ts';
import { AppError } from '#shared/errors.ts';
import { child, childrenOf, integerAttribute, type XmlElement } from '#shared/xml/xml-element.ts';

const NAMESPACE = 'http://www.leica-microsystems.com/scn/2010';
const MOST_AREAS = 64;

export const leica: TiffFormat = {
  name: 'leica-scn',
  detect(tiff) {
    return tiff.directories[0].description.includes(NAMESPACE)
      ? true
      : 'the image description is not of the scn namespace';
  },
  layout(tiff) {
    const root = parseXml(tiff.directories[0].description, 'SCN XML');
    const collection = child(root, 'collection');
    const glass = rectangle(collection, false);
    const images = childrenOf(collection, 'image').map((image) => readImage(tiff, image));
    const macro = images.find((image) => coversGlass(image.place, glass)) ?? null;
    const areas = images.filter((image) => image !== macro && image.brightField);
    const [first] = areas;
    if (first === undefined) throw invalid('it describes no area scanned in a bright field');
    if (areas.length > MOST_AREAS) throw invalid(`it describes ${areas.length} areas`);
    const [base] = first.levels;
    const nmPerPixel = { x: first.place.width / base.width, y: first.place.height / base.height };
    const mpp = { x: nmPerPixel.x / 1000, y: nmPerPixel.y / 1000 };
    const plausible = isPlausibleMpp(mpp.x) && isPlausibleMpp(mpp.y);
    return {
      vendor: 'Leica',
      levels:
        areas.length === 1
          ? gridLevels(first.levels)
          : [onGlass(areas, 0, glass), ...first.levels.slice(1).map((_, level) => onGlass(areas, level + 1, glass))],
      associated: macro === null ? [] : [{ name: 'macro', directory: macro.levels[0] }],
      mpps: stated(plausible ? { ...mpp, source: 'scanner-metadata' } : null, resolutionCalibration(base)),
      objective: first.objective === null ? null : { power: first.objective, source: 'scanner-metadata' },
      scanner: first.scanner,
      origin:
        areas.length === 1
          ? { x: Math.round(first.place.x / nmPerPixel.x), y: Math.round(first.place.y / nmPerPixel.y) }
          : null,
    };
  },
};

/** On the glass, in nm. */
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Area {
  readonly place: Rectangle;
  /** From full resolution down. */
  readonly levels: readonly [TiffDirectory, ...TiffDirectory[]];
  readonly brightField: boolean;
  readonly objective: number | null;
  readonly scanner: string | null;
}

function readImage(tiff: TiffFile, image: XmlElement): Area {
  const settings = child(image, 'scanSettings');
  const directories: TiffDirectory[] = [];
  for (const dimension of childrenOf(child(image, 'pixels'), 'dimension')) {
    // Of several focal planes and channels the first is taken.
    if ((integerAttribute(dimension, 'z') ?? 0) !== 0 || (integerAttribute(dimension, 'c') ?? 0) !== 0) continue;
    const directory = tiff.directories[integerAttribute(dimension, 'ifd') ?? -1];
    if (directory === undefined) throw invalid('it names a page that is not there');
    directories.push(directory);
  }
  const [base, ...reduced] = directories.sort((one, other) => other.width - one.width);
  if (base === undefined) throw invalid('an image has no pages');
  const source = child(child(settings, 'illuminationSettings'), 'illuminationSource')?.text ?? 'brightfield';
  return {
    place: rectangle(child(image, 'view'), true),
    levels: [base, ...reduced],
    brightField: source === 'brightfield',
    objective: positiveNumber(child(child(settings, 'objectiveSettings'), 'objective')?.text),
    scanner: child(image, 'device')?.attributes.get('model')?.slice(0, 64) ?? null,
  };
}

function rectangle(element: XmlElement | null, placed: boolean): Rectangle {
  const [width, height] = [integerAttribute(element, 'sizeX'), integerAttribute(element, 'sizeY')];
  const [x, y] = placed ? [integerAttribute(element, 'offsetX'), integerAttribute(element, 'offsetY')] : [0, 0];
  if (width === null || height === null || x === null || y === null || width < 1 || height < 1) {
    throw invalid('an image or the glass has no size or place');
  }
  return { x, y, width, height };
}

function coversGlass(place: Rectangle, glass: Rectangle): boolean {
  return place.x === 0 && place.y === 0 && place.width === glass.width && place.height === glass.height;
}

/** One level of all areas on the whole glass. Areas must agree in their resolution to 2 %. */
function onGlass(areas: readonly Area[], level: number, glass: Rectangle): MosaicLevel {
  const directories: TiffDirectory[] = [];
  const scales: number[] = [];
  for (const area of areas) {
    const directory = area.levels[level];
    if (directory === undefined || !isTiled(directory)) throw invalid('its areas differ in their levels');
    directories.push(directory);
    scales.push(area.place.width / directory.width);
  }
  const nmPerPixel = Math.min(...scales);
  if (Math.max(...scales) / nmPerPixel > 1.02) throw invalid('its areas differ in their resolution');
  const lattices: TiffLattice[] = [];
  for (const [index, directory] of directories.entries()) {
    const place = areas[index]?.place;
    if (place === undefined || !isTiled(directory)) continue;
    const { tileWidth, tileHeight } = directory.data;
    lattices.push({
      ...{ directory: index, firstColumn: 0, firstRow: 0, cellsPerTile: 1, advanceX: tileWidth, advanceY: tileHeight },
      columns: Math.ceil(directory.width / tileWidth),
      rows: Math.ceil(directory.height / tileHeight),
      originX: Math.trunc(place.x / nmPerPixel),
      originY: Math.trunc(place.y / nmPerPixel),
    });
  }
  const size = { width: Math.ceil(glass.width / nmPerPixel), height: Math.ceil(glass.height / nmPerPixel) };
  return { kind: 'mosaic', directories, ...size, lattices };
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'SCN XML', reason });
}
