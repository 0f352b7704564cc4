import type { Clock } from './ports.ts';

/** For tests: a clock that stands still until it is moved. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function createTestClock(start = '2026-03-02T09:00:00.000Z'): TestClock {
  let milliseconds = Date.parse(start);
  return {
    now: () => new Date(milliseconds),
    advance: (by) => {
      milliseconds += by;
    },
  };
}
