/** Keeps the slides in use open: opening one reads its tables, serving a tile must not. */

import type { SlideDecoder } from '#server/codecs/slide-decoding.ts';
import { openSlide } from '#server/slides/open-slide.ts';
import type { Slide } from '#server/slides/slide.ts';
import type { ByteSource } from '#server/slides/source.ts';
import { SingleFlight } from './single-flight.ts';
import { parseSlideRef } from './slide-ref.ts';

export interface SlidePool {
  /**
   * Runs `work` with the open slide, which stays open until `work` has settled. Errors: those of `open` and of
   * `openSlide`; a failure to open is not remembered.
   */
  use<Value>(slideRef: string, signal: AbortSignal | undefined, work: (slide: Slide) => Promise<Value>): Promise<Value>;
  /** The slide if it is open now, to be asked for what needs no reading, and not kept. */
  peek(slideRef: string): Slide | null;
  /** Number of slides open now. */
  readonly openSlides: number;
  /** Waits for the reads under way, then closes every slide. Later use is refused. */
  close(): Promise<void>;
}

interface PooledSlide {
  readonly slide: Slide;
  users: number;
  /** Dropped from the pool while in use: the last user closes it. */
  dropped: boolean;
}

/**
 * A pool that keeps at most `maxOpen` slides open, the least recently used leaving first; slides in use are never
 * closed, so that more may be open for a moment. A `slideRef` (slide-ref.ts) names immutable bytes; `open` is given their hashes.
 */
export function createSlidePool(options: {
  readonly open: (sha256: string, signal: AbortSignal) => Promise<ByteSource>;
  readonly maxOpen: number;
  readonly decoder: SlideDecoder;
}): SlidePool {
  /** In the order of last use, oldest first. */
  const pooled = new Map<string, PooledSlide>();
  const opening = new SingleFlight<PooledSlide>();
  const closings = new Set<Promise<void>>();
  let closed = false;
  let users = 0;
  let whenIdle: (() => void) | null = null;

  const closeSlide = (one: PooledSlide): void => {
    // A source that cannot be closed holds nothing anybody could still act upon.
    const closing: Promise<void> = one.slide
      .close()
      .catch(() => {})
      .then(() => {
        closings.delete(closing);
      });
    closings.add(closing);
  };

  const drop = (slideRef: string, one: PooledSlide): void => {
    pooled.delete(slideRef);
    one.dropped = true;
    if (one.users === 0) closeSlide(one);
  };

  const openOnce = async (slideRef: string, signal: AbortSignal): Promise<PooledSlide> => {
    const { sha256, side } = parseSlideRef(slideRef);
    const opened: ByteSource[] = [];
    const open = async (object: string): Promise<ByteSource> => {
      const source = await options.open(object, signal);
      opened.push(source);
      return source;
    };
    let slide: Slide;
    try {
      const source = await open(sha256);
      const beside = side === null ? {} : { side: { name: side.slice(0, 8), source: await open(side) } };
      // What a list names was checked when the list was made, and the list cannot have changed since.
      const stored = (object: string) => options.open(object, signal);
      slide = await openSlide(source, { signal, decoder: options.decoder, stored, ...beside });
    } catch (error) {
      await Promise.all(opened.map((source) => source.close()));
      throw error;
    }
    if (closed) {
      await slide.close();
      throw new Error('The slide pool is closed.');
    }
    const one: PooledSlide = { slide, users: 0, dropped: false };
    // An opening that everybody left may still have finished, beside the one begun after it.
    const twin = pooled.get(slideRef);
    if (twin !== undefined) drop(slideRef, twin);
    pooled.set(slideRef, one);
    return one;
  };

  const makeRoom = (): void => {
    for (const [slideRef, one] of pooled) {
      if (pooled.size <= options.maxOpen) return;
      if (one.users === 0) drop(slideRef, one);
    }
  };

  /** Takes a user's place in the slide; nothing may come between finding it and counting the user. */
  const enter = (slideRef: string, one: PooledSlide): PooledSlide => {
    one.users++;
    users++;
    if (!one.dropped) {
      pooled.delete(slideRef);
      pooled.set(slideRef, one);
      makeRoom();
    }
    return one;
  };

  const leave = (one: PooledSlide): void => {
    one.users--;
    users--;
    if (one.users === 0) {
      if (one.dropped) closeSlide(one);
      else makeRoom();
    }
    if (users === 0) whenIdle?.();
  };

  const acquire = async (slideRef: string, signal: AbortSignal | undefined): Promise<PooledSlide> => {
    for (;;) {
      if (closed) throw new Error('The slide pool is closed.');
      const present = pooled.get(slideRef);
      if (present !== undefined) return enter(slideRef, present);
      const opened = await opening.run(slideRef, signal, (shared) => openOnce(slideRef, shared));
      // Between opening and now another slide may have pushed this one out again; then it is opened anew.
      if (!opened.dropped) return enter(slideRef, opened);
    }
  };

  return {
    peek: (slideRef) => pooled.get(slideRef)?.slide ?? null,
    get openSlides() {
      return pooled.size;
    },
    async use(slideRef, signal, work) {
      signal?.throwIfAborted();
      const present = closed ? undefined : pooled.get(slideRef);
      const one = present === undefined ? await acquire(slideRef, signal) : enter(slideRef, present);
      try {
        return await work(one.slide);
      } finally {
        leave(one);
      }
    },
    async close() {
      closed = true;
      for (const [slideRef, one] of [...pooled]) drop(slideRef, one);
      // Slides still in use are closed by their last user.
      if (users > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
      await Promise.all(closings);
    },
  };
}
