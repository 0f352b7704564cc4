/** Which directory holds which plane of an OME-TIFF (OME-TIFF specification, TiffData and DimensionOrder). */

import { AppError } from '#shared/errors.ts';
import { MOST_CHANNELS, MOST_FOCAL_PLANES } from '#shared/imaging/plane-selection.ts';
import type { SlideChannel } from '#shared/imaging/pyramid.ts';
import { childrenOf, integerAttribute, type XmlElement } from '#shared/xml/xml-element.ts';
import type { TiffDirectory, TiffFile, TiffStack } from './tiff.ts';

/** Of channels that state none: fluorescence is told apart by colour. */
const COLOURS = ['#0000ff', '#00ff00', '#ff0000', '#00ffff', '#ff00ff', '#ffff00', '#ffffff'] as const;

/**
 * The planes that `pixels` describes, or null when there is a single image in its own colours. Of several points in time
 * the first is taken. Errors: SLIDE_METADATA_INVALID for planes without a directory and for planes that differ in size,
 * TIFF_LIMIT for too many.
 */
export function planesOf(
  tiff: TiffFile,
  pixels: XmlElement,
  levelsOf: (tiff: TiffFile, base: TiffDirectory) => TiffDirectory[],
): TiffStack | null {
  const sizeC = size(pixels, 'C');
  const sizeZ = size(pixels, 'Z');
  const sizeT = size(pixels, 'T');
  if (sizeC > MOST_CHANNELS) throw tooMany('channels', sizeC, MOST_CHANNELS);
  if (sizeZ > MOST_FOCAL_PLANES) throw tooMany('focal planes', sizeZ, MOST_FOCAL_PLANES);
  const described = childrenOf(pixels, 'Channel');
  const samples = Math.max(1, ...described.map((one) => integerAttribute(one, 'SamplesPerPixel') ?? 1));
  const ownColours = samples >= 3 || (tiff.directories[0].samplesPerPixel >= 3 && sizeC <= 4);
  if (ownColours && sizeZ === 1) return null;
  if (!ownColours && sizeC === 1 && sizeZ === 1) return null;
  if (ownColours) throw invalid('stacks of colour images are not supported');
  // Several samples a pixel hold several channels each.
  const perPixel = tiff.directories[0].samplesPerPixel;
  const channelPages = Math.ceil(sizeC / perPixel);
  const pages = pageTable(pixels, { C: channelPages, Z: sizeZ, T: sizeT });
  const images = new Map<number, readonly TiffDirectory[]>();
  const first = tiff.directories[pages.get(0) ?? 0];
  for (let z = 0; z < sizeZ; z++) {
    for (let c = 0; c < channelPages; c++) {
      const directory = tiff.directories[pages.get(z * channelPages + c) ?? -1];
      if (directory === undefined || first === undefined) throw invalid(`channel ${c} of focal plane ${z} has no page`);
      if (directory.width !== first.width || directory.height !== first.height) {
        throw invalid('its planes differ in size');
      }
      images.set(z * channelPages + c, levelsOf(tiff, directory));
    }
  }
  const stepUm = Number(pixels.attributes.get('PhysicalSizeZ') ?? Number.NaN);
  return {
    focalPlanesUm: Array.from({ length: sizeZ }, (_, z) => (stepUm > 0 ? z * stepUm : null)),
    channels: Array.from({ length: sizeC }, (_, c) => channel(described[c], c, sizeC)),
    images: (z, c) => images.get(z * channelPages + Math.floor(c / perPixel)) ?? [],
    sample: (c) => c % perPixel,
  };
}

function size(pixels: XmlElement, axis: 'C' | 'Z' | 'T'): number {
  return Math.max(1, integerAttribute(pixels, `Size${axis}`) ?? 1);
}

/** Page numbers by z × channels + c, for the first point in time. */
function pageTable(pixels: XmlElement, sizes: Readonly<Record<'C' | 'Z' | 'T', number>>): ReadonlyMap<number, number> {
  const order = /^XY([CZT]{3})$/.exec(pixels.attributes.get('DimensionOrder') ?? '')?.[1] ?? 'CZT';
  const axes = [...order] as ('C' | 'Z' | 'T')[];
  const total = sizes.C * sizes.Z * sizes.T;
  const table = new Map<number, number>();
  const put = (plane: number, page: number): void => {
    const at = { C: 0, Z: 0, T: 0 };
    let rest = plane;
    for (const axis of axes) {
      at[axis] = rest % sizes[axis];
      rest = Math.floor(rest / sizes[axis]);
    }
    if (at.T === 0) table.set(at.Z * sizes.C + at.C, page);
  };
  const blocks = childrenOf(pixels, 'TiffData');
  if (blocks.length === 0) {
    for (let plane = 0; plane < Math.min(total, MOST_PAGES); plane++) put(plane, plane);
  }
  for (const [index, block] of blocks.entries()) {
    const start = { C: 0, Z: 0, T: 0 };
    for (const axis of axes) start[axis] = integerAttribute(block, `First${axis}`) ?? 0;
    const ifd = integerAttribute(block, 'IFD') ?? (blocks.length > 1 ? index : 0);
    const count =
      integerAttribute(block, 'PlaneCount') ?? (block.attributes.has('IFD') || blocks.length > 1 ? 1 : total);
    let plane = 0;
    let factor = 1;
    for (const axis of axes) {
      plane += start[axis] * factor;
      factor *= sizes[axis];
    }
    for (let step = 0; step < Math.min(count, MOST_PAGES); step++) put(plane + step, ifd + step);
  }
  return table;
}

/** As many as a file may have directories. */
const MOST_PAGES = 65_536;

function channel(described: XmlElement | undefined, index: number, count: number): SlideChannel {
  const name = described?.attributes.get('Name') ?? described?.attributes.get('Fluor') ?? `channel ${index + 1}`;
  const colour = count === 1 ? '#ffffff' : (COLOURS[index % COLOURS.length] ?? '#ffffff');
  return { name: name.slice(0, 64), colour: omeColour(described?.attributes.get('Color')) ?? colour, window: null };
}

/** A signed 32-bit number of the bytes red, green, blue, alpha; black would show nothing. */
function omeColour(text: string | undefined): string | null {
  if (text === undefined || !/^-?\d{1,10}$/.test(text)) return null;
  const rgb = (Number(text) >>> 8) & 0xffffff;
  return rgb === 0 ? null : `#${rgb.toString(16).padStart(6, '0')}`;
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'OME-XML', reason });
}

function tooMany(what: string, value: number, limit: number): AppError {
  return new AppError('TIFF_LIMIT', { what, value, limit });
}
