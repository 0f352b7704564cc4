import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { FileStore } from '@tus/file-store';
import type { Fingerprint } from '#server/domain/ports.ts';
import type { Sha256 } from '#shared/ids.ts';

/** Bytes gathered before they go to the disk, and read at a time to catch up. */
const PIECE_BYTES = 512 * 1024;
/** Uploads whose hash is under way; of those beyond, the ones asked for longest ago are hashed from their files again. */
const MOST_UNDER_WAY = 1000;

interface UnderWay {
  readonly hash: Hash;
  /** So many bytes from the start of the file are in the hash. */
  hashedBytes: number;
}

/**
 * The files of uploads, hashed as they arrive: when the last byte is here the hash is known, and the file is not read a
 * second time. Only what reached the file counts, so that a cut in the middle of a piece leaves hash and file agreeing.
 * After a restart of the server the part that was there is read once, when the upload goes on.
 */
export class HashedFiles extends FileStore {
  /** In the order of last use. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(folder: string) {
    // Expiry is ours: the store would also remove complete uploads that still wait to be ingested.
    super({ directory: folder });
  }

  override async write(readable: Readable, id: string, offset: number): Promise<number> {
    const handle = await open(`${this.directory}/${id}`, 'r+');
    try {
      const state = await this.#caughtUp(id, handle, offset);
      let at = offset;
      let waiting: Uint8Array[] = [];
      let waitingBytes = 0;
      const flush = async (): Promise<void> => {
        const [pieces, length] = [waiting, waitingBytes];
        [waiting, waitingBytes] = [[], 0];
        await writeAll(handle, pieces, length, at);
        for (const piece of pieces) state.hash.update(piece);
        state.hashedBytes += length;
        at += length;
      };
      try {
        for await (const piece of readable as AsyncIterable<Uint8Array>) {
          waiting.push(piece);
          waitingBytes += piece.byteLength;
          if (waitingBytes >= PIECE_BYTES) await flush();
        }
      } finally {
        // Of a connection that broke, what has come is kept: the client goes on behind it.
        if (waitingBytes > 0) await flush();
      }
      return at;
    } finally {
      await handle.close();
    }
  }

  override async remove(id: string): Promise<void> {
    this.forget(id);
    await super.remove(id);
  }

  /** The hash of an upload of which `sizeBytes` bytes have arrived; reads what was written before this process began. */
  async fingerprint(id: string, sizeBytes: number): Promise<Fingerprint> {
    const handle = await open(`${this.directory}/${id}`, 'r');
    try {
      const { hash } = await this.#caughtUp(id, handle, sizeBytes);
      return { sha256: hash.copy().digest('hex') as Sha256, sizeBytes };
    } finally {
      await handle.close();
    }
  }

  /** Nobody will ask for the hash again. */
  forget(id: string): void {
    this.#underWay.delete(id);
  }

  /** The hash over exactly the first `offset` bytes of the file. */
  async #caughtUp(id: string, handle: FileHandle, offset: number): Promise<UnderWay> {
    const known = this.#underWay.get(id);
    // A hash that is ahead of the file, as after a write that failed half way, can only be made anew.
    const state =
      known !== undefined && known.hashedBytes <= offset ? known : { hash: createHash('sha256'), hashedBytes: 0 };
    this.#underWay.delete(id);
    this.#underWay.set(id, state);
    const [oldest] = this.#underWay.keys();
    if (this.#underWay.size > MOST_UNDER_WAY && oldest !== undefined) this.#underWay.delete(oldest);
    const piece = state.hashedBytes < offset ? Buffer.allocUnsafe(PIECE_BYTES) : null;
    while (piece !== null && state.hashedBytes < offset) {
      const wanted = Math.min(piece.byteLength, offset - state.hashedBytes);
      const { bytesRead } = await handle.read(piece, 0, wanted, state.hashedBytes);
      if (bytesRead === 0) throw new Error('the file of an upload became shorter');
      state.hash.update(piece.subarray(0, bytesRead));
      state.hashedBytes += bytesRead;
    }
    return state;
  }
}

/** A disk may take fewer bytes than it is given. */
async function writeAll(handle: FileHandle, pieces: Uint8Array[], length: number, position: number): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces, position);
  if (bytesWritten === length) return;
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  for (let done = 0; done < rest.byteLength; ) {
    const step = await handle.write(rest, done, rest.byteLength - done, position + bytesWritten + done);
    done += step.bytesWritten;
  }
}
