import { describe, expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

interface Started {
  signal: AbortSignal;
  resolve: (value: string) => void;
  reject: (error: Error) => void;
}

function controlled(): { started: Started[]; work: (signal: AbortSignal) => Promise<string> } {
  const started: Started[] = [];
  return {
    started,
    work: (signal) =>
      new Promise((resolve, reject) => {
        started.push({ signal, resolve, reject });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  };
}

describe('SingleFlight', () => {
  it('does the work once for all who ask meanwhile, and again afterwards', async () => {
    const flights = new SingleFlight<string>();
    const { started, work } = controlled();
    const both = Promise.all([flights.run('a', undefined, work), flights.run('a', undefined, work)]);
    const other = flights.run('b', undefined, work);
    expect(started).toHaveLength(2);
    started[0]?.resolve('one');
    started[1]?.resolve('two');
    expect(await both).toEqual(['one', 'one']);
    expect(await other).toBe('two');
    expect(flights.size).toBe(0);
    const again = flights.run('a', undefined, work);
    started[2]?.resolve('three');
    expect(await again).toBe('three');
  });

  it('lets one caller leave without stopping the work of the others', async () => {
    const flights = new SingleFlight<string>();
    const { started, work } = controlled();
    const leaving = new AbortController();
    const first = flights.run('a', leaving.signal, work);
    const second = flights.run('a', undefined, work);
    leaving.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    expect(started[0]?.signal.aborted).toBe(false);
    started[0]?.resolve('done');
    expect(await second).toBe('done');
  });

  it('stops the work when the last caller leaves, and starts afresh for the next', async () => {
    const flights = new SingleFlight<string>();
    const { started, work } = controlled();
    const leaving = new AbortController();
    const first = flights.run('a', leaving.signal, work);
    leaving.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    expect(started[0]?.signal.aborted).toBe(true);
    const next = flights.run('a', undefined, work);
    expect(started).toHaveLength(2);
    started[1]?.resolve('fresh');
    expect(await next).toBe('fresh');
  });

  it('gives a failure to all who waited and remembers none of it', async () => {
    const flights = new SingleFlight<string>();
    const { started, work } = controlled();
    const waiting = [flights.run('a', undefined, work), flights.run('a', undefined, work)];
    started[0]?.reject(new Error('broken'));
    for (const one of waiting) await expect(one).rejects.toThrow('broken');
    expect(flights.size).toBe(0);
  });

  it('starts nothing for a caller who has left already', async () => {
    const flights = new SingleFlight<string>();
    const { started, work } = controlled();
    await expect(flights.run('a', AbortSignal.abort(new Error('left')), work)).rejects.toThrow('left');
    expect(started).toHaveLength(0);
  });
});
