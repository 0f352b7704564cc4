import { describe, expect, test } from 'vitest';
import { createRecordStore, type Failure, type RecordBackend } from './record-store.ts';

interface Draft {
  readonly text: string;
}
interface Stored extends Draft {
  readonly id: string;
  readonly revision: number;
}

class Refusal extends Error {
  readonly failure: Failure<Stored>;
  constructor(failure: Failure<Stored>) {
    super('refused');
    this.failure = failure;
  }
}

/** A server in memory with a switch for every way a request can end. */
function fakeServer() {
  const stored = new Map<string, Stored>();
  const timers: { work: () => void; ms: number; off: boolean }[] = [];
  const requests: string[] = [];
  let ids = 0;
  let clock = 1_000;
  const server = {
    online: true,
    held: null as Promise<void> | null,
    stored,
    timers,
    requests,
    tick: (ms: number) => {
      clock += ms;
    },
    runTimers: () => {
      for (const timer of timers.splice(0)) if (!timer.off) timer.work();
    },
  };
  const backend: RecordBackend<Draft, Stored> = {
    async put(id, revision, draft) {
      requests.push(`put ${id} ${revision} ${draft.text}`);
      if (server.held !== null) await server.held;
      if (!server.online) throw new Refusal({ kind: 'retry', sentence: 'offline' });
      const current = stored.get(id) ?? null;
      if ((current?.revision ?? 0) !== revision) throw new Refusal({ kind: 'stale', current, sentence: 'newer' });
      if (draft.text === 'bad') throw new Refusal({ kind: 'refused', sentence: 'not so' });
      const next = { ...draft, id, revision: revision + 1 };
      stored.set(id, next);
      return next;
    },
    async remove(id, revision) {
      requests.push(`remove ${id} ${revision}`);
      if (!server.online) throw new Refusal({ kind: 'retry', sentence: 'offline' });
      stored.delete(id);
    },
    draftOf: ({ text }) => ({ text }),
    provisional: (id, draft) => ({ ...draft, id, revision: 0 }),
    judge: (error) => {
      if (error instanceof Refusal) return error.failure;
      throw error;
    },
    newId: () => `r${++ids}`,
    now: () => clock,
    later: (work, ms) => {
      const timer = { work, ms, off: false };
      timers.push(timer);
      return () => {
        timer.off = true;
      };
    },
  };
  return { server, store: createRecordStore(backend) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const texts = (store: ReturnType<typeof fakeServer>['store']) => store.records().map((record) => record.text);

describe('record store', () => {
  test('a new record is shown at once and saved at once', async () => {
    const { server, store } = fakeServer();
    const id = store.create({ text: 'nodule' });
    expect(texts(store)).toEqual(['nodule']);
    expect(store.status()).toMatchObject({ phase: 'saving', unsaved: 1 });
    await settled();
    expect(server.stored.get(id)).toEqual({ id, revision: 1, text: 'nodule' });
    expect(store.status()).toMatchObject({ phase: 'idle', unsaved: 0, savedAt: 1_000 });
  });

  test('changes made while a request is on its way are sent after it, the last one wins', async () => {
    const { server, store } = fakeServer();
    let release = () => {};
    server.held = new Promise((resolve) => {
      release = resolve;
    });
    const id = store.create({ text: 'a' });
    store.change(id, { text: 'ab' });
    store.change(id, { text: 'abc' });
    expect(texts(store)).toEqual(['abc']);
    server.held = null;
    release();
    await settled();
    expect(server.requests).toEqual(['put r1 0 a', 'put r1 1 abc']);
    expect(server.stored.get(id)).toEqual({ id, revision: 2, text: 'abc' });
  });

  test('nothing is lost while the network is away', async () => {
    const { server, store } = fakeServer();
    server.online = false;
    const id = store.create({ text: 'kept' });
    await settled();
    expect(store.status()).toMatchObject({ phase: 'waiting', unsaved: 1, sentence: 'offline' });
    server.runTimers();
    await settled();
    expect(server.timers[0]?.ms).toBe(2000);
    server.online = true;
    store.flush();
    await settled();
    expect(server.stored.get(id)?.text).toBe('kept');
    expect(store.status()).toMatchObject({ phase: 'idle', unsaved: 0 });
  });

  test('a stale revision takes the stored record and says so', async () => {
    const { server, store } = fakeServer();
    store.load([{ id: 'x', revision: 1, text: 'mine' }]);
    server.stored.set('x', { id: 'x', revision: 2, text: 'theirs' });
    store.change('x', { text: 'mine too' });
    await settled();
    expect(texts(store)).toEqual(['theirs']);
    expect(store.takeNotices()).toEqual(['newer']);
    expect(store.takeNotices()).toEqual([]);
  });

  test('a refusal puts back what the server has', async () => {
    const { store } = fakeServer();
    store.create({ text: 'bad' });
    await settled();
    expect(texts(store)).toEqual([]);
    expect(store.takeNotices()).toEqual(['not so']);
  });

  test('undo and redo walk through creations, changes and removals', async () => {
    const { server, store } = fakeServer();
    const id = store.create({ text: 'one' });
    await settled();
    server.tick(5000);
    store.change(id, { text: 'two' });
    await settled();
    server.tick(5000);
    store.remove(id);
    await settled();
    expect(texts(store)).toEqual([]);
    expect(store.undo()).toBe(true);
    await settled();
    expect(texts(store)).toEqual(['two']);
    expect(server.stored.size).toBe(1);
    store.undo();
    await settled();
    expect(texts(store)).toEqual(['one']);
    store.undo();
    await settled();
    expect(texts(store)).toEqual([]);
    expect(store.undo()).toBe(false);
    store.redo();
    await settled();
    expect(texts(store)).toEqual(['one']);
    store.redo();
    store.redo();
    await settled();
    expect(texts(store)).toEqual([]);
    expect(server.stored.size).toBe(0);
    expect(store.redoAt()).toBeNull();
    expect(store.undoAt()).not.toBeNull();
  });

  test('what is done together is taken back and made again together', async () => {
    const { server, store } = fakeServer();
    const [kept, gone] = [store.create({ text: 'kept' }), store.create({ text: 'gone' })];
    await settled();
    store.together(() => {
      store.change(kept, { text: 'both' });
      store.remove(gone);
      store.create({ text: 'new' });
    });
    await settled();
    const texts = () => [...server.stored.values()].map(({ text }) => text).sort();
    expect(texts()).toEqual(['both', 'new']);
    for (let round = 0; round < 2; round += 1) {
      store.undo();
      await settled();
      expect(texts()).toEqual(['gone', 'kept']);
      store.redo();
      await settled();
      expect(texts()).toEqual(['both', 'new']);
    }
    store.together(() => {});
    store.undo();
    store.undo();
    await settled();
    expect(texts()).toEqual(['kept']);
  });

  test('typing is one step of undo', async () => {
    const { server, store } = fakeServer();
    store.load([{ id: 'x', revision: 1, text: '' }]);
    server.stored.set('x', { id: 'x', revision: 1, text: '' });
    for (const text of ['l', 'le', 'lesion']) {
      store.change('x', { text });
      server.tick(100);
    }
    await settled();
    store.undo();
    await settled();
    expect(texts(store)).toEqual(['']);
    expect(server.stored.get('x')?.text).toBe('');
  });

  test('a reload keeps local changes that are still pending', async () => {
    const { server, store } = fakeServer();
    server.online = false;
    store.load([{ id: 'x', revision: 1, text: 'old' }]);
    server.stored.set('x', { id: 'x', revision: 1, text: 'old' });
    store.change('x', { text: 'new' });
    await settled();
    store.load([{ id: 'x', revision: 1, text: 'old' }]);
    expect(texts(store)).toEqual(['new']);
    server.online = true;
    store.flush();
    await settled();
    expect(server.stored.get('x')?.text).toBe('new');
  });

  test('the list is the same array until something changes', () => {
    const { store } = fakeServer();
    store.load([{ id: 'x', revision: 1, text: 'a' }]);
    const first = store.records();
    expect(store.records()).toBe(first);
    store.change('x', { text: 'b' });
    expect(store.records()).not.toBe(first);
  });
});
