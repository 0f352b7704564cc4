/** Tiles that are decoded and encoded anew: made once, held in memory, kept in the store of what can be made again. */

import type { KeptObjects } from '#server/domain/derived-ports.ts';
import type { EncodedTile } from '#server/slides/slide.ts';
import type { Sha256 } from '#shared/ids.ts';
import { ByteCache } from './byte-cache.ts';
import { DecodeQueue } from './decode-queue.ts';
import { SingleFlight } from './single-flight.ts';

export interface MadeTile {
  /** SHA-256 of the slide's file. */
  readonly sourceSha256: string;
  readonly level: number;
  /** In its level, row by row, from 1. */
  readonly number: number;
  /** What `Slide.tileVersion` says. */
  readonly version: string;
  /** Known before the tile is made. */
  readonly mediaType: EncodedTile['mediaType'];
}

const MEMORY_BYTES = 32 * 1024 * 1024;
/** Two processes decode; two more wishes read and encode meanwhile. */
const RUNNING = 4;
/** Some fields of view of twenty people. */
const MOST_WAITING = 512;

export class MadeTiles {
  readonly #memory = new ByteCache<EncodedTile>(MEMORY_BYTES);
  readonly #flights = new SingleFlight<EncodedTile>();
  readonly #queue = new DecodeQueue({ running: RUNNING, mostWaiting: MOST_WAITING });
  readonly #kept: KeptObjects | null;

  /** Without `kept` tiles are held in memory alone. */
  constructor(kept: KeptObjects | null) {
    this.#kept = kept;
  }

  /**
   * The tile, made by `make` if nobody made it before. Work that several want is done once, and is given up when the last
   * of them has left. Errors: TILES_BUSY, those of `make`; an aborted signal rejects with its reason.
   */
  async get(
    tile: MadeTile,
    caller: string,
    signal: AbortSignal | undefined,
    make: (signal: AbortSignal) => Promise<EncodedTile>,
  ): Promise<EncodedTile> {
    const { sourceSha256, level, number, version } = tile;
    const key = `${sourceSha256} ${level} ${number} ${version}`;
    const held = this.#memory.get(key);
    if (held !== null) return held;
    return this.#flights.run(key, signal, async (shared) => {
      const found =
        (await this.#read(tile, shared)) ??
        (await this.#queue.run(caller, shared, () => this.#make(tile, shared, make)));
      this.#memory.set(key, found);
      return found;
    });
  }

  async #read(tile: MadeTile, signal: AbortSignal): Promise<EncodedTile | null> {
    const bytes = (await this.#kept?.read(keyOf(tile), signal)) ?? null;
    return bytes === null ? null : { bytes, mediaType: tile.mediaType, version: tile.version };
  }

  async #make(
    tile: MadeTile,
    signal: AbortSignal,
    make: (signal: AbortSignal) => Promise<EncodedTile>,
  ): Promise<EncodedTile> {
    const made = await make(signal);
    this.#kept?.keep(keyOf(tile), made.bytes);
    return made;
  }
}

function keyOf({ sourceSha256, level, number, version }: MadeTile) {
  return { sourceSha256: sourceSha256 as Sha256, frameNumber: number, form: `tile ${level} ${version}` };
}
