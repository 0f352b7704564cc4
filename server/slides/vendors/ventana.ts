/**
 * Ventana BIF: a TIFF whose XMP packet on some page has the root iScan. Directories say in their description which level
 * they are. The XMP of level 0 (EncodeInfo) tells of each scanned area which tiles it holds and by how much neighbouring
 * tiles overlap; the mean of all overlaps, weighted by their confidence, is how far tiles lie apart. A tile of a reduced
 * level holds parts that belong to several tiles of level 0 and are laid out like these.
 */

import { parseXml } from '#server/slides/slide-xml.ts';
import {
  isPlausibleMpp,
  isTiled,
  type MosaicLevel,
  positiveNumber,
  resolutionCalibration,
  stated,
  type TiffAssociated,
  type TiffDirectory,
  type TiffFile,
  type TiffFormat,
  type TiffLattice,
} from '#server/slides/tiff.ts';
import { AppError } from '#shared/errors.ts';
import { child, childrenOf, integerAttribute, type XmlElement } from '#shared/xml/xml-element.ts';

const MOST_AREAS = 256;
const ASSOCIATED = {
  'Label Image': 'macro',
  Label_Image: 'macro',
  Thumbnail: 'thumbnail',
  Probability_Image: null,
} as const;

export const ventana: TiffFormat = {
  name: 'ventana-bif',
  detect(tiff) {
    if (!tiff.directories.some(isScan)) return 'no XMP packet has the root iScan';
    const base = levelDirectories(tiff)[0]?.directory;
    return base === undefined ? 'no page is described as level 0' : isTiled(base) || 'level 0 must be tiled';
  },
  layout(tiff) {
    const scan = parseXml(tiff.directories.find(isScan)?.xmp ?? '', 'iScan XML');
    const iScan = scan.name === 'iScan' ? scan : child(scan, 'iScan');
    const layers = integerAttribute(iScan, 'Z-layers') ?? 1;
    if (layers !== 1) throw invalid(`slides with ${layers} focal planes are not supported`);
    const levels = levelDirectories(tiff);
    const base = levels[0]?.directory;
    if (base === undefined || !isTiled(base)) throw new TypeError('detect() asks for level 0.');
    const areas = readAreas(base.xmp, base.data.tileWidth, base.data.tileHeight);
    const mosaics = levels.map(({ directory, magnification }) =>
      mosaic(directory, Math.round((levels[0]?.magnification ?? 1) / magnification), areas),
    );
    const [first, ...reduced] = mosaics;
    if (first === undefined) throw new TypeError('detect() asks for level 0.');
    const mpp = positiveNumber(iScan?.attributes.get('ScanRes'));
    const power = positiveNumber(iScan?.attributes.get('Magnification'));
    const known =
      mpp !== null && isPlausibleMpp(mpp) ? ({ x: mpp, y: mpp, source: 'scanner-metadata' } as const) : null;
    return {
      vendor: 'Ventana',
      levels: [first, ...reduced],
      associated: associated(tiff),
      mpps: stated(known, resolutionCalibration(base)),
      objective: power === null ? null : { power, source: 'scanner-metadata' },
      scanner: iScan?.attributes.get('ScannerModel')?.slice(0, 64) ?? null,
    };
  },
};

function isScan({ xmp }: TiffDirectory): boolean {
  return xmp.includes('<iScan');
}

/** Directories described as `level=0 mag=40 quality=90`, in order. */
function levelDirectories(tiff: TiffFile): { directory: TiffDirectory; magnification: number }[] {
  const found: { directory: TiffDirectory; magnification: number }[] = [];
  for (const directory of tiff.directories) {
    const level = /(?:^|\s)level=(\d+)(?:\s|$)/.exec(directory.description)?.[1];
    const magnification = positiveNumber(/(?:^|\s)mag=([\d.]+)/.exec(directory.description)?.[1]);
    if (level === undefined || magnification === null) continue;
    if (Number(level) !== found.length || magnification >= (found.at(-1)?.magnification ?? Number.POSITIVE_INFINITY)) {
      throw invalid('its levels are not in order');
    }
    found.push({ directory, magnification });
  }
  return found;
}

