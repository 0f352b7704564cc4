/**
 * Compares every level-0 pixel of slides with OpenSlide's: `npm run oracle:slides [file…]`. Without files, the slides
 * beside the clone and the generated ones of each scanner. A tool for developers; it needs Debian's python3-openslide and
 * python3-numpy. Exit code 1 when a slide differs by more than its compression allows.
 */

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { VENDOR_SLIDES } from '#fixtures/vendor-slides.ts';
import { openSlide } from '#server/slides/open-slide.ts';
import { compareWithOpenSlide, hasOpenSlide } from '#server/slides/openslide-comparison.ts';
import { openFileSource } from '#server/slides/source.ts';
import { AppError } from '#shared/errors.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** JPEG 2000 decoders may differ by one; everything else is exact. */
async function compare(path: string): Promise<boolean> {
  const source = await openFileSource(path);
  let close = source.close;
  try {
    const slide = await openSlide(source);
    close = slide.close;
    const { format, width, height, origin } = slide.description;
    const most = slide.passesThrough(0) ? 0 : 1;
    const { compared, largest, different } = await compareWithOpenSlide(path, slide, 0, origin ?? { x: 0, y: 0 });
    const right = compared > 0 && largest <= most;
    say(
      `${right ? 'equal ' : 'DIFFER'}  ${basename(path)}  ${format}  ${width} × ${height} px: ${compared} px compared, largest difference ${largest}, ${different} px differ`,
    );
    return right;
  } catch (error) {
    const reason =
      error instanceof AppError ? error.message : error instanceof Error ? error.message.split('\n').at(-2) : '';
    say(`skipped ${basename(path)}: ${reason}`);
    return true;
  } finally {
    await close();
  }
}

async function main(files: readonly string[]): Promise<number> {
  if (!(await hasOpenSlide())) {
    say('OpenSlide is not here: apt-get install python3-openslide python3-numpy');
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), 'oracle-slides-'));
  try {
    const paths = [...files];
    if (paths.length === 0) {
      const data = join(process.cwd(), '../shared/data/wsi');
      for (const part of [data, join(data, 'derived')]) {
        const names = await readdir(part).catch(() => []);
        paths.push(...names.filter((name) => /\.(svs|tiff?)$/.test(name)).map((name) => join(part, name)));
      }
      for (const { fileName, build, openSlideDiffers } of VENDOR_SLIDES) {
        if (openSlideDiffers === true) continue;
        const path = join(folder, fileName);
        await writeFile(path, await build());
        paths.push(path);
      }
    }
    let equal = true;
    for (const path of paths) equal = (await compare(path)) && equal;
    return equal ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
