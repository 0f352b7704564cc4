/** A slide made of the instances of a DICOM series (Supplement 145; PS3.3 A.32.8). */

import { copyRaster, encodeJpeg, encodePng, filledRaster } from '#server/codecs/raster.ts';
import { decodeHere, type SlideDecoder } from '#server/codecs/slide-decoding.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import type { AssociatedImageName, SlideChannel } from '#shared/imaging/pyramid.ts';
import { type DicomResolution, joinResolution } from './dicom-frames.ts';
import { compositeLevel, hasOwnColours, openPathLevel, type PathView, samplesOf } from './dicom-level.ts';
import { type DicomPart, readDicomPart } from './dicom-part.ts';
import { type LevelReader, tileCounts } from './level-reader.ts';
import { type AssociatedReader, levelSlide, openProfile, type SelectedPlane, tileError } from './level-slide.ts';
import type { EncodedImage, Slide } from './slide.ts';
import type { ByteSource } from './source.ts';
import { TIFF_LIMITS } from './tiff.ts';

const ROLES: Readonly<Record<string, AssociatedImageName>> = {
  LABEL: 'label',
  OVERVIEW: 'macro',
  THUMBNAIL: 'thumbnail',
};
const MOST_INSTANCES = 4096;
const MOST_ASSOCIATED_PIXELS = 64 * 1024 * 1024;
const COLOURS = ['#0000ff', '#00ff00', '#ff0000', '#00ffff', '#ff00ff', '#ffff00', '#ffffff'] as const;

/**
 * Opens the slide; it then owns the sources. Instances that are no whole slide image, such as annotations, must have been
 * left out. Errors: those of `readDicomPart` and `joinResolution`, SLIDE_INCOMPLETE without a VOLUME image,
 * SLIDE_METADATA_INVALID for images of different shapes, TILE_UNDECODABLE for a level whose first frame is damaged.
 */
export async function openDicomSlide(
  sources: readonly ByteSource[],
  signal?: AbortSignal,
  decoder: SlideDecoder = decodeHere,
): Promise<Slide> {
  if (sources.length > MOST_INSTANCES) throw invalid(`it has ${sources.length} instances`);
  const parts: DicomPart[] = [];
  for (const source of sources) {
    parts.push(await readDicomPart({ source, decoder }, signal ?? new AbortController().signal));
  }
  const [first] = parts;
  if (first === undefined || parts.some(({ seriesUid }) => seriesUid !== first.seriesUid)) {
    throw invalid('its instances are not of one series');
  }
  const volumes = parts.filter(({ flavour }) => ROLES[flavour] === undefined);
  const resolutions = [...Map.groupBy(volumes, (part) => `${part.totalWidth} ${part.totalHeight}`).values()]
    .map(joinResolution)
    .sort((one, other) => other.width - one.width);
  const [base] = resolutions;
  if (base === undefined) throw new AppError('SLIDE_INCOMPLETE', { reason: 'it has no VOLUME image' });
  if (resolutions.length > TIFF_LIMITS.levels) throw invalid(`it has ${resolutions.length} levels`);
  for (const { width, height } of resolutions) {
    const expected = (base.height * width) / base.width;
    if (Math.abs(height - expected) > Math.max(3, expected * 0.01)) throw invalid('its levels differ in shape');
  }

  const sample = base.sample;
  const ownColours = hasOwnColours(sample);
  const profile = sample.iccProfile;
  const channels = ownColours ? undefined : await channelsOf(resolutions);
  const planes = base.focalPlanesUm;
  const middle = Math.floor(planes.length / 2);

  // Levels of a path in its own colours need its first frame, so that all are opened beforehand.
  const paths = ownColours ? base.opticalPaths.map((_, path) => path) : [];
  const opened = new Map<string, LevelReader[]>();
  for (const plane of ownColours ? planes.keys() : []) {
    for (const path of paths) {
      const levels: LevelReader[] = [];
      for (const [index, resolution] of resolutions.entries()) {
        levels.push(
          await openPathLevel(resolution, nearest(resolution, plane, base), path).catch((error) => {
            throw tileError(error, index, 0, 0);
          }),
        );
      }
      opened.set(`${plane} ${path}`, levels);
    }
  }
  const select = ({ focalPlane, channels: views }: SelectedPlane): readonly LevelReader[] => {
    if (channels === undefined) return opened.get(`${focalPlane} ${views[0]?.index ?? 0}`) ?? [];
    const chosen = views.length > 0 ? views : channels.map((_, index) => ({ index, colour: null, window: null }));
    const layers: PathView[] = chosen.map(({ index, colour, window }) => ({
      path: index,
      colour: rgbOf(colour ?? channels[index]?.colour ?? '#ffffff'),
      ...(window ?? channels[index]?.window ?? { low: 0, high: 255 }),
    }));
    return resolutions.map((one) => compositeLevel(one, nearest(one, focalPlane, base), layers));
  };
  return levelSlide({
    format: 'dicom-wsi',
    facts: {
      vendor: sample.vendor,
      mpps: sample.mpps,
      objective: sample.objectivePower === null ? null : { power: sample.objectivePower, source: 'dicom' },
      ...{ scanner: sample.scanner, stain: sample.stain },
      compression: transferSyntaxOf(sample.transferSyntaxUid).name,
    },
    levels: select({ focalPlane: middle, channels: [] }),
    associated: await associatedOf(parts),
    icc:
      profile === null
        ? null
        : await openProfile(async (offset, length) => profile.subarray(offset, offset + length), profile.byteLength),
    focalPlanesUm: planes,
    defaultFocalPlane: middle,
    channels: channels ?? ownChannels(base),
    select,
    async close() {
      await Promise.all(sources.map((source) => source.close()));
    },
  });
}

