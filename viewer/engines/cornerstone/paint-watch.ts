import { FrameFailure } from './frame-failure.ts';

/**
 * Watches that the wanted image comes: callers wait for it, and after a grace the former image may no longer be looked
 * at as if it were the wanted one.
 */
export interface PaintWatch {
  /** Another image is wanted: earlier waits end, the grace begins (none when `graceMs` is 0). */
  begin(graceMs: number): void;
  /** The wanted image is on the canvas. */
  settle(): void;
  /** The wanted image will not come. */
  fail(failure: FrameFailure): void;
  /** True when the grace is over and the wanted image is not there. */
  overdue(): boolean;
  /** Resolves when the image wanted now is painted; rejects when it fails or another is asked for. */
  painted(): Promise<void>;
  close(): void;
}

export function createPaintWatch(onOverdue: () => void): PaintWatch {
  let waiting: { resolve(): void; reject(error: Error): void }[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOverdue = false;

  const end = (failure: FrameFailure | null): void => {
    const ended = waiting;
    waiting = [];
    for (const { resolve, reject } of ended) {
      if (failure === null) resolve();
      else reject(failure);
    }
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    begin(graceMs) {
      end(new FrameFailure('Another image was asked for meanwhile.'));
      if (graceMs === 0) {
        stop();
        isOverdue = true;
        return;
      }
      // A running grace is not extended: scrolling on must not keep an old image on the screen.
      if (timer !== undefined || isOverdue) return;
      timer = setTimeout(() => {
        timer = undefined;
        isOverdue = true;
        onOverdue();
      }, graceMs);
    },
    settle() {
      stop();
      isOverdue = false;
      end(null);
    },
    fail(failure) {
      stop();
      isOverdue = true;
      end(failure);
    },
    overdue: () => isOverdue,
    painted: () => new Promise((resolve, reject) => waiting.push({ resolve, reject })),
    close() {
      stop();
      end(new FrameFailure('The series was closed.'));
    },
  };
}
