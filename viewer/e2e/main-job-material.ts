import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { junkFiles, writeDocuments } from '#fixtures/documents.ts';
import { makeUploadFolder } from '#fixtures/make.ts';
import { encodeZip } from '#fixtures/zip-file.ts';

/** A folder as a referrer would drop it, and what is known of it beforehand. */
export interface JobMaterial {
  readonly folder: string;
  readonly zip: string;
  readonly ctFolder: string;
  readonly slices: number;
  readonly slideName: string;
  readonly accepted: number;
  /** Names of the files that must be refused. */
  readonly refused: readonly string[];
  /** Micrometres per pixel and objective, as the slide's own description says. */
  readonly mpp: number;
  readonly objective: number;
}

/** A small generated chest CT, a small generated slide, three documents and junk. */
export async function generatedMaterial(folder: string): Promise<JobMaterial> {
  const made = await makeUploadFolder(folder, { small: true });
  return {
    folder: made.folder,
    zip: made.zip,
    ctFolder: made.ct.folder,
    slices: made.ct.instances.length,
    slideName: basename(made.slide.path),
    accepted: made.accepted.length,
    refused: made.refused.map((name) => basename(name)),
    mpp: made.slide.mpp,
    objective: made.slide.appMag,
  };
}

/** Where the real files lie; null when they are not on this machine. */
export function realDataFolder(): string | null {
  const folder = process.env.CONSILIUM_TEST_DATA ?? resolve(import.meta.dirname, '..', '..', '..', 'shared', 'data');
  return existsSync(join(folder, 'ct', 'lung-dx-a0002')) ? folder : null;
}

const REAL_SLIDE = 'CMU-1-Small-Region.svs';

/** A real thorax CT and a real Aperio slide, copied into a folder with documents and junk. */
export async function realMaterial(data: string, folder: string): Promise<JobMaterial> {
  const upload = join(folder, 'upload');
  const ctFolder = join(upload, 'CT');
  await mkdir(ctFolder, { recursive: true });
  const slices = await readdir(join(data, 'ct', 'lung-dx-a0002'));
  for (const name of slices) await cp(join(data, 'ct', 'lung-dx-a0002', name), join(ctFolder, name));
  await mkdir(join(upload, 'histology'));
  await cp(join(data, 'wsi', REAL_SLIDE), join(upload, 'histology', REAL_SLIDE));
  const documents = await writeDocuments(join(upload, 'documents'));
  await mkdir(join(upload, 'junk'));
  for (const [name, bytes] of junkFiles()) await writeFile(join(upload, 'junk', name), bytes);
  const names = [
    ...slices.map((name) => `CT/${name}`),
    `histology/${REAL_SLIDE}`,
    ...documents.map((name) => `documents/${name}`),
  ];
  const zip = join(folder, 'upload.zip');
  const entries = await Promise.all(names.map(async (name) => ({ name, data: await readFile(join(upload, name)) })));
  await writeFile(zip, encodeZip(entries));
  return {
    folder: upload,
    zip,
    ctFolder,
    slices: slices.length,
    slideName: REAL_SLIDE,
    accepted: names.length,
    refused: [...junkFiles().keys()],
    mpp: 0.499,
    objective: 20,
  };
}
