/**
 * Records of one kind (annotations, findings) of one consultation, as this page sees them.
 *
 * The server is the authority; a local change is shown at once, sent at once, and kept until it is confirmed or
 * refused. One request is on its way per record; what changes meanwhile is sent after it, the last state wins.
 */

export interface Identified {
  readonly id: string;
  readonly revision: number;
}

/** What the store needs of the world. */
export interface RecordBackend<Draft, Stored extends Identified> {
  put(id: string, revision: number, draft: Draft): Promise<Stored>;
  remove(id: string, revision: number): Promise<void>;
  /** The part of a stored record that a person edits. */
  draftOf(stored: Stored): Draft;
  /** A record as it looks before the server has confirmed it. */
  provisional(id: string, draft: Draft): Stored;
  /** What a failed request means. `retry`: nothing was decided (offline, server error, signed out). */
  judge(error: unknown): Failure<Stored>;
  /** Changes of one record that follow each other this fast are one step of undo; 900 unless told. */
  readonly mergeMs?: number;
  newId(): string;
  now(): number;
  /** Runs `work` after `ms`; returns how to call it off. */
  later(work: () => void, ms: number): () => void;
}

export type Failure<Stored> =
  | { readonly kind: 'retry'; readonly sentence: string }
  | { readonly kind: 'stale'; readonly current: Stored | null; readonly sentence: string }
  | { readonly kind: 'refused'; readonly sentence: string };

/** What a status line says. */
export interface SaveStatus {
  readonly phase: 'idle' | 'saving' | 'waiting';
  /** Milliseconds since the epoch of the last confirmed change in this session. */
  readonly savedAt: number | null;
  readonly unsaved: number;
  readonly sentence: string | null;
}

interface Entry<Draft, Stored> {
  confirmed: Stored | null;
  /** The wanted draft, `deleted`, or null when nothing local is pending. */
  local: Draft | 'deleted' | null;
  sending: boolean;
  attempts: number;
  callOff: (() => void) | null;
}

interface Change<Draft> {
  readonly id: string;
  readonly before: Draft | null;
  readonly after: Draft | null;
  readonly at: number;
}

/** Changes that are taken back and made again together, in the order in which they were made. */
type Step<Draft> = readonly Change<Draft>[];

const MERGE_MS = 900;
const LONGEST_WAIT_MS = 15_000;

export interface RecordStore<Draft, Stored extends Identified> {
  /** Everything visible, oldest first; the same array until something changes. */
  records(): readonly Stored[];
  status(): SaveStatus;
  subscribe(listener: () => void): () => void;
  /** Takes what the server sent; local changes that are still pending stay on top. */
  load(stored: readonly Stored[]): void;
  create(draft: Draft): string;
  change(id: string, draft: Draft): void;
  remove(id: string): void;
  /** What `work` changes is one step of undo. */
  together(work: () => void): void;
  undo(): boolean;
  redo(): boolean;
  /** When the change was made that `undo` (`redo`) would take back (make again); null when there is none. */
  undoAt(): number | null;
  redoAt(): number | null;
  /** Tries again at once whatever waits. */
  flush(): void;
  /** Sentences for the person, oldest first; taking them empties the list. */
  takeNotices(): string[];
  /** Nobody looks any more. What is not saved yet is still sent, and tried again, until it is. */
  dispose(): void;
}

