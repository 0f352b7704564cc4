import { describe, expect, it } from 'vitest';
import { DecodeQueue } from './decode-queue.ts';

const NEVER = new AbortController().signal;

/** A queue of one place, which `hold` takes until it is let go. */
async function held(mostWaiting: number) {
  const queue = new DecodeQueue({ running: 1, mostWaiting });
  let letGo = () => {};
  const holding = queue.run('holder', NEVER, () => new Promise<void>((resolve) => (letGo = resolve)));
  const order: string[] = [];
  const wish = (caller: string, name: string, signal: AbortSignal = NEVER) =>
    queue.run(caller, signal, async () => void order.push(name));
  await Promise.resolve();
  return {
    ...{ queue, order, wish },
    async letGo() {
      letGo();
      await holding;
    },
  };
}

describe('DecodeQueue', () => {
  it('runs no more at a time than it may, and everything in the end', async () => {
    const queue = new DecodeQueue({ running: 3, mostWaiting: 100 });
    let running = 0;
    let most = 0;
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        queue.run(`${index % 4}`, NEVER, async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return index;
        }),
      ),
    );
    expect([most, running, queue.waiting]).toEqual([3, 0, 0]);
    expect(done).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('takes callers in turns, and of each the newest wish first', async () => {
    const { order, wish, letGo } = await held(100);
    const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((name) => wish(name.charAt(0), name));
    await letGo();
    await Promise.all(all);
    expect(order).toEqual(['a3', 'b1', 'c2', 'a2', 'c1', 'a1']);
  });

  it('refuses the oldest wish of whoever has most when it is full', async () => {
    const { queue, order, wish, letGo } = await held(3);
    const refused = expect(wish('greedy', 'g1')).rejects.toMatchObject({
      code: 'TILES_BUSY',
      status: 503,
      retryAfterSeconds: 1,
    });
    const rest = [wish('greedy', 'g2'), wish('greedy', 'g3'), wish('modest', 'm1')];
    await refused;
    expect(queue.waiting).toBe(3);
    await letGo();
    await Promise.all(rest);
    expect(order).toEqual(['g3', 'm1', 'g2']);
  });

  it('lets a caller who leaves go at once and forgets his wish', async () => {
    const { queue, order, wish, letGo } = await held(3);
    const leaving = new AbortController();
    const gone = wish('a', 'a1', leaving.signal);
    const staying = wish('a', 'a2');
    leaving.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    expect(queue.waiting).toBe(1);
    await letGo();
    await staying;
    expect(order).toEqual(['a2']);
    await expect(queue.run('a', leaving.signal, async () => 1)).rejects.toThrow('left');
  });

  it('goes on after a failure', async () => {
    const queue = new DecodeQueue({ running: 1, mostWaiting: 3 });
    const failing = queue.run('a', NEVER, () => Promise.reject(new Error('broken')));
    const next = queue.run('a', NEVER, async () => 'next');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });
});
