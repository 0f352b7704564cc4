import { COMMAND, type Command } from './command-set.ts';
import { ConnectionLost, ProtocolError } from './protocol-error.ts';

/** Answers to our own C-STOREs, handed from whoever reads the association to whoever waits for them. */
export class StoreResponses {
  #waiting: { readonly messageId: number; resolve(command: Command): void; reject(error: Error): void } | null = null;

  /** The answer to the C-STORE with this message id; one is under way at a time. */
  wait(messageId: number, signal: AbortSignal): Promise<Command> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(new ConnectionLost('the association is ending'));
      const gone = () => reject(new ConnectionLost('the association is ending'));
      signal.addEventListener('abort', gone, { once: true });
      this.#waiting = {
        messageId,
        resolve: (command) => {
          signal.removeEventListener('abort', gone);
          resolve(command);
        },
        reject,
      };
    });
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
