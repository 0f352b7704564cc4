import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { failureOf, failureOfStatus, retryAfterMs, TileFailure } from './tile-failure.ts';
import { createTileLoader, type TileFetch, type TileRequest } from './tile-loader.ts';

/** Node has no ImageBitmap; the loader only hands it on or closes it. */
function bitmap(): ImageBitmap {
  return { width: 240, height: 240, close: vi.fn() };
}

function request(url: string, needed = 1000): TileRequest & { outcome: Promise<string> } {
  const outcome = Promise.withResolvers<string>();
  return {
    url,
    width: 240,
    height: 240,
    lastNeeded: () => needed,
    done: () => outcome.resolve('done'),
    failed: (failure) => outcome.resolve(failure.message),
    dropped: () => outcome.resolve('dropped'),
    outcome: outcome.promise,
  };
}

describe('createTileLoader', () => {
  test('asks again after a passing failure', async () => {
    const fetchOne = vi.fn<TileFetch>().mockRejectedValueOnce(failureOfStatus(503)).mockResolvedValueOnce(bitmap());
    const loader = createTileLoader(fetchOne, [1, 1]);
    const asked = request('a');
    loader.load(asked);
    expect(await asked.outcome).toBe('done');
    expect(fetchOne).toHaveBeenCalledTimes(2);
  });
  test('asks a busy server again when it said to, more often than after other failures', async () => {
    const busy = failureOfStatus(503, retryAfterMs('0'));
    const fetchOne = vi.fn<TileFetch>().mockRejectedValue(busy);
    for (let count = 0; count < 6; count++) fetchOne.mockRejectedValueOnce(busy);
    fetchOne.mockResolvedValueOnce(bitmap());
    const asked = request('a');
    createTileLoader(fetchOne, []).load(asked);
    expect(await asked.outcome).toBe('done');
    expect(fetchOne).toHaveBeenCalledTimes(7);
    const never = request('b');
    createTileLoader(vi.fn<TileFetch>().mockRejectedValue(busy), []).load(never);
    expect(await never.outcome).toBe('The server is busy and asks to try again in a moment.');
  });
  test.each([
    ['1', 1000],
    [null, null],
    ['soon', null],
    ['Wed, 21 Oct 2026 07:28:00 GMT', null],
  ])('Retry-After: %s', (header, expected) => {
    expect(retryAfterMs(header)).toBe(expected);
  });
  test('gives up with the reason after the last attempt', async () => {
    const fetchOne = vi.fn<TileFetch>().mockRejectedValue(new TypeError('fetch failed'));
    const loader = createTileLoader(fetchOne, [1, 1]);
    const asked = request('a');
    loader.load(asked);
    expect(await asked.outcome).toBe('The server cannot be reached.');
    expect(fetchOne).toHaveBeenCalledTimes(3);
    await vi.waitFor(() => expect(loader.pending()).toBe(0));
  });
  test.each([401, 403, 404, 422])('does not ask again after %i', async (status) => {
    const fetchOne = vi.fn<TileFetch>().mockRejectedValue(failureOfStatus(status));
    const asked = request('a');
    createTileLoader(fetchOne, [1, 1]).load(asked);
    expect(await asked.outcome).toBe(failureOfStatus(status).message);
    expect(fetchOne).toHaveBeenCalledTimes(1);
  });
  test('never runs more than six at once and loads what was needed last first', async () => {
    const order: string[] = [];
    let running = 0;
    let most = 0;
    const loader = createTileLoader(async ({ url }) => {
      order.push(url);
      running++;
      most = Math.max(most, running);
      await sleep(3);
      running--;
      return bitmap();
    });
    const old = Array.from({ length: 10 }, (_, i) => request(`old${i}`, 1000));
    const fresh = Array.from({ length: 4 }, (_, i) => request(`new${i}`, 1100));
    for (const one of [...old, ...fresh]) loader.load(one);
    await Promise.all([...old, ...fresh].map((one) => one.outcome));
    expect(most).toBe(6);
    expect(order.slice(6, 10).every((url) => url.startsWith('new'))).toBe(true);
  });
  test('drops waiting tiles that no view needs any more, without failing them', async () => {
    const loader = createTileLoader(async () => {
      await sleep(2);
      return bitmap();
    });
    const busy = Array.from({ length: 6 }, (_, i) => request(`busy${i}`, 1000));
    const stale = request('stale', 1000);
    const wanted = request('wanted', 9000);
    for (const one of [...busy, stale, wanted]) loader.load(one);
    expect(await stale.outcome).toBe('dropped');
    expect(await wanted.outcome).toBe('done');
  });
  test('a tile that waits to be asked for again does not hold up others', async () => {
    const loader = createTileLoader(
      async ({ url }) => {
        if (url.startsWith('bad')) throw failureOfStatus(500);
        return bitmap();
      },
      [10_000],
    );
    for (let i = 0; i < 6; i++) loader.load(request(`bad${i}`));
    const good = request('good');
    loader.load(good);
    expect(await good.outcome).toBe('done');
    loader.dispose();
  });
  test('after dispose nothing is answered, the fetch is aborted and a late tile is closed', async () => {
    const late = bitmap();
    let signal: AbortSignal | null = null;
    const loader = createTileLoader(async (_, given) => {
      signal = given;
      await sleep(5);
      return late;
    });
    const asked = request('a');
    loader.load(asked);
    loader.dispose();
    expect(await Promise.race([asked.outcome, sleep(20, 'silence')])).toBe('silence');
    expect((signal as AbortSignal | null)?.aborted).toBe(true);
    expect(late.close).toHaveBeenCalledOnce();
  });
});

describe('failures in words', () => {
  test('an undecodable tile is not asked for again, an unreachable server is', () => {
    expect(failureOf(new DOMException('bad', 'InvalidStateError')).isPassing).toBe(false);
    expect(failureOf(new DOMException('slow', 'TimeoutError')).isPassing).toBe(true);
    expect(failureOf(new TypeError('fetch failed')).isPassing).toBe(true);
    expect(failureOf(new TileFailure('x', 404)).isPassing).toBe(false);
  });
});
