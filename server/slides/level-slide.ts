/** A slide made of level readers: what all formats share once their levels are open. */

import { readProfileName } from '#server/codecs/profile-name.ts';
import { AppError } from '#shared/errors.ts';
import type { ChannelView } from '#shared/imaging/plane-selection.ts';
import {
  type AssociatedImageName,
  hasTile,
  mppsDisagree,
  type ObjectivePowerSource,
  type SlideChannel,
  type SlideDescription,
  type StatedMpp,
  slideLevel,
} from '#shared/imaging/pyramid.ts';
import { type LevelReader, onDemand } from './level-reader.ts';
import type { EncodedImage, Slide } from './slide.ts';

/** Label, macro or thumbnail. */
export interface AssociatedReader {
  readonly name: AssociatedImageName;
  readonly width: number;
  readonly height: number;
  /** Errors: ASSOCIATED_IMAGE_UNDECODABLE. */
  read(signal?: AbortSignal): Promise<EncodedImage>;
}

/** The ICC profile of a slide, read when it is asked for. */
export interface ProfileReader {
  /** As the profile calls itself, or null. */
  readonly name: string | null;
  read(signal?: AbortSignal): Promise<Uint8Array>;
}

const HELD_PROFILE_BYTES = 256 * 1024;

/** A profile of `sizeBytes` bytes behind `read`; only its name is read now. */
export async function openProfile(
  read: (offset: number, length: number, signal?: AbortSignal) => Promise<Uint8Array>,
  sizeBytes: number,
  signal?: AbortSignal,
): Promise<ProfileReader> {
  const name = await readProfileName((offset, length) => read(offset, length, signal), sizeBytes);
  // Each tile that carries it needs it; no more than this is held for each open slide.
  const held = onDemand(() => read(0, sizeBytes));
  return {
    name,
    read: (readSignal) => (sizeBytes <= HELD_PROFILE_BYTES ? held() : read(0, sizeBytes, readSignal)),
  };
}

/** A selection in which nothing is left to the slide but the channels' defaults. */
export interface SelectedPlane {
  readonly focalPlane: number;
  readonly channels: readonly ChannelView[];
}

/** What the file says of the slide, apart from its pixels. */
export interface SlideFacts {
  readonly vendor: string | null;
  /** Every plausible statement; the one taken comes first. */
  readonly mpps: readonly StatedMpp[];
  readonly objective: { readonly power: number; readonly source: NonNullable<ObjectivePowerSource> } | null;
  readonly scanner?: string | null;
  readonly stain?: string | null;
  /** As people call it; absent where there is none of the scanner's own. */
  readonly compression?: string | null;
  readonly origin?: { readonly x: number; readonly y: number } | null;
}

export interface SlideParts {
  readonly format: string;
  readonly facts: SlideFacts;
  /** From full resolution down; never empty. */
  readonly levels: readonly LevelReader[];
  readonly associated: readonly AssociatedReader[];
  readonly icc: ProfileReader | null;
  /** Heights in µm of the focal planes; one of unknown height when absent. */
  readonly focalPlanesUm?: readonly (number | null)[];
  /** Index of the plane `levels` show; 0 when absent. */
  readonly defaultFocalPlane?: number;
  /** One that has its own colours when absent. */
  readonly channels?: readonly SlideChannel[];
  /** The levels of other planes or channels; needed when there are several. */
  readonly select?: (selection: SelectedPlane) => readonly LevelReader[];
  close(): Promise<void>;
}

const OWN_COLOURS: readonly SlideChannel[] = [{ name: 'colour', colour: null, window: null }];

/** The slide over its parts, which it closes. */
export function levelSlide(parts: SlideParts): Slide {
  return slideOver(parts, parts.levels, describe(parts));
}

/** Selections whose levels are kept ready: a viewport asks for a hundred tiles of the same one. */
const MOST_SELECTED = 8;

