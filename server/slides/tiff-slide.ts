/** A slide on top of a TIFF file, once a scanner's row has said which directory is what. */

import { ICC_IN_TILE_BYTES } from '#server/codecs/jpeg-assembly.ts';
import { AppError } from '#shared/errors.ts';
import { type AssociatedImageName, hasTile, type SlideDescription, slideLevel } from '#shared/imaging/pyramid.ts';
import type { Slide } from './slide.ts';
import type { ByteSource } from './source.ts';
import { TIFF_LIMITS, type TiffLayout } from './tiff.ts';
import { encodeAssociated, isShowable } from './tiff-associated.ts';
import { openTiffLevel, type TiffLevel } from './tiff-level.ts';

/**
 * Opens the levels of `layout`; from now on the slide owns the source and closes it. When opening fails the source
 * stays the caller's. Errors: those of `openTiffLevel`, and TILE_UNDECODABLE for a level whose first tile is damaged.
 */
export async function openTiffSlide(
  source: ByteSource,
  format: string,
  layout: TiffLayout,
  signal?: AbortSignal,
): Promise<Slide> {
  if (layout.levels.length > TIFF_LIMITS.levels) {
    throw new AppError('TIFF_LIMIT', { what: 'levels', value: layout.levels.length, limit: TIFF_LIMITS.levels });
  }
  const [base] = layout.levels;
  const profile = base.iccProfile;
  const inTiles = profile !== null && profile.lengthBytes <= ICC_IN_TILE_BYTES;
  const iccProfile = inTiles ? await source.read(profile.offsetBytes, profile.lengthBytes, signal) : null;
  const levels: TiffLevel[] = [];
  let mostTiles: number = TIFF_LIMITS.tilesPerSlide;
  for (const [index, directory] of layout.levels.entries()) {
    const opened = await openTiffLevel(source, index, directory, { mostTiles, iccProfile }, signal).catch(
      (error: unknown) => {
        throw tileError(error, index, 0, 0);
      },
    );
    mostTiles -= opened.tileCount;
    levels.push(opened);
  }

  const associated = layout.associated.filter(({ directory }) => isShowable(directory));
  const description = describe(format, layout, levels, inTiles);

  const at = (level: number, column: number, row: number): { stored: TiffLevel; index: number } => {
    const stored = levels[level];
    const shape = description.levels[level];
    if (stored === undefined || shape === undefined || !hasTile(shape, column, row)) {
      throw new AppError('TILE_OUT_OF_RANGE', { level, column, row });
    }
    return { stored, index: row * shape.columns + column };
  };

  return {
    description,
    passesThrough: (level) => levels[level]?.passesThrough ?? false,
    tileVersion(level, column, row) {
      const { stored, index } = at(level, column, row);
      return stored.version(index);
    },
    async tile(level, column, row, tileSignal) {
      const { stored, index } = at(level, column, row);
      try {
        const bytes = await stored.encoded(index, tileSignal);
        return { bytes, mediaType: stored.mediaType, version: stored.version(index) };
      } catch (error) {
        throw tileError(error, level, column, row);
      }
    },
    async decodedTile(level, column, row, tileSignal) {
      const { stored, index } = at(level, column, row);
      try {
        return await stored.decoded(index, tileSignal);
      } catch (error) {
        throw tileError(error, level, column, row);
      }
    },
    firstStoredTile(level) {
      const stored = levels[level];
      const shape = description.levels[level];
      if (stored === undefined || shape === undefined)
        throw new AppError('TILE_OUT_OF_RANGE', { level, column: 0, row: 0 });
      if (stored.firstStored === null) return null;
      return { column: stored.firstStored % shape.columns, row: Math.floor(stored.firstStored / shape.columns) };
    },
    async associatedImage(name, imageSignal) {
      const found = associated.find((one) => one.name === name);
      if (found === undefined || !isShowable(found.directory)) {
        throw new AppError('ASSOCIATED_IMAGE_UNKNOWN', { name });
      }
      return encodeAssociated(source, name, found.directory, imageSignal);
    },
    async iccProfile(profileSignal) {
      return profile === null ? null : source.read(profile.offsetBytes, profile.lengthBytes, profileSignal);
    },
    close: () => source.close(),
  };
}

function describe(
  format: string,
  layout: TiffLayout,
  levels: readonly TiffLevel[],
  iccInTiles: boolean,
): SlideDescription {
  const [base] = layout.levels;
  const associatedImages: { name: AssociatedImageName; width: number; height: number }[] = [];
  for (const { name, directory } of layout.associated) {
    if (isShowable(directory)) associatedImages.push({ name, width: directory.width, height: directory.height });
  }
  return {
    format,
    vendor: layout.vendor,
    width: base.width,
    height: base.height,
    levels: levels.map(({ directory }) => slideLevel(directory, directory.data, base)),
    mppX: layout.mpp?.x ?? null,
    mppY: layout.mpp?.y ?? null,
    mppSource: layout.mpp?.source ?? null,
    objectivePower: layout.objective?.power ?? null,
    objectivePowerSource: layout.objective?.source ?? null,
    associatedImages,
    hasIccProfile: base.iccProfile !== null,
    iccProfileInTiles: iccInTiles && levels.every((level) => level.passesThrough),
  };
}

/** Damage found by a codec, said as damage of a tile; everything else unchanged. */
function tileError(error: unknown, level: number, column: number, row: number): unknown {
  if (!(error instanceof AppError) || error.code !== 'DOCUMENT_DAMAGED') return error;
  return new AppError('TILE_UNDECODABLE', { level, column, row }, { cause: error });
}
