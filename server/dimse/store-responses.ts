import { COMMAND, type Command } from './command-set.ts';
import { ConnectionLost, ProtocolError } from './protocol-error.ts';

/** Answers to our own C-STOREs, handed from whoever reads the association to whoever waits for them. */
export class StoreResponses {
  readonly #patienceMs: number;
  #waiting: { readonly messageId: number; resolve(command: Command): void; reject(error: Error): void } | null = null;

  /** `patienceMs` is how long a peer may take to store an object it has received. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** The answer to the C-STORE with this message id; one is under way at a time. */
  async wait(messageId: number, signal: AbortSignal): Promise<Command> {
    const { promise, resolve, reject } = Promise.withResolvers<Command>();
    this.#waiting = { messageId, resolve, reject };
    const gone = () => reject(new ConnectionLost('the association is ending'));
    if (signal.aborted) gone();
    signal.addEventListener('abort', gone, { once: true });
    const late = setTimeout(() => reject(new ConnectionLost('the peer does not answer C-STORE')), this.#patienceMs);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', gone);
    }
  }

  /** @throws ProtocolError for an answer nobody waits for */
  take(command: Command): void {
    const waiting = this.#waiting;
    if (command.field !== COMMAND.storeResponse || waiting?.messageId !== command.respondedTo) {
      throw new ProtocolError('a response to no request');
    }
    this.#waiting = null;
    waiting?.resolve(command);
  }

  /** The association is gone: nobody will answer any more. */
  fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
