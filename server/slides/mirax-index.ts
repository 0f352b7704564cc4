/** The parts of a 3DHISTECH slide that say where its images are: Slidedat.ini and Index.dat. */

import { AppError } from '#shared/errors.ts';
import type { ByteSource } from './source.ts';

const MOST_INI_BYTES = 1024 * 1024;
const MOST_INDEX_BYTES = 256 * 1024 * 1024;
const MOST_IMAGES = 1_000_000;
const VERSION = '01.02';

/** Sections of keys; asking for what is not there is a refusal. */
export class MiraxIni {
  readonly #sections = new Map<string, Map<string, string>>();

  constructor(text: string) {
    let section = new Map<string, string>();
    for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
      const name = /^\[(.+)\]\s*$/.exec(line)?.[1];
      const equals = line.indexOf('=');
      if (name !== undefined) {
        section = this.#sections.get(name) ?? new Map();
        this.#sections.set(name, section);
      } else if (equals > 0 && !line.startsWith(';')) {
        section.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
      }
    }
  }

  text(section: string, key: string): string {
    const value = this.#sections.get(section)?.get(key);
    if (value === undefined) throw invalid(`it lacks ${key}`);
    return value;
  }

  optional(section: string, key: string): string | null {
    return this.#sections.get(section)?.get(key) ?? null;
  }

  /** A whole number from `least` to `most`. */
  integer(section: string, key: string, least: number, most: number): number {
    const text = this.text(section, key);
    const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw invalid(`${key} is not a whole number from ${least} to ${most}`);
    return value;
  }

  number(section: string, key: string): number {
    const value = Number(this.text(section, key).replace(',', '.'));
    if (!Number.isFinite(value)) throw invalid(`${key} is no number`);
    return value;
  }
}

/** Errors: SLIDE_METADATA_INVALID. */
export async function readMiraxIni(source: ByteSource, signal?: AbortSignal): Promise<MiraxIni> {
  if (source.sizeBytes > MOST_INI_BYTES) throw invalid(`it has ${source.sizeBytes} bytes`);
  return new MiraxIni(new TextDecoder().decode(await source.read(0, source.sizeBytes, signal)));
}

/** A stored image or other record. */
export interface MiraxRecord {
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

export interface MiraxImage extends MiraxRecord {
  /** Row by row over all images of level 0. */
  readonly index: number;
}

export interface MiraxIndex {
  images(level: number): MiraxImage[];
  /** Record number `number` outside the hierarchy. */
  record(number: number): MiraxRecord;
}

/** Errors: SLIDE_METADATA_INVALID. */
export async function readMiraxIndex(source: ByteSource, slideId: string, signal?: AbortSignal): Promise<MiraxIndex> {
  if (source.sizeBytes > MOST_INDEX_BYTES) throw invalidIndex(`it has ${source.sizeBytes} bytes`);
  const bytes = await source.read(0, source.sizeBytes, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = VERSION + slideId;
  if (Buffer.from(bytes.subarray(0, head.length)).toString('latin1') !== head) {
    throw invalidIndex('its version or slide identifier is another');
  }
  const word = (at: number): number => {
    if (!(at >= 0 && at + 4 <= view.byteLength)) throw invalidIndex('it points past its end');
    return view.getInt32(at, true);
  };
  const natural = (at: number): number => {
    const value = word(at);
    if (value < 0) throw invalidIndex('it has a negative number');
    return value;
  };
  const firstPage = (entry: number): number => {
    if (word(entry) !== 0) throw invalidIndex('a list of pages does not start with 0');
    return natural(entry + 4);
  };
  return {
    images(level) {
      const images: MiraxImage[] = [];
      const seen = new Set<number>();
      for (let page = firstPage(natural(natural(head.length) + 4 * level)); page !== 0; ) {
        if (seen.has(page)) throw invalidIndex('its pages form a loop');
        seen.add(page);
        const count = natural(page);
        if (images.length + count > MOST_IMAGES) throw invalidIndex(`it lists more than ${MOST_IMAGES} images`);
        for (let entry = 0; entry < count; entry++) {
          const at = page + 8 + 16 * entry;
          const [index, offset] = [natural(at), natural(at + 4)];
          images.push({ index, offset, length: natural(at + 8), file: natural(at + 12) });
        }
        page = natural(page + 4);
      }
      return images;
    },
    record(number) {
      const page = firstPage(natural(natural(head.length + 4) + 4 * number));
      if (word(page) !== 1) throw invalidIndex('a page of a record has not one entry');
      return { offset: natural(page + 16), length: natural(page + 20), file: natural(page + 24) };
    },
  };
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'Slidedat.ini', reason });
}

function invalidIndex(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'Index.dat', reason });
}
