import { describe, expect, test } from 'vitest';
import type { UploadResult } from '#shared/api/material.ts';
import { summariseItems } from './batch-summary.ts';
import { totalsOf } from './upload-item.ts';
import { ConnectionLost, PAUSED, UploadQueue, type UploadTransport } from './upload-queue.ts';

function result(name: string, outcome: UploadResult['outcome'], sentence: string | null = null): UploadResult {
  const code = outcome === 'refused' ? 'UPLOAD_TYPE_UNKNOWN' : null;
  return {
    name,
    outcome,
    kind: null,
    studyUid: null,
    seriesUid: null,
    slideId: null,
    documentId: null,
    title: null,
    code,
    sentence,
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const found = (...names: string[]) => names.map((name) => ({ file: new File(['0123456789'], name), path: name }));

/** A transport whose files are answered by the test, one by one. */
function stage() {
  const open = new Map<
    string,
    { finish(results: UploadResult[]): void; fail(error: Error): void; signal: AbortSignal }
  >();
  const started: string[] = [];
  const transport: UploadTransport = (_file, item, _onSent, signal) =>
    new Promise((resolve, reject) => {
      started.push(item.path);
      signal.addEventListener('abort', () => reject(new Error('Cancelled.')));
      open.set(item.path, { finish: resolve, fail: reject, signal });
    });
  const queue = new UploadQueue(transport, (tell) => tell());
  const phases = () => Object.fromEntries(queue.items().map(({ path, phase }) => [path, phase]));
  return { queue, open, started, phases };
}

describe('the uploads of a tab', () => {
  test('sends four files at once and the next when one has ended', async () => {
    const { queue, open, started } = stage();
    queue.add('c1', found('a', 'b', 'c', 'd', 'e', 'f'));
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    open.get('b')!.finish([result('b', 'stored')]);
    await settle();
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('counts what is new, what was here and what was not taken, with a sentence each', async () => {
    const { queue, open } = stage();
    queue.add('c1', found('a', 'b', 'zip'));
    open.get('a')!.finish([result('a', 'stored')]);
    open.get('b')!.finish([result('b', 'duplicate')]);
    open.get('zip')!.finish([result('zip/x', 'stored'), result('zip/y', 'refused', 'The file is empty.')]);
    await settle();
    expect(summariseItems(queue.items())).toEqual({
      added: 2,
      alreadyHere: 1,
      refused: [{ name: 'zip/y', sentence: 'The file is empty.' }],
      cancelled: 0,
    });
    expect(queue.isRunning()).toBe(false);
  });

  test('lets a file wait while the connection is gone and goes on with it', async () => {
    const { queue, open, started, phases } = stage();
    queue.add('c1', found('a'));
    open.get('a')!.fail(new ConnectionLost('The connection was lost.'));
    await settle();
    expect(phases()).toEqual({ a: 'interrupted' });
    expect(queue.isRunning()).toBe(true);
    queue.resume();
    expect(started).toEqual(['a', 'a']);
    open.get('a')!.finish([result('a', 'stored')]);
    await settle();
    expect(phases()).toEqual({ a: 'done' });
  });

  test('does not send again by itself what the server refused, but on request', async () => {
    const { queue, open, started, phases } = stage();
    queue.add('c1', found('a'));
    open.get('a')!.fail(new Error('The file has 9 bytes; 5 are accepted.'));
    await settle();
    queue.resume();
    expect(started).toEqual(['a']);
    expect(phases()).toEqual({ a: 'failed' });
    expect(summariseItems(queue.items()).refused).toEqual([
      { name: 'a', sentence: 'The file has 9 bytes; 5 are accepted.' },
    ]);
    queue.retry('c1');
    expect(started).toEqual(['a', 'a']);
  });

  test('pauses one consultation, keeps what was sent, and goes on when asked to', async () => {
    const { queue, open, started, phases } = stage();
    queue.add('c1', found('a'));
    queue.add('c2', found('x'));
    queue.pause('c1');
    await settle();
    expect(open.get('a')!.signal.reason).toBe(PAUSED);
    expect(phases()).toEqual({ a: 'paused', x: 'sending' });
    expect(queue.isRunning()).toBe(true);
    // A connection that comes back wakes nothing the person stopped.
    queue.resume();
    expect(started).toEqual(['a', 'x']);
    queue.unpause('c1');
    expect(started).toEqual(['a', 'x', 'a']);
    open.get('a')!.finish([result('a', 'stored')]);
    await settle();
    expect(phases()).toEqual({ a: 'done', x: 'sending' });
  });

  test('does not start again before the paused transport has let go of the file', async () => {
    const { queue, started, phases } = stage();
    queue.add('c1', found('a'));
    queue.pause('c1');
    queue.unpause('c1');
    expect(started).toEqual(['a']);
    await settle();
    expect([started, phases()]).toEqual([['a', 'a'], { a: 'sending' }]);
  });

  test('cancels what is paused', async () => {
    const { queue, phases } = stage();
    queue.add('c1', found('a'));
    queue.pause('c1');
    queue.cancel('c1');
    await settle();
    expect(phases()).toEqual({ a: 'cancelled' });
    expect(queue.isRunning()).toBe(false);
  });

  test('cancels what has not arrived of one consultation and leaves the other alone', async () => {
    const { queue, open, phases } = stage();
    queue.add('c1', found('a', 'b'));
    queue.add('c2', found('x'));
    open.get('a')!.finish([result('a', 'stored')]);
    await settle();
    queue.cancel('c1');
    await settle();
    expect(open.get('b')!.signal.aborted).toBe(true);
    expect(open.get('x')!.signal.aborted).toBe(false);
    expect(phases()).toEqual({ a: 'done', b: 'cancelled', x: 'sending' });
  });

  test('a new drop replaces the ended files of its consultation in the list', async () => {
    const { queue, open, phases } = stage();
    queue.add('c1', found('a'));
    open.get('a')!.finish([result('a', 'stored')]);
    await settle();
    queue.add('c1', found('b'));
    expect(phases()).toEqual({ b: 'sending' });
  });

  test('adds up bytes with an empty file among them', async () => {
    const { queue, open } = stage();
    queue.add('c1', [...found('a'), { file: new File([], 'empty'), path: 'empty' }]);
    open.get('empty')!.finish([result('empty', 'refused', 'The file is empty.')]);
    await settle();
    expect(totalsOf(queue.items())).toMatchObject({ files: 2, filesEnded: 1, bytes: 10, bytesSent: 0, running: true });
  });
});
