import { failureOf, failureOfStatus, retryAfterMs, TileFailure } from './tile-failure.ts';

/** One tile on its way. */
export interface TileRequest {
  readonly url: string;
  /** Size of the part inside the slide; what a border tile holds beyond it is padding and is cut off. */
  readonly width: number;
  readonly height: number;
  /** When a view last needed the tile, ms; the newest is loaded first. */
  lastNeeded(): number;
  done(bitmap: ImageBitmap): void;
  failed(failure: TileFailure): void;
  /** Given up, because no view needs it any more; it may be asked for again. */
  dropped(): void;
}

export interface TileLoader {
  load(request: TileRequest): void;
  /** Requests that wait or run. */
  pending(): number;
  /** Ends every request; none of them is answered any more. */
  dispose(): void;
}

/** The tile, cut to its part inside the slide. @throws TileFailure, or the reason of the signal. */
export type TileFetch = (
  request: Pick<TileRequest, 'url' | 'width' | 'height'>,
  signal: AbortSignal,
) => Promise<ImageBitmap>;

interface Waiting {
  readonly request: TileRequest;
  /** How often it was asked for already. */
  readonly attempt: number;
}

/** A browser opens six connections to a server; more would only wait where they cannot be called back. */
const RUNNING = 6;
const RETRY_AFTER_MS = [400, 1500];
/** How often a server that is busy is asked again when it said when. */
const BUSY_ATTEMPTS = 8;
const LONGEST_WAIT_MS = 10_000;
/** A tile no view has needed for this long is not loaded any more. */
const STALE_MS = 700;
const ANSWER_MS = 20_000;

/** Fetches and decodes off the main thread; colour profiles inside the tile are applied by the browser. */
export const fetchTile: TileFetch = async (request, signal) => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  const response = await fetch(request.url, { credentials: 'same-origin', signal: limit });
  if (!response.ok) throw failureOfStatus(response.status, retryAfterMs(response.headers.get('retry-after')));
  const blob = await response.blob();
  const whole = await createImageBitmap(blob);
  if (whole.width === request.width && whole.height === request.height) return whole;
  try {
    if (whole.width < request.width || whole.height < request.height) {
      throw new TileFailure('The server sent a part of the slide in the wrong size.', 422);
    }
    return await createImageBitmap(whole, 0, 0, request.width, request.height);
  } finally {
    whole.close();
  }
};

/** Loads tiles a few at a time, the most recently needed first, asking again when a failure may pass. */
export function createTileLoader(
  fetchOne: TileFetch = fetchTile,
  waitsMs: readonly number[] = RETRY_AFTER_MS,
): TileLoader {
  const ending = new AbortController();
  const pausing = new Set<ReturnType<typeof setTimeout>>();
  let waiting: Waiting[] = [];
  let running = 0;

  const takeNext = (): Waiting | undefined => {
    let newest = 0;
    for (const { request } of waiting) newest = Math.max(newest, request.lastNeeded());
    const stale = waiting.filter(({ request }) => request.lastNeeded() < newest - STALE_MS);
    if (stale.length > 0) {
      waiting = waiting.filter((one) => !stale.includes(one));
      for (const { request } of stale) request.dropped();
    }
    const index = waiting.findIndex(({ request }) => request.lastNeeded() === newest);
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  };
  const pump = (): void => {
    while (running < RUNNING && !ending.signal.aborted) {
      const next = takeNext();
      if (next === undefined) return;
      running++;
      void run(next).finally(() => {
        running--;
        pump();
      });
    }
  };
  /** Undefined when it is not worth asking again. A busy server says itself when it is. */
  const waitBefore = (failure: TileFailure, attempt: number): number | undefined => {
    if (failure.retryAfterMs === null) return waitsMs[attempt];
    return attempt < BUSY_ATTEMPTS ? Math.min(failure.retryAfterMs, LONGEST_WAIT_MS) : undefined;
  };
  async function run(next: Waiting): Promise<void> {
    const { request, attempt } = next;
    const { signal } = ending;
    try {
      const bitmap = await fetchOne(request, signal);
      if (signal.aborted) bitmap.close();
      else request.done(bitmap);
    } catch (error) {
      if (signal.aborted) return;
      const failure = failureOf(error);
      const wait = waitBefore(failure, attempt);
      if (wait === undefined || !failure.isPassing) {
        request.failed(failure);
        return;
      }
      // The connection is free for other tiles meanwhile.
      const timer = setTimeout(() => {
        pausing.delete(timer);
        waiting.push({ request, attempt: attempt + 1 });
        pump();
      }, wait);
      pausing.add(timer);
    }
  }

  return {
    load(request) {
      if (ending.signal.aborted) return;
      waiting.push({ request, attempt: 0 });
      pump();
    },
    pending: () => waiting.length + pausing.size + running,
    dispose() {
      ending.abort();
      for (const timer of pausing) clearTimeout(timer);
      pausing.clear();
      waiting = [];
    },
  };
}
