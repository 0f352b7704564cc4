/** Worker process: examines documents, whose bytes come from strangers. */
import { readFile } from 'node:fs/promises';
import { decodePicture } from '#server/codecs/picture.ts';
import { serveTasks } from '#server/codecs/worker-protocol.ts';
import { inspectPdf } from './pdf-inspection.ts';
import { inspectText } from './text-inspection.ts';

interface PictureInput {
  readonly path: string;
  readonly format: 'JPEG' | 'PNG';
}

serveTasks({
  async pdf({ path }: { readonly path: string }) {
    inspectPdf(await readFile(path));
    return null;
  },
  async text({ path }: { readonly path: string }) {
    inspectText(await readFile(path));
    return null;
  },
  picture({ path, format }: PictureInput) {
    return decodePicture(path, format);
  },
});
