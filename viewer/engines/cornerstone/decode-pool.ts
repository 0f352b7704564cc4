import type { DecodeAnswer, DecodeRequest } from './decode-protocol.ts';

/** Decodes compressed frames in workers, which are started with the first of them. */
export interface DecodePool {
  /** Rejects when the frame cannot be decoded, takes too long, or `signal` aborts. */
  decode(request: Omit<DecodeRequest, 'id'>, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

interface Helper {
  readonly worker: Worker;
  readonly pending: Map<number, { resolve(bytes: Uint8Array<ArrayBuffer>): void; reject(error: Error): void }>;
}

/** A decoder that is fed with nonsense may never answer. */
const GIVE_UP_MS = 30_000;

export function createDecodePool(size: number): DecodePool {
  const helpers: Helper[] = [];
  let ids = 0;

  const dismiss = (helper: Helper, reason: string): void => {
    const place = helpers.indexOf(helper);
    if (place >= 0) helpers.splice(place, 1);
    helper.worker.terminate();
    for (const { reject } of helper.pending.values()) reject(new Error(reason));
    helper.pending.clear();
  };
  const hire = (): Helper => {
    const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), { type: 'module' });
    const helper: Helper = { worker, pending: new Map() };
    worker.addEventListener('message', ({ data }: MessageEvent<DecodeAnswer>) => {
      const waiting = helper.pending.get(data.id);
      helper.pending.delete(data.id);
      if (data.bytes === null) waiting?.reject(new Error(data.message ?? 'the frame is damaged'));
      else waiting?.resolve(data.bytes);
    });
    worker.addEventListener('error', () => dismiss(helper, 'the decoder has stopped'));
    helpers.push(helper);
    return helper;
  };
  const leastBusy = (): Helper => {
    const [first = hire()] = helpers.toSorted((a, b) => a.pending.size - b.pending.size);
    return first.pending.size > 0 && helpers.length < size ? hire() : first;
  };
  return {
    decode(request, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const helper = leastBusy();
      ids += 1;
      const id = ids;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => dismiss(helper, 'the decoder does not answer'), GIVE_UP_MS);
        const onAbort = (): void => {
          clearTimeout(timer);
          helper.pending.delete(id);
          reject(signal.reason);
        };
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        helper.pending.set(id, {
          resolve: (bytes) => {
            end();
            resolve(bytes);
          },
          reject: (error) => {
            end();
            reject(error);
          },
        });
        helper.worker.postMessage({ ...request, id }, { transfer: [request.bytes.buffer] });
      });
    },
  };
}