function slideOver(
  parts: SlideParts,
  levels: readonly LevelReader[],
  description: SlideDescription,
  selected = new Map<string, Slide>(),
): Slide {
  const at = (level: number, column: number, row: number): LevelReader => {
    const shape = description.levels[level];
    const reader = levels[level];
    if (reader === undefined || shape === undefined || !hasTile(shape, column, row)) {
      throw new AppError('TILE_OUT_OF_RANGE', { level, column, row });
    }
    return reader;
  };
  return {
    description,
    passesThrough: (level) => levels[level]?.passesThrough ?? false,
    tileMediaType: (level) => at(level, 0, 0).mediaType,
    tileVersion: (level, column, row) => at(level, column, row).version({ column, row }),
    async tile(level, column, row, signal) {
      const reader = at(level, column, row);
      try {
        const bytes = await reader.encoded({ column, row }, signal);
        return { bytes, mediaType: reader.mediaType, version: reader.version({ column, row }) };
      } catch (error) {
        throw tileError(error, level, column, row);
      }
    },
    async decodedTile(level, column, row, signal) {
      const reader = at(level, column, row);
      try {
        return await reader.decoded({ column, row }, signal);
      } catch (error) {
        throw tileError(error, level, column, row);
      }
    },
    firstStoredTile: (level) => at(level, 0, 0).firstStored,
    select(selection) {
      const { channels } = selection;
      const focalPlane = selection.focalPlane ?? parts.defaultFocalPlane ?? 0;
      const { focalPlanes, channels: known } = description;
      const unknown = channels.find(({ index }) => known[index] === undefined);
      if (focalPlanes[focalPlane] === undefined || unknown !== undefined) throw new AppError('SLIDE_PLANE_UNKNOWN');
      if (parts.select === undefined) return this;
      const key = JSON.stringify([focalPlane, channels]);
      const present =
        selected.get(key) ?? slideOver(parts, parts.select({ focalPlane, channels }), description, selected);
      selected.delete(key);
      selected.set(key, present);
      const [oldest] = selected.keys();
      if (selected.size > MOST_SELECTED && oldest !== undefined) selected.delete(oldest);
      return present;
    },
    async associatedImage(name, signal) {
      const found = parts.associated.find((one) => one.name === name);
      if (found === undefined) throw new AppError('ASSOCIATED_IMAGE_UNKNOWN', { name });
      return found.read(signal);
    },
    iccProfile: async (signal) => (parts.icc === null ? null : parts.icc.read(signal)),
    close: () => parts.close(),
  };
}

function describe(parts: SlideParts): SlideDescription {
  const { format, facts, levels, associated, icc } = parts;
  const [base] = levels;
  if (base === undefined) throw new TypeError('A slide has at least one level.');
  const mpp = facts.mpps[0] ?? null;
  return {
    format,
    vendor: facts.vendor,
    width: base.width,
    height: base.height,
    levels: levels.map((level) => slideLevel(level, level, base)),
    mppX: mpp?.x ?? null,
    mppY: mpp?.y ?? null,
    mppSource: mpp?.source ?? null,
    objectivePower: facts.objective?.power ?? null,
    objectivePowerSource: facts.objective?.source ?? null,
    statedMpps: facts.mpps,
    mppsDisagree: mppsDisagree(facts.mpps),
    scanner: facts.scanner ?? null,
    stain: facts.stain ?? null,
    compression: facts.compression ?? null,
    focalPlanes: (parts.focalPlanesUm ?? [null]).map((zUm) => ({ zUm })),
    defaultFocalPlane: parts.defaultFocalPlane ?? 0,
    channels: parts.channels ?? OWN_COLOURS,
    origin: facts.origin ?? null,
    associatedImages: associated.map(({ name, width, height }) => ({ name, width, height })),
    hasIccProfile: icc !== null,
    iccProfileName: icc?.name ?? null,
  };
}

/** Damage found by a codec, said as damage of a tile; everything else unchanged. */
export function tileError(error: unknown, level: number, column: number, row: number): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== 'DOCUMENT_DAMAGED' && error.code !== 'FRAME_UNDECODABLE') return error;
  return new AppError('TILE_UNDECODABLE', { level, column, row }, { cause: error });
}