/** Reduced levels may lack planes: then the one in the middle stands for all. */
function nearest(resolution: DicomResolution, plane: number, base: DicomResolution): number {
  const found = resolution.focalPlanesUm.indexOf(base.focalPlanesUm[plane] ?? null);
  return found === -1 ? Math.floor(resolution.focalPlanesUm.length / 2) : found;
}

function ownChannels({ opticalPaths }: DicomResolution): SlideChannel[] {
  return opticalPaths.map(({ identifier, description }) => ({
    name: (description ?? (identifier || 'colour')).slice(0, 64),
    ...{ colour: null, window: null },
  }));
}

/** Grey paths: shown from the darkest to the brightest value of the first frame of the coarsest level. */
async function channelsOf(resolutions: readonly DicomResolution[]): Promise<SlideChannel[]> {
  const coarsest = resolutions.at(-1);
  const channels: SlideChannel[] = [];
  for (const [path, { identifier, description }] of (resolutions[0]?.opticalPaths ?? []).entries()) {
    const frame = coarsest?.frames(Math.floor(coarsest.focalPlanesUm.length / 2), path)[0];
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of frame === undefined ? [0, 255] : (await samplesOf(frame)).values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const count = resolutions[0]?.opticalPaths.length ?? 1;
    channels.push({
      name: (description ?? (identifier || 'grey')).slice(0, 64),
      colour: count === 1 ? '#ffffff' : (COLOURS[path % COLOURS.length] ?? '#ffffff'),
      window: { low, high: high > low ? high : low + 1 },
    });
  }
  return channels;
}

/** Label and overview show what the glass says: names, at times. They are read as a whole when asked for. */
async function associatedOf(parts: readonly DicomPart[]): Promise<AssociatedReader[]> {
  const readers: AssociatedReader[] = [];
  for (const [flavour, name] of Object.entries(ROLES)) {
    const found = parts
      .filter((part) => part.flavour === flavour && (name !== 'thumbnail' || !part.showsSlideLabel))
      .sort((one, other) => other.totalWidth - one.totalWidth)[0];
    if (found === undefined || found.totalWidth * found.totalHeight > MOST_ASSOCIATED_PIXELS) continue;
    const { totalWidth: width, totalHeight: height } = found;
    readers.push({ name, width, height, read: (signal) => wholeImage(name, found, signal) });
  }
  return readers;
}

async function wholeImage(name: AssociatedImageName, part: DicomPart, signal?: AbortSignal): Promise<EncodedImage> {
  try {
    const resolution = joinResolution([part]);
    const level = await openPathLevel(resolution, 0, 0);
    const whole = filledRaster(level.width, level.height);
    const { columns, rows } = tileCounts(level);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const tile = await level.decoded({ column, row }, signal);
        const x = column * level.tileWidth;
        const y = row * level.tileHeight;
        const size = { width: Math.min(tile.width, level.width - x), height: Math.min(tile.height, level.height - y) };
        copyRaster(tile, { x: 0, y: 0, ...size }, whole, x, y);
      }
    }
    return part.image.lossy
      ? { bytes: await encodeJpeg(whole), mediaType: 'image/jpeg' }
      : { bytes: await encodePng(whole), mediaType: 'image/png' };
  } catch (cause) {
    if (!(cause instanceof AppError) || signal?.aborted) throw cause;
    throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name }, { cause });
  }
}

function rgbOf(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(/^#([0-9a-f]{6})$/i.exec(colour)?.[1] ?? 'ffffff', 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'DICOM series', reason });
}
