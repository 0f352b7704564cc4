import type { FastifyReply } from 'fastify';

/**
 * Buffers that are used again. Large answers (a CT frame has half a megabyte) otherwise cost more in clearing and
 * collecting memory than in reading the file.
 */

const SMALLEST_BYTES = 64 * 1024;
const LARGEST_BYTES = 32 * 1024 * 1024;
const IDLE_BYTES = 64 * 1024 * 1024;

export class BufferPool {
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;

  /** A lease whose memory comes back to the pool when the answer has been sent or given up. */
  leaseFor(reply: FastifyReply): (lengthBytes: number) => Uint8Array {
    const taken: Buffer[] = [];
    reply.raw.once('close', () => {
      for (const buffer of taken.splice(0)) this.#giveBack(buffer);
    });
    return (lengthBytes) => {
      if (lengthBytes < SMALLEST_BYTES || lengthBytes > LARGEST_BYTES) return Buffer.allocUnsafe(lengthBytes);
      const buffer = this.#take(sizeClass(lengthBytes));
      taken.push(buffer);
      return buffer.subarray(0, lengthBytes);
    };
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
  }
}

/** The next power of two, so that frames of slightly different size share buffers. */
function sizeClass(lengthBytes: number): number {
  return 2 ** Math.ceil(Math.log2(lengthBytes));
}
