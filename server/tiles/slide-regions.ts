/** Parts of stored slides in any size, for Deep Zoom, IIIF and exports. Permission is asked before anything here is. */

import { encodeJpeg } from '#server/codecs/raster.ts';
import { encodeExport, encodeIiif } from '#server/codecs/region-encoding.ts';
import type { EncodedPicture } from '#server/domain/image-ports.ts';
import type { ExportedRegion, ExportWish, SlideRegions } from '#server/domain/slide-region-ports.ts';
import { readScaledRegion } from '#server/slides/scaled-region.ts';
import type { Slide } from '#server/slides/slide.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideId } from '#shared/ids.ts';
import { type DeepZoomTile, deepZoomTile } from '#shared/imaging/deep-zoom.ts';
import type { IiifFormat, ImageSize } from '#shared/imaging/iiif-request.ts';
import { DecodeQueue } from './decode-queue.ts';
import { SingleFlight } from './single-flight.ts';
import type { SlidePool } from './slide-pool.ts';
import { type SlideRef, slideRefText } from './slide-ref.ts';

const DEEP_ZOOM_QUALITY = 90;
/** Pictures larger than this have a queue of their own, so that no number of people asking at once fills the memory. */
const LARGE_PIXELS = 2 * 1024 * 1024;
const LARGE = { running: 2, mostWaiting: 32 };
const SMALL = { running: 8, mostWaiting: 512 };
const IIIF_TYPES: Readonly<Record<IiifFormat, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  tif: 'image/tiff',
};

/** Over the open slides of `pool`; `refOf` gives the reference under which the pool knows a slide. */
export function createSlideRegions(
  pool: SlidePool,
  refOf: (slideId: SlideId) => Promise<SlideRef | null>,
): SlideRegions {
  const flights = new SingleFlight<EncodedPicture>();
  const queues = { large: new DecodeQueue(LARGE), small: new DecodeQueue(SMALL) };
  const inTurn = <Value>(
    slideId: SlideId,
    { width, height }: ImageSize,
    signal: AbortSignal,
    work: () => Promise<Value>,
  ): Promise<Value> => queues[width * height > LARGE_PIXELS ? 'large' : 'small'].run(slideId, signal, work);

  const use = async <Value>(
    slideId: SlideId,
    signal: AbortSignal,
    work: (slide: Slide, ref: SlideRef) => Promise<Value>,
  ): Promise<Value> => {
    const ref = await refOf(slideId);
    if (ref === null) throw new AppError('NOT_FOUND');
    return pool.use(slideRefText(ref), signal, (slide) => work(slide, ref));
  };

  /** Shares the making of what several ask for at once; the flight holds the slide open itself. */
  const made = (
    slideId: SlideId,
    what: string,
    size: ImageSize,
    signal: AbortSignal,
    make: (slide: Slide, signal: AbortSignal) => Promise<EncodedPicture>,
  ): Promise<EncodedPicture> =>
    flights.run(`${slideId} ${what}`, signal, (joint) =>
      inTurn(slideId, size, joint, () => use(slideId, joint, (slide) => make(slide, joint))),
    );

  return {
    describe: (slideId, signal) =>
      use(slideId, signal, async ({ description }, { side }) => ({ description, version: side?.slice(0, 8) ?? '0' })),
    async deepZoomTile(slideId, { level, column, row }, signal) {
      const stored = await use(slideId, signal, (slide) => storedTile(slide, level, column, row, signal));
      if ('bytes' in stored) return stored;
      const { onSlide: rectangle, rectangle: size } = stored;
      return made(slideId, `dz ${level} ${column} ${row}`, size, signal, async (slide, joint) => {
        const wanted = { rectangle, width: size.width, height: size.height };
        const raster = await readScaledRegion(slide, wanted, joint);
        return { bytes: await encodeJpeg(raster, { quality: DEEP_ZOOM_QUALITY }), mediaType: 'image/jpeg' };
      });
    },
    iiifPicture: (slideId, plan, signal) =>
      made(slideId, `iiif ${plan.canonical}`, plan.size, signal, async (slide, joint) => {
        const raster = await readScaledRegion(slide, { rectangle: plan.region, ...plan.size }, joint);
        const bytes = await encodeIiif(raster, plan, await slide.iccProfile(joint));
        return { bytes, mediaType: IIIF_TYPES[plan.format] };
      }),
    exportRegion: (slideId, wish, signal) =>
      inTurn(slideId, exportSize(wish), signal, () =>
        use(slideId, signal, (slide, { sha256 }) => readExport(slide.select(wish.selection), sha256, wish, signal)),
      ),
  };
}

/** The tile as stored where the pyramids agree and it is whole; otherwise what is to be made. */
async function storedTile(
  slide: Slide,
  level: number,
  column: number,
  row: number,
  signal: AbortSignal,
): Promise<EncodedPicture | DeepZoomTile> {
  const tile = deepZoomTile(slide.description, level, column, row);
  if (tile === null) throw new AppError('TILE_OUT_OF_RANGE', { level, column, row });
  const { rectangle, nativeLevel } = tile;
  const native = nativeLevel === null ? undefined : slide.description.levels[nativeLevel];
  if (nativeLevel === null || native === undefined || !slide.passesThrough(nativeLevel)) return tile;
  if (slide.tileMediaType(nativeLevel) !== 'image/jpeg') return tile;
  const isWhole = rectangle.width === native.tileWidth && rectangle.height === native.tileHeight;
  const inPlace = rectangle.x === column * native.tileWidth && rectangle.y === row * native.tileHeight;
  return isWhole && inPlace ? slide.tile(nativeLevel, column, row, signal) : tile;
}

async function readExport(
  slide: Slide,
  sha256: string,
  wish: ExportWish,
  signal: AbortSignal,
): Promise<ExportedRegion> {
  const { rectangle, downsample, format } = wish;
  const { description } = slide;
  const { x, y, width, height } = rectangle;
  if (x + width > description.width || y + height > description.height) {
    const reason = `it reaches beyond the ${description.width} × ${description.height} px of the slide`;
    throw new AppError('SLIDE_REGION_INVALID', { reason });
  }
  const size = exportSize(wish);
  const raster = await readScaledRegion(slide, { rectangle, ...size }, signal);
  const { mppX, mppY, mppSource } = description;
  const mpp =
    mppX === null || mppY === null || mppSource === null
      ? null
      : { x: (mppX * width) / size.width, y: (mppY * height) / size.height, source: mppSource };
  const place = `x=${x} y=${y} width=${width} height=${height} downsample=${Number(downsample.toFixed(6))}`;
  const scale = mpp === null ? 'mpp=unknown' : `mpp=${decimal(mpp.x)},${decimal(mpp.y)} mpp_source=${mpp.source}`;
  const bytes = await encodeExport(raster, format, {
    mpp,
    iccProfile: await slide.iccProfile(signal),
    description: `Part of a whole slide image|sha256=${sha256} ${place} ${scale}`,
  });
  return { bytes, mediaType: `image/${format}`, ...size, mpp };
}

function exportSize({ rectangle, downsample }: ExportWish): ImageSize {
  return {
    width: Math.max(1, Math.round(rectangle.width / downsample)),
    height: Math.max(1, Math.round(rectangle.height / downsample)),
  };
}

function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}
