import { describe, expect, it } from 'vitest';
import { createLoadQueue } from './load-queue.ts';

/** A queue whose loads end when the test says so. */
function manual(parallel: number, prefetches: number) {
  const started: string[] = [];
  const aborted: string[] = [];
  const ends = new Map<string, { resolve(value: string): void; reject(error: Error): void }>();
  const queue = createLoadQueue<string>(
    (key, signal) => {
      started.push(key);
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      ends.set(key, { resolve, reject });
      signal.addEventListener('abort', () => {
        aborted.push(key);
        reject(new Error('aborted'));
      });
      return promise;
    },
    { parallel, prefetches: () => prefetches },
  );
  const end = async (key: string): Promise<void> => {
    ends.get(key)?.resolve(key.toUpperCase());
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { queue, started, aborted, end, ends };
}
const never = new AbortController().signal;

describe('createLoadQueue', () => {
  it('puts interaction before what is visible and that before prefetch', async () => {
    const { queue, started, end } = manual(1, 1);
    const all = [
      queue.load('first', 'prefetch', never),
      queue.load('soon', 'prefetch', never),
      queue.load('there', 'visible', never),
      queue.load('old wish', 'interaction', never),
      queue.load('new wish', 'interaction', never),
    ];
    for (const key of ['first', 'new wish', 'old wish', 'there', 'soon']) await end(key);
    expect(started).toEqual(['first', 'new wish', 'old wish', 'there', 'soon']);
    expect(await Promise.all(all)).toEqual(['FIRST', 'SOON', 'THERE', 'OLD WISH', 'NEW WISH']);
  });

  it('keeps connections free of prefetches', async () => {
    const { queue, started } = manual(3, 2);
    for (const key of ['a', 'b', 'c']) void queue.load(key, 'prefetch', never);
    expect(started).toEqual(['a', 'b']);
    void queue.load('now', 'interaction', never);
    expect(started).toEqual(['a', 'b', 'now']);
  });

  it('loads a key once, and a prefetch that is wanted now moves up', async () => {
    const { queue, started, end } = manual(1, 1);
    void queue.load('running', 'prefetch', never);
    void queue.load('a', 'prefetch', never);
    const early = queue.load('b', 'prefetch', never);
    const late = queue.load('b', 'interaction', never);
    await end('running');
    expect(started).toEqual(['running', 'b']);
    await end('b');
    expect(await early).toBe('B');
    expect(await late).toBe('B');
    expect(started).toEqual(['running', 'b', 'a']);
  });

  it('aborts when the last who waits gives up, and begins anew for the next wish', async () => {
    const { queue, started, aborted, end } = manual(1, 1);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = queue.load('a', 'interaction', one.signal);
    const second = queue.load('a', 'prefetch', two.signal);
    one.abort(new Error('scrolled on'));
    await expect(first).rejects.toThrow('scrolled on');
    expect(aborted).toEqual([]);
    two.abort(new Error('closed'));
    await expect(second).rejects.toThrow('closed');
    expect(aborted).toEqual(['a']);
    const again = queue.load('a', 'interaction', never);
    expect(started).toEqual(['a', 'a']);
    await end('a');
    expect(await again).toBe('A');
  });

  it('hands a failure to everybody who waits and goes on with the next', async () => {
    const { queue, started, ends } = manual(1, 1);
    const first = queue.load('a', 'interaction', never);
    const also = queue.load('a', 'visible', never);
    void queue.load('b', 'prefetch', never);
    ends.get('a')?.reject(new Error('error 500'));
    await expect(first).rejects.toThrow('error 500');
    await expect(also).rejects.toThrow('error 500');
    await new Promise((resolve) => setTimeout(resolve));
    expect(started).toEqual(['a', 'b']);
  });
});