function associated(tiff: TiffFile): TiffAssociated[] {
  const found: TiffAssociated[] = [];
  for (const directory of tiff.directories) {
    const name = ASSOCIATED[directory.description.trim() as keyof typeof ASSOCIATED];
    if (name !== undefined && name !== null) found.push({ name, directory });
  }
  return found;
}

interface Areas {
  readonly advanceX: number;
  readonly advanceY: number;
  readonly areas: readonly { column: number; row: number; columns: number; rows: number }[];
}

function readAreas(xmp: string, tileWidth: number, tileHeight: number): Areas {
  const root = parseXml(xmp, 'EncodeInfo XML');
  const infos = childrenOf(child(root, 'SlideStitchInfo'), 'ImageInfo');
  const origins = child(root, 'AoiOrigin')?.children ?? [];
  if (infos.length === 0 || infos.length !== origins.length || infos.length > MOST_AREAS) {
    throw invalid(`it describes ${infos.length} areas and ${origins.length} places of areas`);
  }
  const total = { x: 0, xWeight: 0, y: 0, yWeight: 0 };
  const areas = [];
  for (const [index, info] of infos.entries()) {
    if (integerAttribute(info, 'AOIScanned') === 0) continue;
    const originX = integer(origins[index] ?? null, 'OriginX');
    const originY = integer(origins[index] ?? null, 'OriginY');
    if (integer(info, 'Width') !== tileWidth || integer(info, 'Height') !== tileHeight) {
      throw invalid('its tiles have another size than the page');
    }
    if (originX % tileWidth !== 0 || originY % tileHeight !== 0) throw invalid('an area does not start at a tile');
    areas.push({
      ...{ column: originX / tileWidth, row: originY / tileHeight },
      ...{ columns: integer(info, 'NumCols'), rows: integer(info, 'NumRows') },
    });
    for (const joint of childrenOf(info, 'TileJointInfo')) {
      const confidence = integer(joint, 'Confidence');
      const direction = joint.attributes.get('Direction');
      if (direction === 'RIGHT' || direction === 'LEFT') {
        total.x += confidence * integer(joint, 'OverlapX');
        total.xWeight += confidence;
      } else if (direction === 'UP' || direction === 'DOWN') {
        total.y += confidence * integer(joint, 'OverlapY');
        total.yWeight += confidence;
      } else throw invalid('a joint of tiles has no direction');
    }
  }
  if (areas.length === 0) throw invalid('no area was scanned');
  const advanceX = tileWidth - (total.xWeight > 0 ? total.x / total.xWeight : 0);
  const advanceY = tileHeight - (total.yWeight > 0 ? total.y / total.yWeight : 0);
  for (const [advance, side] of [
    [advanceX, tileWidth],
    [advanceY, tileHeight],
  ] as const) {
    if (!(advance >= side / 2 && advance <= side * 2)) throw invalid('tiles overlap by more than half');
  }
  return { advanceX, advanceY, areas };
}

/** The format records no size of a level: it is as large as all its tiles. */
function mosaic(directory: TiffDirectory, downsample: number, { advanceX, advanceY, areas }: Areas): MosaicLevel {
  if (!isTiled(directory)) throw invalid('a level is not tiled');
  const { tileWidth, tileHeight } = directory.data;
  const cell = { width: tileWidth / downsample, height: tileHeight / downsample };
  if (!(downsample >= 1) || cell.width < 1 || cell.height < 1) throw invalid('a level is reduced too far');
  const lattices: TiffLattice[] = areas.map(({ column, row, columns, rows }) => ({
    ...{ directory: 0, firstColumn: column, firstRow: row, columns, rows, originX: 0, originY: 0 },
    ...{ advanceX: advanceX / downsample, advanceY: advanceY / downsample, cellsPerTile: downsample },
  }));
  const right = Math.max(...areas.map(({ column, columns }) => (column + columns - 1) * advanceX));
  const bottom = Math.max(...areas.map(({ row, rows }) => (row + rows - 1) * advanceY));
  return {
    ...{ kind: 'mosaic', directories: [directory], lattices },
    width: Math.ceil(right / downsample + cell.width),
    height: Math.ceil(bottom / downsample + cell.height),
  };
}

function integer(element: XmlElement | null, name: string): number {
  const value = integerAttribute(element, name);
  if (value === null || Math.abs(value) > 2_000_000) throw invalid(`${name} is missing or no whole number`);
  return value;
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'Ventana XML', reason });
}