/** Makes an empty store over `backend`. */
export function createRecordStore<Draft, Stored extends Identified>(
  backend: RecordBackend<Draft, Stored>,
): RecordStore<Draft, Stored> {
  const entries = new Map<string, Entry<Draft, Stored>>();
  const listeners = new Set<() => void>();
  let past: Step<Draft>[] = [];
  let future: Step<Draft>[] = [];
  let gathering: Change<Draft>[] | null = null;
  let notices: string[] = [];
  let savedAt: number | null = null;
  let waitingSentence: string | null = null;
  let snapshot: readonly Stored[] = [];
  let status: SaveStatus = { phase: 'idle', savedAt: null, unsaved: 0, sentence: null };

  const visible = (id: string, entry: Entry<Draft, Stored>): Stored | null => {
    if (entry.local === 'deleted') return null;
    if (entry.local === null) return entry.confirmed;
    if (entry.confirmed === null) return backend.provisional(id, entry.local);
    return { ...entry.confirmed, ...entry.local };
  };
  const publish = (): void => {
    snapshot = [...entries].map(([id, entry]) => visible(id, entry)).filter((record) => record !== null);
    const pending = [...entries.values()].filter((entry) => entry.local !== null || entry.sending);
    const waiting = pending.some((entry) => entry.callOff !== null);
    status = {
      phase: waiting ? 'waiting' : pending.length > 0 ? 'saving' : 'idle',
      savedAt,
      unsaved: pending.length,
      sentence: waiting ? waitingSentence : null,
    };
    for (const listener of listeners) listener();
  };
  const currentDraft = (id: string): Draft | null => {
    const entry = entries.get(id);
    if (entry === undefined || entry.local === 'deleted') return null;
    if (entry.local !== null) return entry.local;
    return entry.confirmed === null ? null : backend.draftOf(entry.confirmed);
  };

  const settle = (id: string, entry: Entry<Draft, Stored>, sent: Draft | 'deleted', stored: Stored | null): void => {
    entry.sending = false;
    entry.attempts = 0;
    entry.confirmed = stored;
    savedAt = backend.now();
    if (entry.local === sent) entry.local = null;
    if (entry.local === null && entry.confirmed === null) entries.delete(id);
    publish();
    send(id);
  };
  const fail = (id: string, entry: Entry<Draft, Stored>, error: unknown): void => {
    entry.sending = false;
    const failure = backend.judge(error);
    if (failure.kind === 'retry') {
      entry.attempts += 1;
      waitingSentence = failure.sentence;
      const wait = Math.min(1000 * 2 ** (entry.attempts - 1), LONGEST_WAIT_MS);
      entry.callOff = backend.later(() => {
        entry.callOff = null;
        send(id);
      }, wait);
    } else {
      if (failure.kind === 'stale') entry.confirmed = failure.current;
      entry.local = null;
      if (entry.confirmed === null) entries.delete(id);
      notices.push(failure.sentence);
    }
    publish();
  };
  const send = (id: string): void => {
    const entry = entries.get(id);
    if (entry === undefined || entry.sending || entry.callOff !== null || entry.local === null) return;
    const sent = entry.local;
    const revision = entry.confirmed?.revision ?? 0;
    if (sent === 'deleted') {
      if (entry.confirmed === null) {
        entries.delete(id);
        publish();
        return;
      }
      entry.sending = true;
      backend.remove(id, revision).then(
        () => settle(id, entry, sent, null),
        (error: unknown) => fail(id, entry, error),
      );
    } else {
      entry.sending = true;
      backend.put(id, revision, sent).then(
        (stored) => settle(id, entry, sent, stored),
        (error: unknown) => fail(id, entry, error),
      );
    }
    publish();
  };

  const apply = (id: string, draft: Draft | null): void => {
    let entry = entries.get(id);
    if (entry === undefined) {
      if (draft === null) return;
      entry = { confirmed: null, local: null, sending: false, attempts: 0, callOff: null };
      entries.set(id, entry);
    }
    entry.local = draft ?? 'deleted';
    publish();
    send(id);
  };
  const remember = (change: Change<Draft>): void => {
    if (gathering !== null) {
      gathering.push(change);
      return;
    }
    future = [];
    const [last, ...others] = past[past.length - 1] ?? [];
    const merges =
      last !== undefined &&
      others.length === 0 &&
      last.id === change.id &&
      last.before !== null &&
      last.after !== null &&
      change.after !== null &&
      change.at - last.at < (backend.mergeMs ?? MERGE_MS);
    if (merges) past[past.length - 1] = [{ ...change, before: last.before }];
    else past.push([change]);
  };
  /** A deleted record does not come back under its old id: the server keeps that id's history closed. */
  const replay = (change: Change<Draft>, draft: Draft | null): string => {
    const gone = draft !== null && currentDraft(change.id) === null;
    const id = gone ? backend.newId() : change.id;
    apply(id, draft);
    return id;
  };
  const renamed = (steps: readonly Step<Draft>[], from: string, to: string): Step<Draft>[] =>
    steps.map((step) => step.map((change) => (change.id === from ? { ...change, id: to } : change)));
  /** Replays `step`, which then lies on the other pile; both piles know the records by the ids they have now. */
  const travel = (step: Step<Draft>, way: 'before' | 'after'): void => {
    const pile = way === 'before' ? future : past;
    pile.push(step);
    const ids = new Map<string, string>();
    for (const change of way === 'before' ? step.toReversed() : step) {
      const known = ids.get(change.id) ?? change.id;
      const id = replay({ ...change, id: known }, change[way]);
      if (id === known) continue;
      ids.set(change.id, id);
      past = renamed(past, known, id);
      future = renamed(future, known, id);
    }
    publish();
  };

  return {
    records: () => snapshot,
    status: () => status,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load(stored) {
      const sent = new Map(stored.map((record) => [record.id, record]));
      const pending = [...entries].filter(([, entry]) => entry.local !== null || entry.sending);
      entries.clear();
      for (const record of stored) {
        entries.set(record.id, { confirmed: record, local: null, sending: false, attempts: 0, callOff: null });
      }
      for (const [id, entry] of pending) {
        const record = sent.get(id);
        if (record !== undefined && !entry.sending) entry.confirmed = record;
        entries.set(id, entry);
      }
      publish();
    },
    create(draft) {
      const id = backend.newId();
      remember({ id, before: null, after: draft, at: backend.now() });
      apply(id, draft);
      return id;
    },
    change(id, draft) {
      const before = currentDraft(id);
      if (before === null) return;
      remember({ id, before, after: draft, at: backend.now() });
      apply(id, draft);
    },
    remove(id) {
      const before = currentDraft(id);
      if (before === null) return;
      remember({ id, before, after: null, at: backend.now() });
      apply(id, null);
    },
    together(work) {
      gathering = [];
      try {
        work();
      } finally {
        const step = gathering;
        gathering = null;
        if (step.length > 0) {
          future = [];
          past.push(step);
        }
      }
    },
    undo() {
      const step = past.pop();
      if (step !== undefined) travel(step, 'before');
      return step !== undefined;
    },
    redo() {
      const step = future.pop();
      if (step !== undefined) travel(step, 'after');
      return step !== undefined;
    },
    undoAt: () => past.at(-1)?.at(-1)?.at ?? null,
    redoAt: () => future.at(-1)?.at(-1)?.at ?? null,
    flush() {
      for (const [id, entry] of entries) {
        entry.callOff?.();
        entry.callOff = null;
        send(id);
      }
    },
    takeNotices() {
      const taken = notices;
      notices = [];
      return taken;
    },
    dispose() {
      listeners.clear();
    },
  };
}
