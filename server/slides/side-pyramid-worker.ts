/**
 * Worker process: makes the side pyramid of one slide. It has no rights but to read files and to write into its own folder;
 * the bytes of the slide are read by the parent, wherever they are stored.
 */
import { constants, setPriority } from 'node:os';
import { decodeHere } from '#server/codecs/slide-decoding.ts';
import { AppError } from '#shared/errors.ts';
import { sidePlan } from '#shared/imaging/side-levels.ts';
import { makeSidePyramid, plannedLevels } from './make-side-pyramid.ts';
import { openSlide } from './open-slide.ts';
import type { MakerMessage, MakerOrder, OpenedObject } from './side-pyramid-protocol.ts';
import type { ByteSource } from './source.ts';

// Before any thread is started, for each takes the priority of the one that starts it: nobody who looks at tiles waits for this.
setPriority(constants.priority.PRIORITY_LOW);

/** Messages go out at most so often. */
const PROGRESS_MS = 250;

const send = (message: MakerMessage): void => void process.send?.(message);
const asked = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
let questions = 0;

function ask(question: (id: number) => MakerMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const id = ++questions;
    asked.set(id, { resolve, reject });
    send(question(id));
  });
}

async function openObject(sha256: string | null): Promise<ByteSource> {
  const { object, sizeBytes } = (await ask((id) => ({ kind: 'open', id, sha256 }))) as OpenedObject;
  return {
    sizeBytes,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      return (await ask((id) => ({ kind: 'read', id, object, offset, length }))) as Uint8Array;
    },
    // The parent closes what it opened when this process ends.
    async close() {},
  };
}

async function make(path: string): Promise<MakerMessage> {
  const slide = await openSlide(await openObject(null), { decoder: decodeHere, stored: openObject });
  try {
    const plan = sidePlan(slide.description);
    if (plan === null) return { kind: 'made', levels: null };
    let told = 0;
    const onProgress = (share: number): void => {
      const now = performance.now();
      if (now - told < PROGRESS_MS) return;
      told = now;
      send({ kind: 'progress', share });
    };
    await makeSidePyramid(slide, plan, path, onProgress, new AbortController().signal);
    return { kind: 'made', levels: plannedLevels(slide, plan).map(({ from: _, ...level }) => level) };
  } finally {
    await slide.close();
  }
}

process.on('message', (order: MakerOrder) => {
  if (order.kind === 'make') {
    void make(order.path)
      .catch(
        (error: unknown): MakerMessage =>
          error instanceof AppError
            ? { kind: 'failed', code: error.code, params: error.params }
            : { kind: 'broken', message: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      )
      .then(send);
    return;
  }
  const question = asked.get(order.id);
  asked.delete(order.id);
  if (order.kind === 'answer') question?.resolve(order.value);
  else question?.reject(new AppError(order.code, order.params));
});
