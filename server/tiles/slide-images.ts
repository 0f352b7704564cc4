import { encodeJpeg } from '#server/codecs/raster.ts';
import type { SlideImages } from '#server/domain/image-ports.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideId } from '#shared/ids.ts';
import { readTileVersion } from '#shared/imaging/tile-version.ts';
import { type SlideRef, slideRefText } from './slide-ref.ts';
import type { TileService } from './tile-service.ts';

/** Slides of which is remembered what they are made of. */
const REMEMBERED = 10_000;
/** A side pyramid appears once: addresses that name none may go without it for so long. */
const FRESH_MS = 5000;
const THUMBNAIL_QUALITY = 85;

interface Remembered {
  readonly ref: SlideRef;
  readonly asked: number;
}

/** Images of slides by their id. Whether the caller may see the slide was asked before. */
export function createSlideImages(
  tiles: TileService,
  find: (slideId: SlideId) => Promise<SlideRef | null>,
  now: () => number,
): SlideImages {
  const remembered = new Map<SlideId, Remembered>();

  async function ask(slideId: SlideId): Promise<SlideRef> {
    const ref = await find(slideId);
    if (ref === null) throw new AppError('NOT_FOUND');
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(slideId, { ref, asked: now() });
    return ref;
  }

  /** With its side pyramid, if it has one. */
  async function current(slideId: SlideId): Promise<string> {
    const known = remembered.get(slideId);
    // A side pyramid that is there stays.
    const isFresh = known !== undefined && (known.ref.side !== null || now() - known.asked < FRESH_MS);
    return slideRefText(isFresh ? known.ref : await ask(slideId));
  }

  /** What an address means: its levels are counted as they were when it was made, whatever has been added since. */
  async function meant(slideId: SlideId, version: string | null): Promise<{ ref: string; isForEver: boolean }> {
    if (version === null) return { ref: await current(slideId), isForEver: false };
    const known = remembered.get(slideId)?.ref;
    for (const ref of [known, undefined]) {
      const { sha256, side } = ref ?? (await ask(slideId));
      const read = readTileVersion(version, side);
      if (read === null) continue;
      return { ref: slideRefText({ sha256, side: read.withSide ? side : null }), isForEver: read.isCurrentForm };
    }
    throw new AppError('SLIDE_VERSION_UNKNOWN');
  }

  return {
    async tile(slideId, place, { caller, slideVersion, knownVersion }, signal) {
      const { ref, isForEver } = await meant(slideId, slideVersion);
      return { ...(await tiles.tileUnlessKnown(ref, { ...place, caller }, knownVersion, signal)), isForEver };
    },
    stored(slideId, place, slideVersion) {
      const known = remembered.get(slideId)?.ref;
      const read = known === undefined ? null : readTileVersion(slideVersion, known.side);
      if (known === undefined || read === null || !read.isCurrentForm) return null;
      const ref = read.withSide ? known : { ...known, side: null };
      return tiles.stored(slideRefText(ref), place);
    },
    async thumbnail(slideId, side, signal) {
      const raster = await tiles.thumbnail(await current(slideId), side, signal);
      return { bytes: await encodeJpeg(raster, { quality: THUMBNAIL_QUALITY }), mediaType: 'image/jpeg' };
    },
    async associatedImage(slideId, name, signal) {
      return tiles.associatedImage(await current(slideId), name, signal);
    },
    async iccProfile(slideId, signal) {
      const profile = await tiles.iccProfile(await current(slideId), signal);
      if (profile === null) throw new AppError('ICC_PROFILE_ABSENT');
      return profile;
    },
  };
}
