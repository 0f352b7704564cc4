import type { FastifyReply } from 'fastify';

/**
 * Buffers that are used again. Large answers (a CT frame has half a megabyte) otherwise cost more in clearing and
 * collecting memory than in reading the file.
 */

const SMALLEST_BYTES = 64 * 1024;
const LARGEST_BYTES = 32 * 1024 * 1024;
const IDLE_BYTES = 32 * 1024 * 1024;
/** When no answer has given anything back for so long, nobody is looking through images any more. */
const IDLE_MS = 5000;

export class BufferPool {
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;
  #emptying: NodeJS.Timeout | null = null;

  /**
   * Does `work` with memory that comes back to the pool when the work is over and the answer has been sent or given up,
   * whichever is later: a read on its way into memory is not stopped by a caller who leaves.
   */
  async fill<T>(reply: FastifyReply, work: (lend: (lengthBytes: number) => Uint8Array) => Promise<T>): Promise<T> {
    const taken: Buffer[] = [];
    let users = 2;
    const release = (): void => {
      users -= 1;
      if (users === 0) for (const buffer of taken.splice(0)) this.#giveBack(buffer);
    };
    reply.raw.once('close', release);
    try {
      return await work((lengthBytes) => {
        if (lengthBytes < SMALLEST_BYTES || lengthBytes > LARGEST_BYTES) return Buffer.allocUnsafe(lengthBytes);
        const buffer = this.#take(sizeClass(lengthBytes));
        taken.push(buffer);
        return buffer.subarray(0, lengthBytes);
      });
    } finally {
      release();
    }
  }

  #take(size: number): Buffer {
    const buffer = this.#idle.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#idleBytes -= size;
    return buffer;
  }

  #giveBack(buffer: Buffer): void {
    const size = buffer.byteLength;
    if (this.#idleBytes + size > IDLE_BYTES) return;
    const waiting = this.#idle.get(size);
    if (waiting === undefined) this.#idle.set(size, [buffer]);
    else waiting.push(buffer);
    this.#idleBytes += size;
    this.#emptying ??= setTimeout(() => this.#empty(), IDLE_MS).unref();
    this.#emptying.refresh();
  }

  #empty(): void {
    this.#idle.clear();
    this.#idleBytes = 0;
    this.#emptying = null;
  }
}

/** The next eighth of a power of two: frames of slightly different size share buffers, and little is left empty. */
function sizeClass(lengthBytes: number): number {
  const step = 2 ** (Math.floor(Math.log2(lengthBytes)) - 3);
  return Math.ceil(lengthBytes / step) * step;
}
