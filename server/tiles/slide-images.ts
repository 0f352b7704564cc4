import { encodeJpeg } from '#server/codecs/raster.ts';
import type { SlideImages } from '#server/domain/image-ports.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256, SlideId } from '#shared/ids.ts';
import type { TileService } from './tile-service.ts';

/** Slides whose hash is remembered; a stored slide never changes its bytes. */
const REMEMBERED = 10_000;
const THUMBNAIL_QUALITY = 85;

/** Images of slides by their id. Whether the caller may see the slide was asked before. */
export function createSlideImages(
  tiles: TileService,
  hashOf: (slideId: SlideId) => Promise<Sha256 | null>,
): SlideImages {
  const hashes = new Map<SlideId, Sha256>();

  async function resolve(slideId: SlideId): Promise<Sha256> {
    const known = hashes.get(slideId);
    if (known !== undefined) return known;
    const found = await hashOf(slideId);
    if (found === null) throw new AppError('NOT_FOUND');
    if (hashes.size >= REMEMBERED) hashes.clear();
    hashes.set(slideId, found);
    return found;
  }

  return {
    async tile(slideId, place, knownVersion, signal) {
      return tiles.tileUnlessKnown(await resolve(slideId), place, knownVersion, signal);
    },
    async thumbnail(slideId, side, signal) {
      const raster = await tiles.thumbnail(await resolve(slideId), side, signal);
      return { bytes: await encodeJpeg(raster, { quality: THUMBNAIL_QUALITY }), mediaType: 'image/jpeg' };
    },
    async associatedImage(slideId, name, signal) {
      return tiles.associatedImage(await resolve(slideId), name, signal);
    },
  };
}
