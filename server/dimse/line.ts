import type { Socket } from 'node:net';
import { ConnectionLost } from './protocol-error.ts';

/** How long a peer may keep us waiting, in milliseconds. */
export interface LinePatience {
  /** From the first byte of a PDU to its last, and for a write to be taken. */
  readonly pduMs: number;
  /** Without any PDU while no operation runs. */
  readonly idleMs: number;
}

const EMPTY = Buffer.alloc(0);

/**
 * A connection as bytes in the amounts asked for. Nothing is read ahead of what is wanted, so a peer that sends faster
 * than we store is slowed down by TCP itself; a peer that stalls is cut off.
 */
export class Line {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #patience: LinePatience;
  #rest: Buffer = EMPTY;
  #failure: Error | null = null;

  constructor(socket: Socket, patience: LinePatience) {
    this.#socket = socket;
    this.#patience = patience;
    // Requests and their answers are small and wait for each other: Nagle's algorithm costs 40 ms an object.
    socket.setNoDelay(true);
    // Reads and writes report it; without a listener it would end the process.
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Exactly `length` bytes that follow within the time for a PDU. @throws ConnectionLost */
  async exactly(length: number): Promise<Buffer> {
    const bytes = await this.#timed(this.#patience.pduMs, () => false, this.#take(length));
    if (bytes === null) throw new ConnectionLost('the peer closed the connection inside a PDU');
    return bytes;
  }

  /**
   * The first byte of the next PDU; null when the peer closed the connection. Waits for `idleMs`, and on while `busy`
   * says that an operation is running. @throws ConnectionLost
   */
  async first(busy: () => boolean, idleMs = this.#patience.idleMs): Promise<number | null> {
    const byte = await this.#timed(idleMs, busy, this.#take(1));
    return byte?.[0] ?? null;
  }

  /** Resolves when the bytes are on their way and there is room for more. @throws ConnectionLost */
  async write(...parts: readonly Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    this.#requireAlive();
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
    if (!socket.writableNeedDrain) return;
    const drained = new Promise<null>((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        resolve(null);
      };
      socket.on('drain', done).on('close', done);
    });
    await this.#timed(this.#patience.pduMs, () => false, drained);
    this.#requireAlive();
  }

  /** Sends what was written and closes; a peer that does not take it is cut off. */
  end(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const cut = setTimeout(() => socket.destroy(), 1000);
    socket.once('close', () => clearTimeout(cut));
    socket.end(() => socket.destroy());
  }

  destroy(why: string): void {
    this.#failure ??= new ConnectionLost(why);
    this.#socket.destroy();
  }

  async #take(length: number): Promise<Buffer | null> {
    if (this.#rest.byteLength >= length) return this.#cut(length);
    const taken = Buffer.allocUnsafe(length);
    let filled = this.#rest.copy(taken);
    this.#rest = EMPTY;
    while (filled < length) {
      const { done, value } = await this.#chunks.next();
      if (done === true) {
        if (filled > 0) throw new ConnectionLost('the peer closed the connection inside a PDU');
        return null;
      }
      const used = value.copy(taken, filled);
      filled += used;
      this.#rest = value.subarray(used);
    }
    return taken;
  }

  #cut(length: number): Buffer {
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  /** The socket's own errors become ConnectionLost; the time running out closes it. */
  async #timed<T>(ms: number, extend: () => boolean, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | null = null;
    const arm = (): void => {
      timer = setTimeout(() => (extend() ? arm() : this.destroy('the peer was silent for too long')), ms);
    };
    arm();
    try {
      return await work;
    } catch (error) {
      throw error instanceof ConnectionLost ? error : this.#lost();
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  }

  #requireAlive(): void {
    if (this.#socket.destroyed || !this.#socket.writable) throw this.#lost();
  }

  #lost(): ConnectionLost {
    const failure = this.#failure;
    if (failure instanceof ConnectionLost) return failure;
    const code = (failure as NodeJS.ErrnoException | null)?.code;
    return new ConnectionLost(`the connection broke${code === undefined ? '' : ` (${code})`}`);
  }
}
