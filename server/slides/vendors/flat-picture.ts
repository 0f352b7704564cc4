/**
 * A photograph or scan without levels: JPEG, PNG, or a TIFF page in strips. Its side pyramid holds the same pixels in tiles;
 * until that is made, they are rewritten when it is opened, in a file that nobody else sees and that is gone with the slide.
 */

import { join } from 'node:path';
import type { SlideFile, SlideFormat } from '#server/slides/slide-format.ts';
import { openFileSource } from '#server/slides/source.ts';
import { inScratchFolder, spool } from '#server/slides/spooled-source.ts';
import { gridLevels, isTiled, resolutionCalibration, stated, TIFF_LIMITS } from '#server/slides/tiff.ts';
import { checkPixels } from '#server/slides/tiff-pixels.ts';
import { readSegmentTable, readTiff } from '#server/slides/tiff-reader.ts';
import { openTiffSlide } from '#server/slides/tiff-slide.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export const flatPicture: SlideFormat = {
  name: 'flat-picture',
  isRewritten: true,
  detect(file) {
    if (formatOf(file) !== null) return true;
    if (file.tiff === null) return 'it is neither JPEG nor PNG nor TIFF';
    return file.tiff.directories.some(isTiled) ? 'it is tiled' : 'it has several pages of full size';
  },
  async open(file, signal) {
    const format = formatOf(file) ?? 'TIFF';
    const { source, decoder, tiff } = file;
    if (tiff !== null) {
      checkPixels(0, tiff.directories[0]);
      await readSegmentTable(source, tiff.directories[0], TIFF_LIMITS.tilesPerSlide, signal);
    }
    const tiled = file.side ?? (await inTiles(file, format, signal));
    try {
      const made = await readTiff(tiled, signal);
      const mpps = tiff === null ? [] : stated(resolutionCalibration(tiff.directories[0]));
      const facts = { vendor: null, mpps, objective: null };
      const slide = await openTiffSlide(
        {
          decoder,
          source: {
            ...tiled,
            async close() {
              await Promise.all([tiled.close(), source.close()]);
            },
          },
        },
        'flat-picture',
        made,
        { ...facts, levels: gridLevels(made.directories), associated: [] },
        signal,
      );
      return slide;
    } catch (error) {
      if (file.side === undefined) await tiled.close();
      throw error;
    }
  },
};

/** The pixels in tiles, in a file that is gone when it is closed. */
function inTiles({ source, decoder }: SlideFile, format: 'JPEG' | 'PNG' | 'TIFF', signal?: AbortSignal) {
  return inScratchFolder(async (folder) => {
    const target = join(folder, 'tiled.tif');
    await spool(source, join(folder, 'picture'), signal);
    await decoder.tiled({ path: join(folder, 'picture'), target, format }, signal);
    signal?.throwIfAborted();
    return openFileSource(target);
  });
}

function formatOf({ head, tiff }: SlideFile): 'JPEG' | 'PNG' | 'TIFF' | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'JPEG';
  if (PNG.every((byte, at) => head[at] === byte)) return 'PNG';
  if (tiff === null || tiff.directories.some(isTiled)) return null;
  const [first] = tiff.directories;
  const alike = tiff.directories.filter(({ width, height }) => width * height >= first.width * first.height);
  return first.data?.kind === 'strips' && alike.length === 1 ? 'TIFF' : null;
}
